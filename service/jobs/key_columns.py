"""A column of keys of any type → texts, or the reason why a row has no key.

A whole number comes in many types: Spark and Oracle write a decimal, and pandas writes a float if a key of the column is
missing.
"""

import math
import re
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from service.by_key.entity_keys import NoKey, key_text

_EXACT_BELOW = {16: 2.0**11, 32: 2.0**24, 64: 2.0**53}
"""Bits of a float → the limit below which a float holds every whole number exactly."""
_WHOLE = r"^(0|-?[1-9][0-9]{{0,14}}){sign}00?$"
"""A whole number with `.0` or `.00`. Three zeros could be thousands, and a key with leading zeros is a text."""


def normalize_csv_keys(column: pa.Array, sign: str) -> pa.Array:
    """Return the keys of a CSV, whose cells have no type, without spaces around them and with 17.0 as 17."""
    whole = _WHOLE.format(sign=re.escape(sign))
    return pc.replace_substring_regex(pc.utf8_trim_whitespace(column), whole, r"\1")


def key_texts(column: pa.Array) -> list[str | NoKey]:
    """Return the key of each row as text, or why it has none. A whole number is the same key in every type."""
    exact_below = _EXACT_BELOW[column.type.bit_width] if pa.types.is_floating(column.type) else 0.0
    return [_key_text(value, exact_below) for value in column.to_pylist()]


def _key_text(value: Any, exact_below: float) -> str | NoKey:
    if isinstance(value, float):
        if math.isnan(value):
            value = None
        elif value.is_integer() and abs(value) < exact_below:
            value = int(value)
    elif isinstance(value, Decimal) and value == value.to_integral_value():
        value = int(value)
    try:
        return key_text(value)
    except NoKey as fault:
        return fault
