"""Check an Excel workbook before it is read: its sizes when unpacked, and the rows and cells of a sheet.

The reader of workbooks trusts its file. This scan does not: it stops at a limit before memory is spent, and it finds what
the reader does not tell, such as hidden rows.
"""

import re
import zipfile
import zlib
from dataclasses import dataclass
from typing import BinaryIO
from xml.etree import ElementTree
from xml.parsers import expat

from tabular.errors import PackedFileError, PackedFileTooLarge

MAX_COLUMNS = 1000
MAX_ROWS = 2**20
_MAX_SHEET_BYTES, _MAX_OTHER_BYTES = 2**29, 2**26
_MAX_CONTENT_TYPES_BYTES = 2**20
_MAX_MEMBERS = 10_000
_CHUNK_BYTES = 2**16
_ARCHIVE_ERRORS = (NotImplementedError, RuntimeError, ValueError, KeyError, OSError)
_LETTERS = re.compile("[A-Z]{1,3}")
_CONTENT_TYPES = "[Content_Types].xml"


@dataclass
class SheetScan:
    """What the XML of a sheet has. Rows count from 1, as in Excel."""

    hidden_rows: int = 0
    """Rows with cells that a filter or a person has hidden."""
    has_formula_without_value: bool = False


def check_archive(file: BinaryIO) -> None:
    """Check the sizes of all parts of a workbook. Raises PackedFileError, PackedFileTooLarge."""
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            sheets = _sheets(archive)
    except (zipfile.BadZipFile, zlib.error, ElementTree.ParseError, EOFError, *_ARCHIVE_ERRORS) as error:
        raise not_workbook() from error
    if len(members) > _MAX_MEMBERS or len({member.filename.lower() for member in members}) != len(members):
        raise damaged_workbook()
    if max(member.file_size for member in members) > _MAX_SHEET_BYTES:
        raise PackedFileTooLarge(f"A part of the workbook unpacks to more than {_MAX_SHEET_BYTES:,} bytes.")
    if sum(member.file_size for member in members if member.filename.lower() not in sheets) > _MAX_OTHER_BYTES:
        raise PackedFileTooLarge(f"The texts and styles of the workbook unpack to more than {_MAX_OTHER_BYTES:,} bytes.")


def _sheets(archive: zipfile.ZipFile) -> set[str]:
    """Return the names of the parts that are only sheets, in lower case."""
    info = archive.getinfo(_CONTENT_TYPES)
    if info.file_size > _MAX_CONTENT_TYPES_BYTES:
        raise damaged_workbook()
    kinds: dict[str, set[str]] = {}
    for element in ElementTree.fromstring(archive.read(info)):  # noqa: S314 - small, and expat stops entity bombs
        name = element.get("PartName", "").removeprefix("/").lower()
        kinds.setdefault(name, set()).add(element.get("ContentType", "").rpartition(".")[2])
    return {name for name, types in kinds.items() if types == {"worksheet+xml"}}


def scan_sheet(sheet: BinaryIO) -> SheetScan:
    """Read the XML of a sheet. Raises PackedFileError if its rows are not in order, PackedFileTooLarge."""
    parser = expat.ParserCreate()
    scanner = _Scanner(parser)
    parser.StartElementHandler = scanner.start
    parser.EndElementHandler = scanner.end
    parser.StartDoctypeDeclHandler = scanner.refuse
    try:
        while chunk := sheet.read(_CHUNK_BYTES):
            parser.Parse(chunk)
        parser.Parse(b"", True)  # noqa: FBT003 - expat takes no keywords
    except (expat.ExpatError, zipfile.BadZipFile, ValueError, EOFError, OSError) as error:
        raise damaged_workbook() from error
    return scanner.scan


class _Scanner:
    def __init__(self, parser: expat.XMLParserType) -> None:
        self.scan = SheetScan()
        self._parser = parser
        self._row = self._cells = self._column = 0
        self._is_hidden = self._is_text = self._has_formula = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name == "c":
            self._start_cell(attributes.get("r", ""))
            self._is_text = attributes.get("t") == "str"
        elif name == "row":
            self._start_row(attributes)
        elif name == "f":
            self._has_formula = not self._is_text  # a text may be empty
        elif name == "v" and self._has_formula:
            self._parser.CharacterDataHandler = self._read_value

    def end(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        if name == "c" and self._has_formula:
            self.scan.has_formula_without_value = True
            self._has_formula = False
        elif name == "v":
            self._parser.CharacterDataHandler = None
        elif name == "row" and self._is_hidden and self._cells:
            self.scan.hidden_rows += 1

    def _read_value(self, _text: str) -> None:
        self._has_formula = False

    def refuse(self, *_: object) -> None:
        raise damaged_workbook()

    def _start_row(self, attributes: dict[str, str]) -> None:
        number = int(attributes.get("r", self._row + 1))
        if number <= self._row:
            raise damaged_workbook()
        if number > MAX_ROWS:
            raise PackedFileTooLarge(f"A sheet may have {MAX_ROWS:,} rows.")
        self._row, self._cells, self._column = number, 0, 0
        self._is_hidden = attributes.get("hidden") in {"1", "true"}

    def _start_cell(self, reference: str) -> None:
        letters = _LETTERS.match(reference)
        self._column = _column_number(letters[0]) if letters else self._column + 1
        self._cells += 1
        if self._column > MAX_COLUMNS or self._cells > MAX_COLUMNS:
            raise PackedFileTooLarge(f"A sheet may have {MAX_COLUMNS:,} columns.")


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def not_workbook() -> PackedFileError:
    return PackedFileError(
        "not_workbook", "This is no Excel workbook (.xlsx), or it has a password. Save it as .xlsx without a password."
    )


def damaged_workbook() -> PackedFileError:
    return PackedFileError("damaged_file", "The workbook is damaged: save it again in a spreadsheet program.")
