"""The parts of an Excel workbook, each checked before the reader of workbooks builds it in memory.

The reader trusts its file. A part of some kilobytes may unpack to gigabytes, or have millions of elements.
"""

import zipfile
import zlib
from dataclasses import dataclass
from typing import IO, BinaryIO, Literal
from xml.parsers import expat

from tabular.errors import PackedFileError, PackedFileTooLarge
from tabular.zip_archive import ZipArchive

MAX_SHEET_BYTES = 2**29
CHUNK_BYTES = 2**16
_MAX_NAMESPACE = 1000
ARCHIVE_ERRORS = (zipfile.BadZipFile, zlib.error, expat.ExpatError, NotImplementedError, EOFError, OSError, LookupError)


@dataclass(frozen=True)
class _Limits:
    bytes: int
    elements: int


_PART = _Limits(2**24, 2**17)
"""Limits of the list of sheets and of the styles. Excel has at most 65,490 formats of cells."""
_TEXTS = _Limits(2**26, 2**21)
"""Limits of the shared texts of all cells."""


class WorkbookArchive(ZipArchive):
    """The archive of a workbook. Every part that is opened is checked. Raises PackedFileError, PackedFileTooLarge."""

    def __init__(self, file: BinaryIO) -> None:
        try:
            super().__init__(file)
        except (ValueError, *ARCHIVE_ERRORS) as error:
            raise not_workbook() from error

    def open(
        self,
        name: str | zipfile.ZipInfo,
        mode: Literal["r", "w"] = "r",
        pwd: bytes | None = None,
        *,
        force_zip64: bool = False,
    ) -> IO[bytes]:
        self._check(name, _PART)
        return super().open(name, mode, pwd, force_zip64=force_zip64)

    def open_texts(self, name: str) -> IO[bytes]:
        """Open the part with the shared texts."""
        self._check(name, _TEXTS)
        return super().open(name)

    def open_sheet(self, name: str) -> IO[bytes]:
        """Open a sheet. Only its size is checked."""
        if self.getinfo(name).file_size > MAX_SHEET_BYTES:
            raise PackedFileTooLarge(f"The sheet unpacks to more than {MAX_SHEET_BYTES:,} bytes.")
        return super().open(name)

    def _check(self, name: str | zipfile.ZipInfo, limits: _Limits) -> None:
        member = self.getinfo(name) if isinstance(name, str) else name
        if member.file_size > limits.bytes:
            raise _too_large()
        elements = 0

        def count(_name: str, _attributes: dict[str, str]) -> None:
            nonlocal elements
            elements += 1
            if elements > limits.elements:
                raise _too_large()

        parser = safe_parser()
        parser.StartElementHandler = count
        with super().open(member) as part:
            while chunk := part.read(CHUNK_BYTES):
                parser.Parse(chunk)
            parser.Parse(b"", True)  # noqa: FBT003 - expat takes no keywords


def safe_parser() -> expat.XMLParserType:
    """Return a parser of XML that refuses what makes a short text long: entities, and long names of namespaces.

    Source: https://docs.python.org/3/library/xml.html#xml-security.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartNamespaceDeclHandler = _check_namespace
    return parser


def _refuse(*_: object) -> None:
    raise damaged_workbook()


def _check_namespace(_prefix: str | None, address: str | None) -> None:
    if address and len(address) > _MAX_NAMESPACE:  # it is repeated in the name of every element
        raise damaged_workbook()


def not_workbook() -> PackedFileError:
    return PackedFileError(
        "not_workbook", "This is no Excel workbook (.xlsx), or it has a password. Save it as .xlsx without a password."
    )


def damaged_workbook() -> PackedFileError:
    return PackedFileError("damaged_file", "The workbook is damaged: save it again in a spreadsheet program.")


def _too_large() -> PackedFileTooLarge:
    limit = f"{_TEXTS.bytes:,} bytes or {_TEXTS.elements:,} texts"
    return PackedFileTooLarge(f"The texts and styles of the workbook are too large; it may have {limit}.")
