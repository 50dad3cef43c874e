"""Write a sheet of an Excel workbook as CSV: in UTF-8, with commas, decimal points and ISO dates.

A formula is its value as the spreadsheet program saved it. The cells are read by openpyxl, row by row, after
`workbook_scan` has checked their sizes. python-calamine is faster, but it reads a whole sheet into memory, whatever its
size, and an error such as #N/A as an empty cell.
"""

import csv
import io
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, BinaryIO, Literal, TextIO

from tabular.errors import PackedFileError, PackedFileTooLarge
from tabular.workbook_scan import check_archive, damaged_workbook, not_workbook, scan_sheet
from wire.cells.time_values import duration_text

ColumnKind = Literal["int64", "float64", "bool", "date32", "timestamp[us]", "string"]
"""The name of the Arrow type that holds all cells of a column."""

_MICROSECOND = timedelta(microseconds=1)
_TRUTHS = {True: "true", False: "false"}
_MAX_NAMED = 20
_MAX_EXACT_INTEGER = 2**53


@dataclass
class Sheet:
    """A sheet that was written as CSV."""

    name: str
    hidden_rows: int
    """Hidden rows with cells. They are written like all others."""
    row_numbers: list[int] = field(default_factory=list)
    """The number of each written row in the sheet, the header first. Blank rows are not written."""
    kinds: list[ColumnKind] = field(default_factory=list)
    """For each column, the kind of all its cells below the header; `string` if they differ."""


def write_sheet_as_csv(workbook: BinaryIO, name: str | None, target: BinaryIO, max_bytes: int) -> Sheet:
    """Write the named sheet, or the first visible one. Raises PackedFileError, PackedFileTooLarge."""
    check_archive(workbook)
    try:
        with _opened(workbook) as book:
            worksheet = _choose_sheet(book, name)
            with book._archive.open(worksheet._worksheet_path) as xml:
                scan = scan_sheet(xml)
            if scan.has_formula_without_value:
                raise PackedFileError(
                    "formula_without_value", "The sheet has formulas without values. Save it in a spreadsheet program first."
                )
            sheet = Sheet(worksheet.title, scan.hidden_rows)
            worksheet.reset_dimensions()  # many programs write wrong ones
            text = io.TextIOWrapper(target, "utf-8", newline="", write_through=True)
            try:
                _write_rows(worksheet.iter_rows(values_only=True), sheet, text, max_bytes)
            finally:
                text.detach()
            return sheet
    except (KeyError, ValueError, TypeError, AttributeError, IndexError, zipfile.BadZipFile, EOFError, SyntaxError) as error:
        raise damaged_workbook() from error


def _opened(workbook: BinaryIO) -> Any:
    from contextlib import closing

    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    warnings.filterwarnings("ignore", module="openpyxl")  # styles and extensions that it does not know
    try:
        return closing(openpyxl.load_workbook(workbook, read_only=True, data_only=True, keep_links=False))
    except (InvalidFileException, OSError) as error:
        raise not_workbook() from error


def _choose_sheet(book: Any, name: str | None) -> Any:
    sheets = {sheet.title: sheet for sheet in book.worksheets}
    if name is not None:
        if name not in sheets:
            names = ", ".join(list(sheets)[:_MAX_NAMED])
            raise PackedFileError("unknown_sheet", f"The workbook has no sheet of this name. Its sheets: {names}.")
        return sheets[name]
    if not sheets:
        raise damaged_workbook()
    return next((sheet for sheet in sheets.values() if sheet.sheet_state == "visible"), next(iter(sheets.values())))


def _write_rows(rows: Iterator[tuple[Any, ...]], sheet: Sheet, text: TextIO, max_bytes: int) -> None:
    writer = csv.writer(text, lineterminator="\n")
    kinds: list[ColumnKind | None] = []
    width = 0
    for number, row in enumerate(rows, start=1):
        if all(value is None or (isinstance(value, str) and not value.strip()) for value in row):
            continue
        cells = list(row)
        if not sheet.row_numbers:
            width = 1 + max(index for index, value in enumerate(cells) if value not in {None, ""})
            kinds = [None] * width
        else:
            _add_kinds(kinds, cells)
        while len(cells) > width and cells[-1] in {None, ""}:
            cells.pop()
        cells += [None] * (width - len(cells))
        writer.writerow([_cell_text(value) for value in cells])
        sheet.row_numbers.append(number)
        if text.buffer.tell() > max_bytes:
            raise PackedFileTooLarge(f"The sheet has more than {max_bytes:,} bytes.")
    sheet.kinds = [kind or "string" for kind in kinds]


def _add_kinds(kinds: list[ColumnKind | None], cells: list[Any]) -> None:
    for index, value in enumerate(cells[: len(kinds)]):
        if value is None or kinds[index] == "string":
            continue
        kind = _kind(value)
        if kinds[index] is None:
            kinds[index] = kind
        elif kinds[index] != kind:
            kinds[index] = _WIDER.get(frozenset({kinds[index], kind}), "string")


_WIDER: dict[frozenset[ColumnKind | None], ColumnKind] = {
    frozenset({"int64", "float64"}): "float64",
    frozenset({"date32", "timestamp[us]"}): "timestamp[us]",
}


def _kind(value: Any) -> ColumnKind:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int):
        return "int64" if abs(value) <= _MAX_EXACT_INTEGER else "float64"
    if isinstance(value, float):
        return "float64"
    if isinstance(value, datetime):
        return "date32" if value.time() == time() else "timestamp[us]"
    return "date32" if isinstance(value, date) else "string"


def _cell_text(value: Any) -> str:
    """Return a value as the cell of a CSV: 0.7, true, 2026-11-29, 2026-11-29T14:30:00, 26:30:00."""
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool):
        return _TRUTHS[value]
    if isinstance(value, timedelta):
        return duration_text(value // _MICROSECOND, "us")
    if isinstance(value, date | time):
        return value.isoformat().removesuffix("T00:00:00")
    return str(value) if isinstance(value, int) and abs(value) <= _MAX_EXACT_INTEGER else repr(float(value))
