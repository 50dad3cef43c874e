"""Texts as literals of several languages: nothing in a text can end its literal, or change how the code is read.

Characters that are not printed (control characters, bidirectional marks) become escapes, so that code reads as it runs.
"""

import json
import re
from typing import Any

_BMP_END = 0xFFFF
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def to_json(value: Any) -> str:
    """Return a value as JSON on one line. JavaScript reads it as the same value."""
    return _escape(json.dumps(value, ensure_ascii=False), _utf16_escape)


def quote_shell(text: str) -> str:
    """Return a word of a POSIX shell. A shell has no escape for a NUL: JSON has."""
    return "'" + text.replace("'", "'\\''") + "'"


def quote_python(text: str) -> str:
    """Return a string of Python in double quotes."""
    return _escape(json.dumps(text, ensure_ascii=False), _python_escape)


def quote_csharp(text: str) -> str:
    """Return a verbatim string of C#, which may have several lines."""
    return '@"' + text.replace('"', '""') + '"'


def quote_r(text: str) -> str:
    """Return a raw string of R 4, which may have several lines."""
    dashes = "---"
    while f"){dashes}" in text:
        dashes += "-"
    return f'r"{dashes}({text}){dashes}"'


def quote_power_query(text: str) -> str:
    """Return a text of Power Query (M)."""
    escaped = text.replace("#(", "#(#)(").replace('"', '""')
    return '"' + _escape(escaped, _power_query_escape) + '"'


def name_power_query(name: str) -> str:
    """Return the name of a field in a record of Power Query (M)."""
    return name if _NAME.fullmatch(name) else "#" + quote_power_query(name)


def _escape(text: str, escape: Any) -> str:
    return "".join(letter if letter.isprintable() else escape(letter) for letter in text)


def _utf16_escape(letter: str) -> str:
    units = letter.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at] * 256 + units[at + 1]:04x}" for at in range(0, len(units), 2))


def _python_escape(letter: str) -> str:
    return f"\\u{ord(letter):04x}" if ord(letter) <= _BMP_END else f"\\U{ord(letter):08x}"


def _power_query_escape(letter: str) -> str:
    return f"#({ord(letter):04X})" if ord(letter) <= _BMP_END else f"#({ord(letter):08X})"
