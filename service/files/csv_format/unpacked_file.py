"""Unpack a compressed CSV or a sheet of an Excel workbook into a temporary CSV file."""

import io
import weakref
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, cast

from service.bundles.scorers.deadlines import current_deadline
from service.errors import InvalidFile, Overloaded, TooLarge
from service.files.csv_format.csv_text import CsvText
from service.files.file_request import FileRequest
from service.files.temporary_file import temporary_file
from tabular.compression import unpack
from tabular.errors import PackedFileError, PackedFileTooLarge
from tabular.workbook_reader import Sheet, write_sheet_as_csv
from wire.cells.csv_rules import SHEET_SEPARATORS
from wire.column_names import ColumnNames


@dataclass(frozen=True)
class UnpackedFile:
    """A CSV file. If it is temporary, it exists as long as this object."""

    path: Path
    sheet: Sheet | None = None

    def open_text(self, columns: ColumnNames, charset: str) -> CsvText:
        """Open the CSV; `charset` counts if it is no sheet. Raises InvalidFile."""
        if self.sheet:
            return CsvText(self.path, columns, "", SHEET_SEPARATORS)
        return CsvText(self.path, columns, charset)


def unpack_file(file: Path, request: FileRequest) -> UnpackedFile:
    """Return the CSV that a file holds; a file that is not packed is returned as it is.

    Raises InvalidFile, TooLarge, ModelTimeout, Overloaded if the disk is full.
    """
    if not request.is_packed:
        return UnpackedFile(file)
    target, path = temporary_file()
    try:
        with _FileWithDeadline(file) as packed:
            sheet = _unpack(cast(BinaryIO, packed), request, target)
            target.flush()
    except BaseException:
        target.close()
        raise
    unpacked = UnpackedFile(path, sheet)
    weakref.finalize(unpacked, target.close)
    return unpacked


def _unpack(packed: BinaryIO, request: FileRequest, target: IO[bytes]) -> Sheet | None:
    try:
        if request.compression is None:
            return write_sheet_as_csv(packed, request.sheet, target, request.max_unpacked_bytes)
        unpack(packed, request.compression, target, request.max_unpacked_bytes)
    except PackedFileError as error:
        raise InvalidFile(str(error), fault_code=error.code, line=error.line) from None
    except PackedFileTooLarge as error:
        raise TooLarge(str(error)) from None
    except OSError as error:
        raise Overloaded("The disk has no space for this file.") from error
    return None


class _FileWithDeadline(io.FileIO):
    """A file for readers that know no deadlines: after the deadline of the request, reading raises ModelTimeout."""

    def read(self, size: int | None = -1, /) -> bytes:
        current_deadline()
        return super().read(-1 if size is None else size)
