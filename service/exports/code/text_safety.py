"""Texts of a card in source code: nothing of them can end a string or a comment, or change how a line is read."""

import re
import unicodedata

MAX_COMMENT_CHARACTERS = 90
_ASCII_END = 127
_OCTAL_END = 0xFF
_BMP_END = 0xFFFF


def comment_text(text: str, *, ascii_only: bool = False) -> str:
    """Return a text for a comment that ends at the end of its line: one line, without control and bidi characters.

    Marks that end a comment in some language are taken apart, and a backslash, which begins an escape in Java, is replaced.
    """
    visible = "".join(letter if letter.isprintable() else " " for letter in unicodedata.normalize("NFC", text))
    plain = re.sub(r"\s+", " ", visible.replace("\\", "/")).strip()
    for mark in ("*/", "/*", "]]>", "<!", "-->", "--", "?>", "${", "{{", "{%", "{#"):
        plain = plain.replace(mark, " ".join(mark))
    if ascii_only:
        decomposed = unicodedata.normalize("NFKD", plain)
        plain = decomposed.encode("ascii", "ignore").decode("ascii")
    return (
        plain if len(plain) <= MAX_COMMENT_CHARACTERS else plain[: MAX_COMMENT_CHARACTERS - 1] + ("." if ascii_only else "…")
    )


def quoted(text: str, *, ascii_only: bool) -> str:
    """Return a string literal of JavaScript and C#: in double quotes. Characters past U+FFFF are pairs of surrogates."""
    letters = [_escaped(letter, ascii_only=ascii_only) for letter in text]
    return f'"{"".join(letters)}"'


def _escaped(letter: str, *, ascii_only: bool) -> str:
    if letter in '"\\':
        return "\\" + letter
    if letter.isprintable() and not (ascii_only and ord(letter) >= _ASCII_END):
        return letter
    units = letter.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at] * 256 + units[at + 1]:04x}" for at in range(0, len(units), 2))


def java_quoted(text: str) -> str:
    """Return a string literal of Java. The compiler reads `\\u000a` as a line break, so low characters are octal."""
    letters = [
        f"\\{ord(letter):03o}"
        if ord(letter) <= _OCTAL_END and not letter.isprintable()
        else _escaped(letter, ascii_only=True)
        for letter in text
    ]
    return f'"{"".join(letters)}"'


def python_quoted(text: str) -> str:
    """Return a string literal of Python 2.7 with `unicode_literals`, and of Python 3."""
    letters = [
        f"\\U{ord(letter):08x}"
        if ord(letter) > _BMP_END and not letter.isprintable()
        else _escaped(letter, ascii_only=False)
        for letter in text
    ]
    return f'"{"".join(letters)}"'


def columns_of(text: str) -> int:
    """Return how many columns of a terminal a text takes, as formatters measure the length of a line."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else not unicodedata.combining(each) for each in text)


def sqlite_quoted(text: str) -> str:
    """Return an expression of SQLite for a text; it has no escapes, so characters that are not printed are numbers."""
    parts = [
        "CHAR(" + ", ".join(str(ord(letter)) for letter in part) + ")" if not part.isprintable() else _sql_quoted(part)
        for part in _runs(text)
    ]
    return " || ".join(parts) if parts else "''"


def postgresql_quoted(text: str) -> str:
    """Return a string of PostgreSQL; with escapes it means the same whatever `standard_conforming_strings` says."""
    if text.isprintable() and "\\" not in text:
        return _sql_quoted(text)
    escaped = "".join(_postgresql_escaped(letter) for letter in text)
    return f"E'{escaped}'"


def _postgresql_escaped(letter: str) -> str:
    if letter in "'\\":
        return letter * 2
    return letter if letter.isprintable() else f"\\U{ord(letter):08x}"


def sql_name(name: str) -> str:
    """Return the name of a column in double quotes."""
    return '"' + name.replace('"', '""') + '"'


def _sql_quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _runs(text: str) -> list[str]:
    """Return the text in parts, each of printable characters or of others."""
    parts: list[str] = []
    for letter in text:
        if parts and parts[-1][-1].isprintable() == letter.isprintable():
            parts[-1] += letter
        else:
            parts.append(letter)
    return parts
