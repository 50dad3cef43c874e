"""Detect the encoding of a CSV file, and describe the faults of its header and of its decimal sign."""

import codecs
import re
from collections.abc import Sequence

from service.errors import Fault, InvalidFile
from service.files.csv_format.encoding_faults import zero_bytes_fault
from service.rows.strict_json import safe_text
from wire.cells.decimal_sign import UnclearDecimalSign
from wire.column_names import ColumnNames

_ENCODINGS = {"utf-8", "utf-16", "cp1250", "cp1252", "iso8859-1", "iso8859-2"}
_BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_NUMBER = re.compile(r"[+-]?\d*[.,]?\d+([eE][+-]?\d+)?")


def detect_encoding(head: bytes, charset: str) -> str:
    """Return the encoding that the byte order mark gives, or else `charset` (default: UTF-8). Raises InvalidFile."""
    if head.startswith(codecs.BOM_UTF32_LE):  # it begins with the mark of UTF-16
        raise zero_bytes_fault(head)
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
        raise zero_bytes_fault(head)
    if encoding == "utf-16":
        detail = "UTF-16 needs its byte order mark at the beginning of the file. Or save the file as CSV in UTF-8."
        raise InvalidFile(detail, fault_code="zero_bytes")
    return encoding


def header_fault(names: list[str], columns: ColumnNames) -> InvalidFile:
    """Return the error for a first line that does not name all required columns."""
    numbers = sum(1 for name in names if _NUMBER.fullmatch(name))
    if numbers * 3 > len(names):
        return InvalidFile("The first line must name the columns; this one looks like values.", fault_code="no_header")
    return missing_columns_fault(names, columns)


def missing_columns_fault(names: Sequence[str], columns: ColumnNames) -> InvalidFile:
    """Return the error for a file without some of the required columns."""
    missing = columns.missing(names)
    faults = [Fault(field, "missing_column", "The file has no column of this name or label.") for field in missing]
    listed = ", ".join(missing[:5]) + (" …" if len(missing) > 5 else "")  # noqa: PLR2004
    advice = "Or say which columns they are: ?columns=."
    error = InvalidFile(f"The file lacks columns: {listed}.", advice=advice, faults=faults[:100])
    error.columns = columns.free(names)
    return error


def decimal_sign_fault(error: UnclearDecimalSign) -> InvalidFile:
    """Return the error for a file that does not show its decimal sign."""
    hint = "Say which it is: ?decimal=point or ?decimal=comma."
    if error.code == "unclear_thousands":
        hint = "Say which it is: ?decimal= or ?thousands=, each with point or comma."
    return InvalidFile(str(error), advice=hint, fault_code=error.code)
