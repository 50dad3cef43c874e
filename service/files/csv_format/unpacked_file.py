"""Unpack a compressed CSV or a sheet of an Excel workbook into a temporary CSV file."""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from service.errors import InvalidFile, TooLarge
from service.files.file_request import FileRequest
from tabular.compression import unpack
from tabular.errors import PackedFileError, PackedFileTooLarge
from tabular.workbook_reader import Sheet, write_sheet_as_csv


@dataclass(frozen=True)
class UnpackedFile:
    """A CSV file. It is deleted with `temporary`, if that is not None."""

    path: Path
    temporary: IO[bytes] | None = None
    sheet: Sheet | None = None


def unpack_file(file: Path, request: FileRequest) -> UnpackedFile:
    """Return the CSV that a file holds; a file that is not packed is returned as it is. Raises InvalidFile, TooLarge."""
    if request.kind != "xlsx" and request.compression is None:
        return UnpackedFile(file)
    target: Any = tempfile.NamedTemporaryFile(prefix="witryna-", suffix=".csv")  # noqa: SIM115 - the UnpackedFile keeps it
    try:
        with file.open("rb") as packed:
            if request.compression is not None:
                unpack(packed, request.compression, target, request.max_unpacked_bytes)
                sheet = None
            else:
                sheet = write_sheet_as_csv(packed, request.sheet, target, request.max_unpacked_bytes)
        target.flush()
    except PackedFileError as error:
        target.close()
        raise InvalidFile(str(error), fault_code=error.code) from None
    except PackedFileTooLarge as error:
        target.close()
        raise TooLarge(str(error)) from None
    return UnpackedFile(Path(target.name), target, sheet)
