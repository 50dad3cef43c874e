"""Write a sheet of an Excel workbook as CSV: in UTF-8, with commas, decimal points and ISO dates.

A formula is its value as the spreadsheet program saved it. The cells are read by openpyxl, row by row, after
`workbook_archive` and `sheet_scan` have checked their sizes (docs/decisions/0017-workbooks-are-read-row-by-row.md).
"""

import csv
import io
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import IO, Any, BinaryIO, TextIO

from tabular.errors import PackedFileError, PackedFileTooLarge
from tabular.sheet_cells import MAX_COLUMNS, MAX_ROWS, ColumnKind, ColumnKinds, cell_text, is_empty
from tabular.sheet_scan import scan_sheet
from tabular.workbook_archive import ARCHIVE_ERRORS, WorkbookArchive, damaged_workbook, not_workbook
from wire.cells.csv_rules import is_above_header

_MAX_NAMED = 20
_HIDDEN = {"1", "true"}
_READER_ERRORS = (*ARCHIVE_ERRORS, ValueError, TypeError, AttributeError, ArithmeticError, SyntaxError, RecursionError)
"""What openpyxl raises for a file that is damaged, or made to do harm."""


@dataclass
class Sheet:
    """A sheet that was written as CSV."""

    name: str
    sheets: list[str]
    """The names of all sheets of the workbook."""
    hidden_rows: int = 0
    """Hidden rows below the header. They are written like all others."""
    hidden_columns: int = 0
    """Hidden columns with a name. They are written like all others."""
    row_numbers: list[int] = field(default_factory=list)
    """The number of each written row in the sheet, the header first. Blank rows are not written."""
    kinds: list[ColumnKind] = field(default_factory=list)
    """The kind of each column that the header names."""


def write_sheet_as_csv(workbook: BinaryIO, name: str | None, target: IO[bytes], max_bytes: int) -> Sheet:
    """Write the named sheet, or the first visible one. Raises PackedFileError, PackedFileTooLarge."""
    with WorkbookArchive(workbook) as archive:
        try:
            book = _open_book(workbook, archive)
            part, sheet = _choose_sheet(book, name)
            with archive.open_sheet(part) as xml:
                scan = scan_sheet(xml)
            if scan.row_without_value is not None:
                raise _formula_without_value(scan.row_without_value)
            with archive.open_sheet(part) as xml:
                _write_rows(_SheetRows(book, xml, scan.rows), sheet, target, max_bytes)
        except _READER_ERRORS as error:
            raise damaged_workbook() from error
    return sheet


def _open_book(workbook: BinaryIO, archive: WorkbookArchive) -> Any:
    """Return openpyxl's reader of a workbook; it has read no sheet.

    `load_workbook` would read the beginning of every sheet, or all of it.
    """
    from openpyxl.reader.excel import ExcelReader
    from openpyxl.reader.strings import read_string_table
    from openpyxl.styles.stylesheet import apply_stylesheet
    from openpyxl.xml.constants import SHARED_STRINGS

    warnings.filterwarnings("ignore", module="openpyxl")  # styles and extensions that it does not know
    book = ExcelReader(workbook, read_only=True, data_only=True, keep_links=False)
    book.archive = archive
    try:
        book.read_manifest()
        book.read_workbook()
    except (OSError, KeyError) as error:  # another kind of archive
        raise not_workbook() from error
    apply_stylesheet(archive, book.wb)
    if texts := book.package.find(SHARED_STRINGS):
        with archive.open_texts(texts.PartName[1:]) as xml:
            book.shared_strings = read_string_table(xml)
    return book


def _choose_sheet(book: Any, name: str | None) -> tuple[str, Sheet]:
    """Return the part of the archive with the named sheet, or with the first visible one."""
    sheets = [(sheet, rel.target) for sheet, rel in book.parser.find_sheets() if rel.Type.endswith("/worksheet")]
    names = [sheet.name for sheet, _ in sheets]
    if name is not None and name not in names:
        listed = ", ".join(names[:_MAX_NAMED])
        raise PackedFileError("unknown_sheet", f"The workbook has no sheet of this name. Its sheets: {listed}.")
    chosen = [each for each in sheets if (each[0].state == "visible" if name is None else each[0].name == name)]
    sheet, part = (chosen or sheets)[0]
    return part, Sheet(sheet.name, names)


