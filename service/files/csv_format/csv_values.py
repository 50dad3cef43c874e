"""Arrow arrays → what the csv module writes: every value as a text that says it whole, or a refusal."""

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from service.errors import NotAcceptable
from service.rows.strict_json import shown


def check_type(field: pa.Field) -> None:
    """Raises NotAcceptable where no text says such a value: lists, bytes, times of a zone that nobody knows."""
    kind = _plain(field.type)
    bytes_or_nested = (
        pa.types.is_nested(kind)
        or pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or pa.types.is_binary_view(kind)
        or pa.types.is_fixed_size_binary(kind)
        or pa.types.is_interval(kind)
    )
    if bytes_or_nested:
        raise not_in(field.name, "CSV")
    if _is_time(kind):
        cells(field.name, pa.array([0], pa.int32() if kind.bit_width == 32 else pa.int64()).view(kind))  # noqa: PLR2004


def cells(name: str, array: pa.Array) -> list[Any]:
    """Return the values of a column. Raises NotAcceptable."""
    if isinstance(array.type, pa.BaseExtensionType) and not isinstance(array.type, pa.UuidType):
        array = array.storage
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pa.types.is_run_end_encoded(array.type):
        array = pc.run_end_decode(array)
    try:
        if not _is_time(array.type):
            return list(array.to_pylist())
        texts: list[Any] = array.cast(pa.string()).to_pylist()  # Python's own dates end with the year 9999
    except (pa.ArrowException, OverflowError, ValueError) as error:
        raise not_in(name, "CSV") from error
    if any(text is not None and text.startswith("<") for text in texts):  # "<value out of range: …>"
        raise not_in(name, "CSV")
    return texts


def not_in(name: str, kind: str) -> NotAcceptable:
    return NotAcceptable(f"The column {shown(name)} cannot be written as {kind}. Ask for an Arrow stream.")


def _plain(kind: pa.DataType) -> pa.DataType:
    """Return the type of the values, however they are laid out."""
    if isinstance(kind, pa.UuidType):
        return pa.string()
    if isinstance(kind, pa.BaseExtensionType):
        return _plain(kind.storage_type)
    if pa.types.is_dictionary(kind) or pa.types.is_run_end_encoded(kind):
        return _plain(kind.value_type)
    return kind


def _is_time(kind: pa.DataType) -> bool:
    return bool(pa.types.is_temporal(kind) and not pa.types.is_duration(kind) and not pa.types.is_interval(kind))
