"""The pictures of a zip archive for the cells of its table, and an archive that has pictures alone."""

import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

import pyarrow as pa

from service.bundles.scorers.deadlines import current_deadline
from service.errors import InvalidFile, TooLarge
from service.files.file_parts import PART_ROWS, Part
from service.pictures.picture_file import WrongPicture
from service.schemas import Recognised
from tabular.errors import PackedFileError, PackedFileTooLarge
from tabular.picture_zip.picture_archive import PictureArchive, UnreadablePicture
from wire.answer_columns import FILE


class ZipPictures:
    """The pictures of an archive. Opening raises InvalidFile, TooLarge."""

    def __init__(self, file: Path) -> None:
        opened = cast(BinaryIO, file.open("rb"))
        weakref.finalize(self, opened.close)
        with packed_file_errors():
            self.archive = PictureArchive(opened)
        self.folder = ""
        """The folder of the table, from which its paths lead."""

    def read(self, cell: str) -> bytes:
        """Return the picture that a cell names. Raises WrongPicture, ModelTimeout."""
        current_deadline()
        try:
            return self.archive.read(self.archive.find(cell, self.folder))
        except UnreadablePicture as error:
            raise WrongPicture(error.code, str(error)) from None

    def sizes(self, cells: pa.Array) -> int:
        """Return the bytes of all pictures that cells name."""
        return sum(self._size(cell) for cell in cells.to_pylist() if cell is not None)

    def _size(self, cell: str) -> int:
        try:
            return self.archive.size(self.archive.find(cell, self.folder))
        except UnreadablePicture:
            return 0


class PictureNames:
    """The names of the pictures of an archive as the rows of a file: the only input of the model is a picture."""

    style = None
    separator = ","

    def __init__(self, archive: ZipPictures, field: str) -> None:
        self._field, self._names = field, archive.archive.pictures
        self.others = pa.schema([])
        self.column_types = {field: pa.field(FILE, pa.string())}
        self.recognised = Recognised(
            format="pictures", rows=len(self._names), columns=[field], ignored=[], matched={field: FILE}, compression="zip"
        )

    def parts(self) -> Iterator[Part]:
        for start in range(0, len(self._names), PART_ROWS):
            names = self._names[start : start + PART_ROWS]
            yield Part(start + 1, len(names), {self._field: pa.array(names, pa.string())}, [])


@contextmanager
def packed_file_errors() -> Iterator[None]:
    """Turn the errors of packed files into those of the service."""
    try:
        yield
    except PackedFileError as error:
        raise InvalidFile(str(error), fault_code=error.code, line=error.line) from None
    except PackedFileTooLarge as error:
        raise TooLarge(str(error)) from None
