"""How a CSV file is written: encoding, separator, decimal sign. Recognised by evidence, or refused with a hint.

Knows: text. Must not know: cards beyond the names of columns, Arrow.
"""

import codecs
import csv
import re
from collections.abc import Iterable, Sequence
from typing import Literal

from service.errors import InvalidFile
from service.schemas import InputError
from service.strict_json import shown

Decimal = Literal["point", "comma"]
ONE_COLUMN = "\x1f"
"""Stands for the separator of a file with one column: a sign that no text holds."""

_SEPARATORS = (",", ";", "\t", "|")
_ENCODINGS = {"utf-8", "utf-16", "cp1250", "cp1252", "iso8859-1", "iso8859-2"}
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+")
_WITH_COMMA = re.compile(r"[+-]?\d*,\d+([eE][+-]?\d+)?")
_WITH_POINT = re.compile(r"[+-]?\d*\.\d+([eE][+-]?\d+)?")
_NUMBER = re.compile(r"[+-]?\d*[.,]?\d+([eE][+-]?\d+)?")


def encoding_of(head: bytes, charset: str) -> str:
    """Return the encoding by the file's first bytes, or as the caller says. Raises InvalidFile."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    try:
        encoding = codecs.lookup(charset or "utf-8").name
    except LookupError:
        encoding = ""
    if encoding not in _ENCODINGS:
        known = "utf-8, utf-16, windows-1250, windows-1252, iso-8859-1, iso-8859-2"
        raise InvalidFile(f"The charset {shown(charset)} is not taken. Use one of: {known}.", fault="unknown_charset")
    if b"\0" in head and encoding != "utf-16":
        raise InvalidFile("This is no CSV text: it holds zero bytes. Save it as CSV in UTF-8.", fault="zero_bytes")
    return encoding


def no_text(error: UnicodeDecodeError, line: int) -> InvalidFile:
    """Return what to say of bytes that are not in the encoding."""
    return InvalidFile(
        f"The file is not {error.encoding.upper()}: see the line after {line:,}. Save it as “CSV UTF-8”, or name its "
        "encoding: Content-Type: text/csv; charset=windows-1250.",
        fault="wrong_encoding",
    )


def separator_of(first_line: str, wanted: Sequence[str]) -> str:
    """Return the sign under which the first line names the wanted columns. Raises InvalidFile with what is missing."""
    heads = {separator: header(first_line, separator) for separator in _SEPARATORS}
    fitting = [separator for separator in _SEPARATORS if set(wanted) <= set(heads[separator])]
    if fitting:
        best = max(fitting, key=lambda separator: len(heads[separator]))
        return best if len(heads[best]) > 1 else ONE_COLUMN
    nearest = max(_SEPARATORS, key=lambda separator: (len(set(wanted) & set(heads[separator])), len(heads[separator])))
    raise _missing(heads[nearest], wanted)


def header(first_line: str, separator: str) -> list[str]:
    """Return the names that a first line holds."""
    try:
        return [name.strip() for name in next(csv.reader([first_line], delimiter=separator, strict=True), [])]
    except csv.Error:
        return []


def _missing(names: list[str], wanted: Sequence[str]) -> InvalidFile:
    numbers = sum(1 for name in names if _NUMBER.fullmatch(name))
    if numbers * 3 > len(names):
        return InvalidFile("The first line must name the columns; this one looks like values.", fault="no_header")
    return missing_columns(names, wanted)


def missing_columns(names: Sequence[str], wanted: Sequence[str]) -> InvalidFile:
    """Return what to say of a file without some of the model's columns."""
    folded = {name.casefold().replace(" ", "_").replace("-", "_"): name for name in names}
    errors = []
    for name in wanted:
        if name not in names:
            other = folded.get(name.casefold())
            hint = f" There is “{shown(other)}”: names are matched letter by letter." if other else ""
            errors.append(
                InputError(column=name, code="missing_column", message=f"The file has no column of this name.{hint}")
            )
    listed = ", ".join(error.column or "" for error in errors[:5]) + (" …" if len(errors) > 5 else "")  # noqa: PLR2004
    return InvalidFile(f"The file lacks columns: {listed}.", errors=errors[:100])


class DecimalEvidence:
    """Gathers, over all cells of the number columns, which decimal sign the file uses."""

    def __init__(self) -> None:
        self._comma = self._point = self._thousands = False

    def see(self, cells: Iterable[str]) -> None:
        joined = "\n".join(cells)
        if "," in joined:
            for cell in joined.split("\n"):
                if "," in cell and _WITH_COMMA.fullmatch(cell.strip()):
                    thousands = bool(_THOUSANDS.fullmatch(cell.strip()))
                    self._thousands |= thousands
                    self._comma |= not thousands
                elif "," in cell and _THOUSANDS.fullmatch(cell.strip()):
                    self._thousands = True
        if "." in joined and not self._point:
            self._point = any("." in cell and _WITH_POINT.fullmatch(cell.strip()) for cell in joined.split("\n"))

    def decide(self, said: Decimal | None) -> Decimal:
        """Return the sign. Raises InvalidFile where the evidence speaks for two."""
        hint = "Say which it is: ?decimal=point or ?decimal=comma."
        if said:
            return said
        if self._comma and self._point:
            raise InvalidFile(f"Some numbers have a decimal comma and some a decimal point. {hint}", fault="mixed_decimals")
        if self._thousands and not self._comma and not self._point:
            raise InvalidFile(
                f"Numbers such as 1,234 may mean a thousand or a little more than one. {hint}", fault="unclear_thousands"
            )
        return "comma" if self._comma else "point"
