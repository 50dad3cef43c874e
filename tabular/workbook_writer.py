"""Write rows as an Excel workbook with one sheet, row by row.

A text is never a formula or a link. Excel has no time zones, so a moment with a zone is written as text.
"""

import math
import weakref
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import IO, Any, TextIO

from tabular.errors import PackedFileTooLarge
from tabular.scratch_folder import ScratchFolder
from tabular.sheet_cells import MAX_ROWS

_MAX_TEXT = 32_767
_MAX_EXACT_INTEGER = 10**15
"""Excel shows 15 digits of a number; an integer with more is written as text."""
_MAX_NUMBER = 9.99999999999999e307
"""The largest number that a cell takes in Excel; a larger one is written as text."""
_FIRST_DAY = date(1900, 3, 1)
"""Excel counts a day that never was, 29 February 1900; earlier dates are written as text."""
_FORMATS = {datetime: "yyyy-mm-dd hh:mm:ss", date: "yyyy-mm-dd", time: "hh:mm:ss", timedelta: "[h]:mm:ss"}
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


class _Number(float):
    """A number with all its digits. XlsxWriter formats numbers with 16 digits, and some need 17."""

    def __format__(self, _format: str, /) -> str:
        return repr(float(self))


class WorkbookWriter:
    """Writes a header and rows to a file; `close` completes it.

    Until then, the rows are in a scratch folder. It is removed with the writer too.
    """

    def __init__(self, target: IO[bytes], names: Iterable[str]) -> None:
        import xlsxwriter

        folder = ScratchFolder()
        self._workbook = xlsxwriter.Workbook(target, _OPTIONS | {"tmpdir": str(folder.path)})
        self._sheet = self._workbook.add_worksheet()
        self._remove_folder = weakref.finalize(self, _remove_folder, folder, self._sheet.row_data_fh)
        self._formats = {kind: self._workbook.add_format({"num_format": text}) for kind, text in _FORMATS.items()}
        self._next_row = 0
        self._write(names)
        self._sheet.freeze_panes(1, 0)

    def write(self, rows: Iterable[Iterable[Any]]) -> None:
        """Write rows of values. Raises PackedFileTooLarge beyond the rows of a sheet."""
        for row in rows:
            self._write(row)

    def close(self) -> None:
        self._workbook.close()
        self._remove_folder()

    def _write(self, row: Iterable[Any]) -> None:
        if self._next_row == MAX_ROWS:
            raise PackedFileTooLarge(f"An Excel sheet has {MAX_ROWS:,} rows. Ask for CSV, Arrow or Parquet.")
        for column, value in enumerate(row):
            self._write_cell(column, value)
        self._next_row += 1

    def _write_cell(self, column: int, value: Any) -> None:
        if value is None:
            return
        if isinstance(value, bool):
            self._sheet.write_boolean(self._next_row, column, value)
        elif isinstance(value, int | float) and _has_excel_number(value):
            self._sheet.write_number(self._next_row, column, _Number(value) if isinstance(value, float) else value)
        elif isinstance(value, date | time | timedelta) and _has_excel_date(value):
            kind = next(kind for kind in _FORMATS if isinstance(value, kind))
            self._sheet.write_datetime(self._next_row, column, value, self._formats[kind])
        else:
            self._sheet.write_string(self._next_row, column, str(value)[:_MAX_TEXT])


def _remove_folder(folder: ScratchFolder, rows: TextIO) -> None:
    rows.close()
    folder.remove()


def _has_excel_number(value: float) -> bool:
    if isinstance(value, int):
        return abs(value) < _MAX_EXACT_INTEGER
    return math.isfinite(value) and abs(value) < _MAX_NUMBER


def _has_excel_date(value: date | time | timedelta) -> bool:
    if isinstance(value, timedelta):
        return value >= timedelta()
    if isinstance(value, datetime | time) and value.tzinfo is not None:
        return False
    return isinstance(value, time) or date(value.year, value.month, value.day) >= _FIRST_DAY
