"""Encodes the values of a card's fields as texts for a URL, and decodes them.

A picture or a vector is too large for a URL: its text is a digest, and `Arrays` has the values that may be meant.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from client import Card, Row
from demo.fields import field_types

Arrays = Mapping[str, Any]
"""Digest → a picture or a vector."""
NO_ARRAYS: Arrays = {}


def list_arrays(card: Card, rows: Iterable[Row]) -> dict[str, Any]:
    """Return the pictures and vectors of some rows."""
    kinds = {name: kind for name, kind in field_types.get_fields(card).items() if kind.is_array}
    return {kind.encode(row[name]): row[name] for row in rows if kinds for name, kind in kinds.items() if row.get(name)}


def encode_values(card: Card, values: Row) -> list[tuple[str, str]]:
    """Return (field, text) for each value. Fields of an unknown type are left out."""
    fields = field_types.get_fields(card)
    return [(name, fields[name].encode(value)) for name, value in values.items() if fields[name].is_known]


def decode_values(
    card: Card, pairs: Iterable[tuple[str, str]], arrays: Arrays = NO_ARRAYS
) -> tuple[Row, list[tuple[str, str]]]:
    """Return the values of (field, text) pairs, and the pairs that do not fit the card, or whose array is not known."""
    fields = field_types.get_fields(card)
    values, rejected = Row(), []
    for name, text in pairs:
        try:
            kind = fields[name]
            values[name] = kind.check(arrays[text]) if kind.is_array else kind.decode(text)
        except (KeyError, ValueError):
            rejected.append((name, text))
    return values, rejected


def check_values(card: Card, values: Any, arrays: Arrays = NO_ARRAYS) -> Row:
    """Return the values of the card's fields in a JSON object, which names arrays by their digest.

    Raises ValueError if one does not fit the card, and KeyError if an array is not known.
    """
    if not isinstance(values, dict):
        raise ValueError("A row is an object.")
    fields = field_types.get_fields(card).items()
    return {
        name: kind.check(arrays[str(values[name])] if kind.is_array else values[name])
        for name, kind in fields
        if name in values and kind.is_known
    }
