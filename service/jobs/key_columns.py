"""A column of keys of any type → texts, or the reason why a row has no key.

A whole number comes in many types: Spark and Oracle write a decimal, and pandas writes a float if a key of the column is
missing. `wire/entity_keys.py` reads them all alike.
"""

from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc

from service.jobs.sources.partitions import WrongInput
from wire.entity_keys import NoKey, key_text

_EXACT_BELOW = {16: 2.0**11, 32: 2.0**24, 64: 2.0**53}
"""Bits of a float → the limit below which a float holds every whole number exactly."""


def with_point(column: pa.Array) -> pa.Array:
    """Return the keys of a CSV with decimal commas: 17,0 becomes 17.0; 1,000 and 007,0 stay texts."""
    return pc.replace_substring_regex(column, r"^(\s*(?:0|-?[1-9][0-9]{0,14})),(00?\s*)$", r"\1.\2")


def key_texts(column: pa.Array) -> list[str | NoKey]:
    """Return the key of each row as text, or why it has none."""
    exact_below = _EXACT_BELOW[column.type.bit_width] if pa.types.is_floating(column.type) else _EXACT_BELOW[64]
    return [_key_or_reason(value, exact_below) for value in column.to_pylist()]


def _key_or_reason(value: object, exact_below: float) -> str | NoKey:
    try:
        return key_text(value, exact_below)
    except NoKey as reason:
        return reason


def check_key_column(key: str, fields: Iterable[str]) -> None:
    """Raise WrongInput if the column of the keys is also one of the fields."""
    if key in fields:
        raise WrongInput(f"The column {key} is a field of the rows. The key needs a column of its own: change --key.")
