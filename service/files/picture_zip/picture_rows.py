"""A file of rows for a model that takes pictures or vectors, in parts that stay small when they are decoded.

The answer never repeats a picture. In its place stands the path of the picture, as the first columns of the answer, if the
file has paths: in an archive, and in columns of bytes with a path.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pyarrow as pa

from service.errors import InvalidFile, TooLarge
from service.fields.arrays.array_columns import is_picture_struct, picture_paths
from service.fields.arrays.image import DATA_URL, ImageType
from service.fields.lookup import array_fields
from service.files.file_parts import PART_ROWS, Part, RowFile
from service.files.picture_zip.zip_pictures import ZipPictures
from service.schemas import Card, Recognised
from wire.cells.text_style import TextStyle

_MAX_PART_PICTURES = 64
"""The slowest picture takes a quarter of a second, and a part must be scored within the deadline of a request."""
_MAX_PART_BYTES = 2**25
_MAX_PICTURES_BYTES = 2**33
_LONG_CELL = "long_cell"


class PictureRows:
    """The rows of another file, with the pictures of an archive beside it, if there is one."""

    def __init__(self, file: RowFile, card: Card, archive: ZipPictures | None = None) -> None:
        self._file, self._archive = file, archive
        fields = array_fields(card)
        self._part_rows = max_part_rows(card)
        self._pictures = [field.name for field in fields if isinstance(field, ImageType) and field.name in file.column_types]
        columns = {file.column_types[name].name for name in self._pictures}
        self._kept = [index for index, name in enumerate(file.others.names) if name not in columns]
        self._with_path = [
            name for name in self._pictures if archive is not None or _has_paths(file.column_types[name].type)
        ]
        paths = [pa.field(file.column_types[name].name, pa.string()) for name in self._with_path]
        self.others = pa.schema([*paths, *(file.others.field(index) for index in self._kept)], file.others.metadata)
        self.column_types = file.column_types
        self.recognised: Recognised = file.recognised

    @property
    def style(self) -> TextStyle | None:
        return self._file.style

    @property
    def separator(self) -> str:
        return self._file.separator

    def parts(self) -> Iterator[Part]:
        """Yield the rows in small parts. Raises TooLarge if the pictures of all rows are too many bytes."""
        work = 0
        for part in self._file.parts():
            for start in range(0, part.rows, self._part_rows):
                small = _slice(part, start, min(self._part_rows, part.rows - start))
                paths = [_paths(small.inputs[name]) for name in self._with_path]
                if self._archive is not None:
                    work += sum(self._archive.sizes(column) for column in paths)
                    if work > _MAX_PICTURES_BYTES:
                        raise TooLarge("The pictures of all rows unpack to more than 8 GB. Send fewer rows.")
                    small = replace(small, find_picture=self._archive.read)
                yield replace(small, others=[*paths, *(small.others[index] for index in self._kept)])


@contextmanager
def long_cells_explained() -> Iterator[None]:
    """Add to the error of a CSV with a long cell how large pictures are sent."""
    try:
        yield
    except InvalidFile as error:
        if not any(fault.code == _LONG_CELL for fault in error.faults):
            raise
        advice = "Send large pictures in a zip archive, or as bytes in Parquet or Arrow."
        raise InvalidFile(error.problem, advice=advice, fault_code=_LONG_CELL, line=error.faults[0].line) from None


def max_part_rows(card: Card) -> int:
    """Return how many rows of a model are decoded at once."""
    fields = array_fields(card)
    row_bytes = sum(math.prod(field.shape) * np.dtype(field.dtype).itemsize for field in fields)
    most = _MAX_PART_PICTURES if any(isinstance(field, ImageType) for field in fields) else PART_ROWS
    return max(1, min(most, _MAX_PART_BYTES // max(1, row_bytes)))


def _has_paths(kind: pa.DataType) -> bool:
    return is_picture_struct(kind) and picture_paths(pa.nulls(0, kind)) is not None


def _paths(array: pa.Array) -> pa.Array:
    """Return the paths of a column; null for a cell that holds its picture."""
    paths = picture_paths(array)
    if paths is not None:
        return paths
    if not (pa.types.is_string(array.type) or pa.types.is_large_string(array.type) or pa.types.is_string_view(array.type)):
        return pa.nulls(len(array), pa.string())
    cells = array.to_pylist()
    return pa.array([None if cell is None or cell.lstrip().startswith(DATA_URL) else cell for cell in cells], pa.string())


def _slice(part: Part, start: int, rows: int) -> Part:
    """Return some rows of a part."""
    return Part(
        first_row=part.first_row + start,
        rows=rows,
        inputs={name: array.slice(start, rows) for name, array in part.inputs.items()},
        others=[array.slice(start, rows) for array in part.others],
        lines=None if part.lines is None else part.lines[start : start + rows],
        faults={index - start: faults for index, faults in part.faults.items() if start <= index < start + rows},
    )
