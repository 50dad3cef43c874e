"""A picture. A caller sends a file of it as a data URL; a model takes its pixels."""

import math
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from service.errors import Fault
from service.fields.arrays.array_type import ArrayType, FindPicture, ParsedArrays
from service.fields.field_type import Schema
from service.pictures.model_picture import model_pixels, pixels_png, read_data_url
from service.pictures.picture_file import MAX_PIXELS, WrongPicture, count_pixels, too_many_bytes
from wire.languages import Language
from wire.media_types import MAX_PICTURE_BYTES
from wire.row_values import data_url

if TYPE_CHECKING:
    import pyarrow as pa

_MAX_SIDE = 1024
DATA_URL = "data:"
"""How a cell of a file begins that holds a picture, and not the path of one."""
_MAX_CHARACTERS = MAX_PICTURE_BYTES * 4 // 3 + 100
_MAX_PIXELS_TOGETHER = 10 * MAX_PIXELS
"""A million pixels takes up to 60 ms, and a request has 30 s."""
_MAX_BYTES_TOGETHER = 256 * 2**20
"""Of the arrays of one request: 1,700 pictures of 224 × 224 pixels in colours."""
_PICTURE: dict[Language, str] = {"en": "a picture", "pl": "obraz"}


class ImageType(ArrayType):
    """A picture as a data URL (RFC 2397): data:image/png;base64,… Its array is (height, width) or (height, width, 3)."""

    expected = "a picture such as data:image/png;base64,…"
    json_types = frozenset({str})
    quick_type = str
    words = "a picture"
    frame_kind = "image"
    dtype = np.uint8

    @property
    def shape(self) -> tuple[int, ...]:  # type: ignore[override]
        size = (self.field.height, self.field.width)
        return size if self.field.colours == "grey" else (*size, 3)

    def card_fault(self) -> str | None:
        if self.nullable:
            return "is a picture, which cannot be null"
        if not (0 < self.field.width <= _MAX_SIDE and 0 < self.field.height <= _MAX_SIDE):
            return f"needs a width and a height of 1 to {_MAX_SIDE} pixels"
        return None

    def json_schema(self) -> Schema:
        return {
            "type": "string",
            "pattern": "^data:image/(png|jpeg|webp|gif|bmp|tiff);base64,",
            "maxLength": _MAX_CHARACTERS,
        }

    def read(self, value: str) -> NDArray[np.uint8] | Fault:
        try:
            content, media_type = read_data_url(value)
            return self.pixels(content, media_type)
        except WrongPicture as error:
            return Fault(self.name, error.code, str(error))

    def pixels(self, content: bytes, media_type: str | None = None) -> NDArray[np.uint8]:
        """Return the file of a picture as the model sees it, an array of `shape`. Raises WrongPicture."""
        return model_pixels(content, self.field.width, self.field.height, self.field.colours, media_type)

    def value(self, array: NDArray[Any]) -> str:
        return data_url(pixels_png(array))

    def value_text(self, value: Any, language: Language) -> str:
        return _PICTURE[language]

    def encode(self, values: Sequence[Any], faults: list[Fault]) -> NDArray[Any]:
        if len(values) * math.prod(self.shape) > _MAX_BYTES_TOGETHER:
            most = _MAX_BYTES_TOGETHER // math.prod(self.shape)
            message = f"A request may hold {most:,} pictures of the size that the model sees."
            faults.append(Fault(self.name, "picture_too_large", message, row=most))
            return np.broadcast_to(np.zeros((), dtype=self.dtype), (len(values), *self.shape))
        longest = [index for index, value in enumerate(values) if value is not None and len(value) > _MAX_CHARACTERS]
        for index in longest:
            error = too_many_bytes()
            faults.append(Fault(self.name, error.code, str(error), row=index))
        kept = [None if index in longest else value for index, value in enumerate(values)]
        return super().encode(self._within_pixels(kept, faults), faults)

    def _within_pixels(self, values: list[Any], faults: list[Fault]) -> list[Any]:
        """Return the values to decode: none of them, and a fault, if they are too many pixels for one request."""
        if len(values) * MAX_PIXELS <= _MAX_PIXELS_TOGETHER:
            return values
        pixels = 0
        for index, value in enumerate(values):
            pixels += 0 if value is None else self._count_pixels(value)
            if pixels > _MAX_PIXELS_TOGETHER:
                message = f"The pictures of a request may have {_MAX_PIXELS_TOGETHER // 10**6} million pixels together."
                faults.append(Fault(self.name, "picture_too_large", message, row=index))
                return [None] * len(values)
        return values

    @staticmethod
    def _count_pixels(value: str) -> int:
        try:
            return count_pixels(read_data_url(value)[0])
        except WrongPicture:
            return 0

    def parse_text(self, array: "pa.Array", find: FindPicture | None) -> ParsedArrays:
        from service.fields.arrays.array_columns import text_cells

        return self.parse_cells(text_cells(array), len(array), partial(self._read_cell, find=find))

    def parse_arrow(self, array: "pa.Array", find: FindPicture | None) -> ParsedArrays:
        from service.fields.arrays.array_columns import picture_cells

        return self.parse_cells(picture_cells(self, array), len(array), partial(self._read_cell, find=find))

    def _read_cell(self, cell: bytes | str, find: FindPicture | None) -> NDArray[np.uint8] | Fault:
        """Return the pixels of a cell: the bytes of a picture, a data URL, or the name by which `find` has the bytes."""
        try:
            if isinstance(cell, bytes):
                return self.pixels(cell)
            if find is not None and not cell.startswith(DATA_URL):
                return self.pixels(find(cell))
        except WrongPicture as error:
            return Fault(self.name, error.code, str(error))
        faults: list[Fault] = []
        arrays: NDArray[np.uint8] = self.encode([cell], faults)
        return faults[0] if faults else arrays[0]
