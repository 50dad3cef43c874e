"""Arrow arrays → values that the csv module writes without loss. Other types are refused."""

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from service.errors import NotAcceptable
from service.files.arrow_format.encoded_columns import plain_column
from service.rows.strict_json import safe_text
from wire.cells.time_values import duration_text


def check_type(field: pa.Field) -> None:
    """Raise NotAcceptable if CSV cannot hold the type: lists, bytes, times in an unknown zone."""
    kind = value_type(field.type)
    bytes_or_nested = (
        pa.types.is_nested(kind)
        or pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or pa.types.is_binary_view(kind)
        or pa.types.is_fixed_size_binary(kind)
        or pa.types.is_interval(kind)
    )
    if bytes_or_nested:
        raise _not_csv(field.name)
    if _is_time(kind):
        to_cells(field.name, pa.array([0], pa.int32() if kind.bit_width == 32 else pa.int64()).view(kind))  # noqa: PLR2004


def check_text(name: str, array: pa.Array) -> None:
    """Raise NotAcceptable if a text of a column holds a zero character: readers of CSV refuse it, also this service."""
    array = _without_encoding(array)
    if isinstance(array.type, pa.UuidType):
        return
    if pc.any(pc.match_substring(array.cast(pa.large_string()), "\0")).as_py():
        raise NotAcceptable(
            f"The column {safe_text(name)} holds a zero character, which no CSV can hold. Ask for an Arrow stream."
        )


def to_cells(name: str, array: pa.Array) -> list[Any]:
    """Return the values of a column. Raises NotAcceptable."""
    array = _without_encoding(array)
    if pa.types.is_duration(array.type):
        counts = array.view(pa.int64()).to_pylist()
        return [None if count is None else duration_text(count, array.type.unit) for count in counts]
    try:
        if not _is_time(array.type):
            return list(array.to_pylist())
        texts: list[Any] = array.cast(pa.string()).to_pylist()  # Python's own dates end with the year 9999
    except (pa.ArrowException, OverflowError, ValueError) as error:
        raise _not_csv(name) from error
    if any(text is not None and text.startswith("<") for text in texts):  # "<value out of range: …>"
        raise _not_csv(name)
    return texts


def _without_encoding(array: pa.Array) -> pa.Array:
    if isinstance(array.type, pa.BaseExtensionType) and not isinstance(array.type, pa.UuidType):
        array = array.storage
    return plain_column(array)


def _not_csv(name: str) -> NotAcceptable:
    return NotAcceptable(f"The column {safe_text(name)} cannot be written as CSV. Ask for an Arrow stream.")


def value_type(kind: pa.DataType) -> pa.DataType:
    """Return the type of the values without dictionary, run-end or extension encoding."""
    if isinstance(kind, pa.UuidType):
        return pa.string()
    if isinstance(kind, pa.BaseExtensionType):
        return value_type(kind.storage_type)
    if pa.types.is_dictionary(kind) or pa.types.is_run_end_encoded(kind):
        return value_type(kind.value_type)
    return kind


def _is_time(kind: pa.DataType) -> bool:
    return bool(pa.types.is_temporal(kind) and not pa.types.is_duration(kind) and not pa.types.is_interval(kind))
