"""The rules by which the lines of a CSV are read: which sign separates cells, where the header is, which rows are blank."""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from wire.column_names import ColumnNames

SEPARATORS = (",", ";", "\t", "|")
SHEET_SEPARATORS = (",",)
"""The separator of a sheet that was written as CSV: its names may hold the other ones."""
MAX_HEADER_LINES = 20
ONE_COLUMN = "\x1f"
"""The separator of a CSV with one column: a sign that no text holds."""


_SEPARATOR_LINE = re.compile(f'"?sep=[{"".join(SEPARATORS)}]"?', re.IGNORECASE)
"""The line that Excel writes above the column names."""
_BLANKS = "".join(SEPARATORS) + " \r\n\ufeff"


@dataclass(frozen=True)
class Header:
    separator: str
    names: list[str]


def read_header(line: str, columns: ColumnNames, separators: Sequence[str] = SEPARATORS) -> Header:
    """Return the header under the separator that gives the most of the required columns, then the most names at all.

    Spaces around a name do not count. The separator is ONE_COLUMN if the only name is the required one.
    """
    headers = [Header(separator, names_of(line, separator)) for separator in separators]
    best = max(headers, key=lambda header: (-len(columns.missing(header.names)), len(header.names)))
    is_one_column = len(best.names) == 1 and not columns.missing(best.names)
    return Header(ONE_COLUMN, best.names) if is_one_column else best


def names_of(line: str, separator: str) -> list[str]:
    """Return the names of a header; none if the line is not CSV."""
    try:
        cells = next(csv.reader([line.removeprefix("\ufeff")], delimiter=separator, strict=True), [])
    except csv.Error:
        return []
    return [name.strip() for name in cells]


def is_above_header(line: str) -> bool:
    """Return whether a line above the header is skipped: a blank one, one of separators only, or Excel's `sep=;`."""
    return not line.replace('""', "").strip(_BLANKS) or bool(_SEPARATOR_LINE.fullmatch(line.strip("\ufeff\r\n")))


def is_blank(row: Sequence[str]) -> bool:
    """Return whether a line of cells has no row: it is empty, or has separators only."""
    return not row or (len(row) > 1 and not any(cell.strip(" \t") for cell in row))


def header_text(lines: Iterator[str]) -> str:
    """Return the header: the first of some lines, and the next ones while a quote is open. Empty without lines."""
    text = next(lines, "")
    for _ in range(MAX_HEADER_LINES - 1):
        if text.count('"') % 2 == 0:
            break
        text += next(lines, "")
    return text
