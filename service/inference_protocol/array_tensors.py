"""Pictures and vectors as tensors: a picture is an element of BYTES, a vector a row of numbers, [rows, length]."""

import base64
from typing import Any

import numpy as np

from service.fields.arrays.array_type import ArrayType
from service.fields.arrays.vector import VectorType
from service.fields.field_type import FieldType
from service.inference_protocol.datatypes import NUMBERS
from service.inference_protocol.tensor_values import Path, elements_of_bytes, require_size, wrong_values
from wire.row_values import data_url

BASE64 = "base64"
"""The content type of MLServer for bytes in JSON."""
_DATA_URL = b"data:"
_ANY_PICTURE = "data:image/png;base64,"


def shapes_of(field: FieldType | None, rows: int) -> list[list[int]]:
    """Return the shapes that a tensor of a field may have; `None`: a field that the model does not have."""
    return [[rows, field.field.length]] if isinstance(field, VectorType) else [[rows], [rows, 1]]


def row_shape(field: FieldType) -> list[int]:
    """Return the shape of a tensor without the rows, as metadata name it."""
    return [field.field.length] if isinstance(field, VectorType) else []


def arrays_of_json(
    field: ArrayType, data: list[Any], rows: int, path: Path, *, is_base64: bool, is_column: bool
) -> list[Any]:
    """Return the pictures or vectors of a tensor in JSON, in the form of a row. Raises InvalidInput.

    `is_column`: the shape of pictures is [rows, 1], so each may stand in a list of its own.
    """
    if not isinstance(field, VectorType):
        if is_column and all(isinstance(each, list) and len(each) == 1 for each in data):
            data = [each[0] for each in data]
        require_count(data, rows, path)
        return [_of_base64(value) if is_base64 and isinstance(value, str) else value for value in data]
    length = field.field.length
    if len(data) == rows and all(isinstance(each, list) for each in data):
        return data
    require_count(data, rows * length, path)
    return [data[start : start + length] for start in range(0, len(data), length)]


def arrays_of_bytes(field: ArrayType, data: memoryview, datatype: str, rows: int, path: Path) -> list[Any]:
    """Return the pictures or vectors of a tensor in bytes, in the form of a row. Raises InvalidInput."""
    if not isinstance(field, VectorType):
        return [_of_bytes(bytes(element)) for element in elements_of_bytes(data, rows, path)]
    dtype, length = NUMBERS[datatype].dtype, field.field.length
    require_size(len(data), rows * length * dtype.itemsize, path)
    vectors: list[Any] = np.frombuffer(data, dtype).reshape(rows, length).tolist()
    return vectors


def require_count(data: list[Any], count: int, path: Path) -> None:
    if len(data) != count:
        raise wrong_values(f"Expected {count:,} values, as the shape says, not {len(data):,}.", path)


def _of_base64(text: str) -> str:
    try:
        return data_url(base64.b64decode(text, validate=True))
    except ValueError:
        return _ANY_PICTURE + text  # the checks of rows refuse it as broken


def _of_bytes(content: bytes) -> str:
    """Return the file of a picture as a data URL; such a URL in bytes stays what it is."""
    return content.decode("ascii", "replace") if content.startswith(_DATA_URL) else data_url(content)
