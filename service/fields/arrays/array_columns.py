"""Columns of files whose cells are pictures or vectors. The types import this module on first use, and pyarrow with it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from service.errors import Fault
from service.fields.arrays.array_type import ParsedArrays
from service.fields.arrow_values import floats, is_null, is_text, to_float64, trimmed, wrong_column

if TYPE_CHECKING:
    from service.fields.arrays.vector import VectorType
    from service.fields.field_type import FieldType

_BYTES, _PATH = "bytes", "path"
"""The fields of a picture as the library datasets writes it."""


def text_cells(array: pa.Array) -> Iterator[str | None]:
    """Yield the cells of a text file without spaces around them; an empty one is None."""
    return (cell.as_py() for cell in trimmed(array.cast(pa.large_string())))


def picture_cells(field: "FieldType", array: pa.Array) -> Iterator[bytes | str | None]:
    """Yield the cells of a column: bytes, texts, or structs of both. Raises InvalidFile for another type."""
    kind = array.type
    if pa.types.is_null(kind):
        return iter([None] * len(array))
    if is_text(kind):
        return text_cells(array)
    if is_bytes(kind):
        return (cell.as_py() for cell in array)
    if not is_picture_struct(kind):
        raise wrong_column(field, kind)
    names = {each.name for each in kind}
    contents, paths = (
        pc.struct_field(array, name) if name in names else pa.nulls(len(array), pa.string()) for name in (_BYTES, _PATH)
    )
    return (path if content is None else content for content, path in zip(_cells(contents), text_cells(paths), strict=True))


def picture_paths(array: pa.Array) -> pa.Array | None:
    """Return the paths of a column of pictures with bytes and path; None for a column without paths."""
    if not is_picture_struct(array.type) or array.type.get_field_index(_PATH) < 0:
        return None
    return pc.struct_field(array, _PATH).cast(pa.string())


def is_bytes(kind: pa.DataType) -> bool:
    """Return whether a column holds bytes, in any layout."""
    kinds = (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_binary_view, pa.types.is_fixed_size_binary)
    return any(is_kind(kind) for is_kind in kinds)


def is_picture_struct(kind: pa.DataType) -> bool:
    """Return whether the cells of a column are structs of bytes and a path, or of one of them."""
    if not pa.types.is_struct(kind) or kind.num_fields == 0:
        return False
    fits = {_BYTES: lambda each: is_bytes(each) or pa.types.is_null(each), _PATH: is_text}
    return all(each.name in fits and fits[each.name](each.type) for each in kind)


def parse_vector_column(field: "VectorType", array: pa.Array) -> ParsedArrays:
    """Return a column of lists of numbers. Raises InvalidFile for another type."""
    kind, length, rows = array.type, field.field.length, len(array)
    values = np.zeros((rows, length))
    if pa.types.is_null(kind):
        return ParsedArrays(values, np.ones(rows, dtype=np.bool_), {})
    if not _is_list(kind) or not _is_number(kind.value_type):
        raise wrong_column(field, kind)
    null = is_null(array)
    lengths = np.asarray(pc.fill_null(pc.list_value_length(array), 0)).astype(np.int64)
    items = array.flatten()
    row_of = np.repeat(np.arange(rows), np.where(null, 0, lengths))
    numbers = floats(to_float64(items))
    fits = (lengths == length) & ~null
    values[fits] = numbers[fits[row_of]].reshape(-1, length)
    faults: dict[int, Fault] = {}
    not_finite = np.zeros(rows, dtype=np.bool_)
    not_finite[row_of[~np.isfinite(numbers)]] = True
    has_null = np.zeros(rows, dtype=np.bool_)
    has_null[row_of[is_null(items)]] = True
    for index in np.flatnonzero(~null & (~fits | not_finite)).tolist():
        if not fits[index]:
            faults[index] = field.length_fault(int(lengths[index]))
        else:
            faults[index] = field.type_fault() if has_null[index] else field.finite_fault()
    values[not_finite] = 0
    return ParsedArrays(values, null, faults)


def _cells(array: pa.Array) -> Iterator[bytes | None]:
    return (cell.as_py() for cell in array)


def _is_list(kind: pa.DataType) -> bool:
    kinds = (
        pa.types.is_list,
        pa.types.is_large_list,
        pa.types.is_fixed_size_list,
        pa.types.is_list_view,
        pa.types.is_large_list_view,
    )
    return any(is_kind(kind) for is_kind in kinds)


def _is_number(kind: pa.DataType) -> bool:
    is_number = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    return bool(is_number or pa.types.is_null(kind))
