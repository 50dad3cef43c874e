"""Detect the encoding and the decimal sign of a CSV file, and describe the faults of its header."""

import codecs
import re
from collections.abc import Iterable, Sequence

from service.errors import Fault, InvalidFile
from service.rows.strict_json import safe_text
from service.schemas.row_files import Decimal

_ENCODINGS = {"utf-8", "utf-16", "cp1250", "cp1252", "iso8859-1", "iso8859-2"}
_BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_NUMBER = re.compile(r"[+-]?\d*[.,]?\d+([eE][+-]?\d+)?")


def detect_encoding(head: bytes, charset: str) -> str:
    """Return the encoding that the byte order mark gives, or else `charset` (default: UTF-8). Raises InvalidFile."""
    for mark, encoding in _BYTE_ORDER_MARKS:
        if head.startswith(mark):
            return encoding
    try:
        encoding = codecs.lookup(charset or "utf-8").name
    except LookupError:
        encoding = ""
    if encoding not in _ENCODINGS:
        names = "utf-8, utf-16, windows-1250, windows-1252, iso-8859-1, iso-8859-2"
        raise InvalidFile(
            f"The charset {safe_text(charset)} is not supported. Use one of: {names}.", fault_code="unknown_charset"
        )
    if b"\0" in head and encoding != "utf-16":
        raise zero_bytes_fault()
    if encoding == "utf-16":
        detail = "UTF-16 needs its byte order mark at the beginning of the file. Or save the file as CSV in UTF-8."
        raise InvalidFile(detail, fault_code="zero_bytes")
    return encoding


def zero_bytes_fault(line: int | None = None) -> InvalidFile:
    """Return the error for a file that holds zero bytes."""
    detail = "This is no CSV text: it holds zero bytes. Save it as CSV in UTF-8."
    return InvalidFile(detail, fault_code="zero_bytes", line=line)


def encoding_fault(error: UnicodeDecodeError, line: int) -> InvalidFile:
    """Return the error for bytes that the encoding does not allow."""
    return InvalidFile(
        f"The file is not {error.encoding.upper()}: see the line after {line:,}. Save it as “CSV UTF-8”, or name its "
        "encoding: Content-Type: text/csv; charset=windows-1250.",
        fault_code="wrong_encoding",
    )


def header_fault(names: list[str], required: Sequence[str]) -> InvalidFile:
    """Return the error for a first line that does not name all required columns."""
    numbers = sum(1 for name in names if _NUMBER.fullmatch(name))
    if numbers * 3 > len(names):
        return InvalidFile("The first line must name the columns; this one looks like values.", fault_code="no_header")
    return missing_columns_fault(names, required)


def missing_columns_fault(names: Sequence[str], required: Sequence[str]) -> InvalidFile:
    """Return the error for a file without some of the required columns."""
    folded = {name.casefold().replace(" ", "_").replace("-", "_"): name for name in names}
    faults = []
    for name in required:
        if name not in names:
            other = folded.get(name.casefold())
            hint = f" There is “{safe_text(other)}”: names are matched letter by letter." if other else ""
            faults.append(Fault(name, "missing_column", f"The file has no column of this name.{hint}"))
    listed = ", ".join(fault.field or "" for fault in faults[:5]) + (" …" if len(faults) > 5 else "")  # noqa: PLR2004
    return InvalidFile(f"The file lacks columns: {listed}.", faults=faults[:100])


class DecimalEvidence:
    """Collects evidence for the decimal sign from the cells of number columns.

    0,5 and 12.75 prove a decimal sign. 1,234 and 1.234 prove nothing, because they may be thousands.
    """

    def __init__(self) -> None:
        self._is_proven = dict.fromkeys(_SIGNS, False)
        self._is_unclear = dict.fromkeys(_SIGNS, False)

    def add_cells(self, cells: Iterable[str]) -> None:
        joined = "\n".join(cells)
        for sign, (fraction, thousands) in _SIGNS.items():
            if sign not in joined or self._is_proven[sign]:
                continue
            for cell in map(str.strip, joined.split("\n")):
                if sign in cell and thousands.fullmatch(cell):
                    self._is_unclear[sign] = True
                elif sign in cell and fraction.fullmatch(cell):
                    self._is_proven[sign] = True
                    break

    def decide(self, requested: Decimal | None, separator: str) -> Decimal:
        """Return `requested`, or else the proven sign. Raises InvalidFile if both are proven, or none is certain."""
        hint = "Say which it is: ?decimal=point or ?decimal=comma."
        if requested:
            return requested
        comma, point = self._is_proven[","], self._is_proven["."]
        if comma and (point or self._is_unclear["."]):
            raise InvalidFile(
                f"Some numbers have a decimal comma and some a decimal point. {hint}", fault_code="mixed_decimals"
            )
        # In a file with commas between cells, a point in a number is the decimal sign.
        unclear = self._is_unclear[","] or (self._is_unclear["."] and separator != ",")
        if unclear and not comma and not point:
            sample = "1,234" if self._is_unclear[","] else "1.234"
            raise InvalidFile(
                f"Numbers such as {sample} may mean a thousand or a little more than one. {hint}",
                fault_code="unclear_thousands",
            )
        return "comma" if comma else "point"


def _patterns(sign: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return patterns for a number with a fraction, and for a number whose sign may separate thousands."""
    return re.compile(rf"[+-]?\d*{sign}\d+([eE][+-]?\d+)?"), re.compile(rf"[+-]?[1-9]\d{{0,2}}({sign}\d{{3}})+")


_SIGNS = {",": _patterns(","), ".": _patterns(r"\.")}
