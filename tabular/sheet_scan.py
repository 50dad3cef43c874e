"""Read the XML of a sheet once, before the reader of workbooks does: count its rows, within limits of memory and time."""

from dataclasses import dataclass
from typing import IO
from xml.parsers import expat

from tabular.errors import PackedFileTooLarge
from tabular.workbook_archive import CHUNK_BYTES, safe_parser

MAX_CELLS = 5_000_000
_MAX_ROW_BYTES = 2**23
_MAX_ROW_ELEMENTS = 200_000


@dataclass
class SheetScan:
    """What a sheet has."""

    rows: int = 0
    """Rows that the file has, also those without a cell."""
    row_without_value: int | None = None
    """The number of the first row, from 1, that has a formula without a value."""


def scan_sheet(sheet: IO[bytes]) -> SheetScan:
    """Read a sheet to the end of its rows. Raises PackedFileTooLarge, expat.ExpatError, ValueError."""
    scanner = _Scanner()
    while (chunk := sheet.read(CHUNK_BYTES)) and not scanner.is_complete:
        scanner.read(chunk)
    scanner.finish()
    return scanner.scan


class _Scanner:
    def __init__(self) -> None:
        self.scan = SheetScan()
        self.is_complete = False
        self._number = self._cells = self._row_elements = self._row_bytes = 0
        self._is_text = self._has_formula = False
        self._parser: expat.XMLParserType = safe_parser()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end

    def read(self, chunk: bytes) -> None:
        self._parser.Parse(chunk)
        self._row_bytes += len(chunk)
        if self._row_bytes > _MAX_ROW_BYTES or self._row_elements > _MAX_ROW_ELEMENTS:
            raise PackedFileTooLarge(f"A row of the sheet has more than {_MAX_ROW_BYTES:,} bytes.")
        if self._cells > MAX_CELLS:
            raise PackedFileTooLarge(f"A sheet may have {MAX_CELLS:,} cells.")

    def finish(self) -> None:
        """Check that the rows are complete."""
        if not self.is_complete:
            self._parser.Parse(b"", True)  # noqa: FBT003 - expat takes no keywords

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(" ")[2]
        self._row_elements += 1
        if name == "c":
            self._cells += 1
            self._is_text = attributes.get("t") == "str"
        elif name == "row":
            self.scan.rows += 1
            self._number = int(attributes.get("r", self._number + 1))
            self._row_elements = self._row_bytes = 0
        elif name == "f":
            self._has_formula = not self._is_text  # a text may be empty
        elif name == "v" and self._has_formula:
            self._parser.CharacterDataHandler = self._read_value

    def _end(self, tag: str) -> None:
        name = tag.rpartition(" ")[2]
        if name == "c" and self._has_formula:
            self.scan.row_without_value = self.scan.row_without_value or self._number
            self._has_formula = False
        elif name == "v":
            self._parser.CharacterDataHandler = None
        elif name == "sheetData":
            self.is_complete = True
            self._parser.StartElementHandler = self._parser.EndElementHandler = None

    def _read_value(self, _text: str) -> None:
        self._has_formula = False
