"""Reads the literals of Power Query (M) in code by the lexical grammar of its language specification."""

import re

_ESCAPES = {"cr": "\r", "lf": "\n", "tab": "\t", "#": "#"}
_TEXT = re.compile(r'"((?:[^"#]|""|#(?!\()|#\([^()"]*\))*)"')
_ESCAPE = re.compile(r"#\(([^()]*)\)")


def read_literals(code: str) -> list[str]:
    """Return the texts in double quotes, as M reads them: `""` is a quote, `#(…)` has escapes separated by commas.

    Raises ValueError if a text has no end, or an escape that M does not know.
    """
    texts, at = [], 0
    while (start := code.find('"', at)) >= 0:
        found = _TEXT.match(code, start)
        if found is None:
            raise ValueError(f"no text begins at {code[start : start + 20]!r}")
        texts.append(_ESCAPE.sub(lambda escape: _unescape(escape[1]), found[1].replace('""', '"')))
        at = found.end()
    return texts


def _unescape(names: str) -> str:
    return "".join(_ESCAPES[name] if name in _ESCAPES else _character(name) for name in names.split(","))


def _character(digits: str) -> str:
    if not re.fullmatch(r"[0-9A-Fa-f]{4}|[0-9A-Fa-f]{8}", digits):
        raise ValueError(f"{digits!r} is no escape")
    return chr(int(digits, 16))
