"""A column of keys, of whatever type an input has it → texts; a row that has none keeps the reason.

A whole number comes in many types: as a decimal
from Spark and Oracle, as a float from pandas as soon as one key of the column is missing.
"""

import math
import re
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from service.by_key.entity_keys import NoKey, key_text

_WHOLE_BELOW = {16: 2.0**11, 32: 2.0**24, 64: 2.0**53}
"""Bits of a float → from where on it may stand for another whole number than the one that was written."""
_WHOLE = r"^(0|-?[1-9][0-9]{{0,14}}){sign}00?$"
"""Digits that any float holds. Three zeros may be thousands, and a zero before other digits is of a text."""


def keys_as_written(column: pa.Array, sign: str) -> pa.Array:
    """Return the keys of a CSV, whose cells have no type: without spaces around them, and 17.0 as 17."""
    whole = _WHOLE.format(sign=re.escape(sign))
    return pc.replace_substring_regex(pc.utf8_trim_whitespace(column), whole, r"\1")


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