def _formula_without_value(row: int) -> PackedFileError:
    message = (
        f"Row {row:,} of the sheet has a formula without a value. Open the workbook in a spreadsheet program and save it."
    )
    return PackedFileError("formula_without_value", message, line=row)


class _SheetRows:
    """The rows of a sheet that has `count` rows, as number in the sheet, values, and whether the row is hidden."""

    def __init__(self, book: Any, xml: IO[bytes], count: int) -> None:
        from openpyxl.worksheet._reader import WorkSheetParser

        self._parser = WorkSheetParser(
            xml,
            book.shared_strings,
            data_only=True,
            epoch=book.wb.epoch,
            date_formats=book.wb._date_formats,
            timedelta_formats=book.wb._timedelta_formats,
        )
        self._count = count

    def __iter__(self) -> Iterator[tuple[int, list[Any], bool]]:
        """Raises PackedFileError if the rows are not in order or not complete, PackedFileTooLarge."""
        last = rows_read = 0
        for number, cells in islice(self._parser.parse(), self._count):
            if number <= last:
                raise damaged_workbook()
            if number > MAX_ROWS:
                raise PackedFileTooLarge(f"A sheet may have {MAX_ROWS:,} rows.")
            properties = self._parser.row_dimensions.pop(str(number), {})
            yield number, _values(cells), properties.get("hidden") in _HIDDEN
            last, rows_read = number, rows_read + 1
        if rows_read < self._count:
            raise damaged_workbook()

    def hidden_columns(self) -> set[int]:
        """Return the indices of the hidden columns, after the first row was read."""
        return {
            index
            for column in self._parser.column_dimensions.values()
            if column.get("hidden") in _HIDDEN
            for index in range(int(column["min"]) - 1, min(int(column["max"]), MAX_COLUMNS))
        }


def _values(cells: list[dict[str, Any]]) -> list[Any]:
    """Return the values of a row from its first column to the last one with a value."""
    filled = [cell for cell in cells if not is_empty(cell["value"])]
    width = max((cell["column"] for cell in filled), default=0)
    if width > MAX_COLUMNS:
        raise PackedFileTooLarge(f"A sheet may have {MAX_COLUMNS:,} columns.")
    values: list[Any] = [None] * width
    for cell in filled:
        values[cell["column"] - 1] = cell["value"]
    return values


def _write_rows(rows: _SheetRows, sheet: Sheet, target: IO[bytes], max_bytes: int) -> None:
    text = io.TextIOWrapper(target, "utf-8", newline="", write_through=True)
    try:
        _write_text(rows, sheet, text, max_bytes)
    finally:
        text.detach()


def _write_text(rows: _SheetRows, sheet: Sheet, text: TextIO, max_bytes: int) -> None:
    writer = csv.writer(text, lineterminator="\n")
    kinds = ColumnKinds(0)
    width = 0
    for number, values, is_hidden in rows:
        cells = list(map(cell_text, values))
        if not any(cell.strip() for cell in cells) or (not width and is_above_header(",".join(cells))):
            continue
        if not width:
            width = len(cells)
            kinds = ColumnKinds(width)
            sheet.hidden_columns = sum(1 for index in rows.hidden_columns() if "".join(cells[index : index + 1]).strip())
        else:
            kinds.add(values)
            sheet.hidden_rows += is_hidden
        writer.writerow(cells + [""] * (width - len(cells)))
        sheet.row_numbers.append(number)
        if text.buffer.tell() > max_bytes:
            raise PackedFileTooLarge(f"The sheet has more than {max_bytes:,} bytes.")
    sheet.kinds = kinds.decide()
