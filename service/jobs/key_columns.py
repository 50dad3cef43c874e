"""A column of keys, of whatever type an input has it → texts; a row that has none keeps the reason.

Knows: Arrow, what a key is. Must not know: models, other columns. A whole number comes in many types: as a decimal
from Spark and Oracle, as a float from pandas as soon as one key of the column is missing.
"""

import math
from decimal import Decimal
from typing import Any

import pyarrow as pa

from service.scoring.keys import NoKey, key_text

_WHOLE_BELOW = {16: 2.0**11, 32: 2.0**24, 64: 2.0**53}
"""Bits of a float → from where on it may stand for another whole number than the one that was written."""


def key_texts(column: pa.Array) -> list[str | NoKey]:
    """Return each row's key as text, or why it has none. A number that is whole is the same key in every type."""
    below = _WHOLE_BELOW[column.type.bit_width] if pa.types.is_floating(column.type) else 0.0
    return [_text(value, below) for value in column.to_pylist()]


def _text(value: Any, below: float) -> str | NoKey:
    if isinstance(value, float):
        if math.isnan(value):
            value = None
        elif value.is_integer() and abs(value) < below:
            value = int(value)
    elif isinstance(value, Decimal) and value == value.to_integral_value():
        value = int(value)
    try:
        return key_text(value)
    except NoKey as fault:
        return fault
