"""A picture. A caller sends a file of it as a data URL; a model takes its pixels."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.errors import Fault
from service.fields.arrays.array_type import ArrayType
from service.fields.field_type import Schema
from service.pictures.model_picture import data_url, model_pixels, pixels_png, read_data_url
from service.pictures.picture_file import MAX_BYTES, WrongPicture, too_many_bytes
from wire.languages import Language

_MAX_SIDE = 1024
_MAX_CHARACTERS = MAX_BYTES * 4 // 3 + 100
_PICTURE: dict[Language, str] = {"en": "a picture", "pl": "obraz"}


class ImageType(ArrayType):
    """A picture as a data URL (RFC 2397): data:image/png;base64,… Its array is (height, width) or (height, width, 3)."""

    expected = "a picture such as data:image/png;base64,…"
    json_types = frozenset({str})
    quick_type = str
    frame_kind = "image"
    dtype = np.uint8

    @property
    def shape(self) -> tuple[int, ...]:  # type: ignore[override]
        size = (self.field.height, self.field.width)
        return size if self.field.colors == "grey" else (*size, 3)

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
        return model_pixels(content, self.field.width, self.field.height, self.field.colors, media_type)

    def value(self, array: NDArray[Any]) -> str:
        return data_url(pixels_png(array))

    def value_text(self, value: Any, language: Language) -> str:
        return _PICTURE[language]

    def encode(self, values: Sequence[Any], faults: list[Fault]) -> NDArray[Any]:
        longest = [index for index, value in enumerate(values) if value is not None and len(value) > _MAX_CHARACTERS]
        for index in longest:
            error = too_many_bytes()
            faults.append(Fault(self.name, error.code, str(error), row=index))
        return super().encode([None if index in longest else value for index, value in enumerate(values)], faults)
