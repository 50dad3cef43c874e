"""The datatypes of tensors, and which of them a field takes."""

from dataclasses import dataclass

import numpy as np

from service.fields.field_type import FieldType, NumbersType, RangeType

BOOL, BYTES, FP64, INT64 = "BOOL", "BYTES", "FP64", "INT64"


@dataclass(frozen=True)
class NumberDatatype:
    """A datatype of numbers: how its bytes are read, and its limits if it has whole numbers only."""

    dtype: np.dtype[np.generic]
    limits: tuple[int, int] | None = None


def _whole(dtype: str) -> NumberDatatype:
    info = np.iinfo(dtype)
    return NumberDatatype(np.dtype(dtype), (int(info.min), int(info.max)))


NUMBERS: dict[str, NumberDatatype] = {
    "UINT8": _whole("u1"),
    "UINT16": _whole("<u2"),
    "UINT32": _whole("<u4"),
    "UINT64": _whole("<u8"),
    "INT8": _whole("i1"),
    "INT16": _whole("<i2"),
    "INT32": _whole("<i4"),
    INT64: _whole("<i8"),
    "FP16": NumberDatatype(np.dtype("<f2")),
    "FP32": NumberDatatype(np.dtype("<f4")),
    FP64: NumberDatatype(np.dtype("<f8")),
}


def datatypes_of(field: FieldType) -> tuple[str, ...]:
    """Return the datatypes that a field takes. The first is the one that metadata names."""
    if str in field.json_types:
        return (BYTES,)
    if bool in field.json_types:
        return (BOOL,)
    if list in field.json_types:
        return (FP64, *(name for name in NUMBERS if name != FP64))
    is_whole = isinstance(field, RangeType) and field.is_integral and not field.nullable  # NaN is a missing number
    first = INT64 if is_whole else FP64
    return (first, *(name for name in NUMBERS if name != first))


def empty_is_missing(field: FieldType) -> bool:
    """Tell whether an empty text stands for a missing value, as an empty cell of a file does: bytes have no null."""
    return isinstance(field, NumbersType) and all(category.value != "" for category in field.field.categories)
