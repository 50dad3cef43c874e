"""Encodes the values of a card's fields as texts for a URL, and decodes them."""

from collections.abc import Iterable
from typing import Any

from client import Card, Row
from demo.fields import field_types


def encode_values(card: Card, values: Row) -> list[tuple[str, str]]:
    """Return (field, text) for each value. Fields without a widget are left out."""
    fields = field_types.get_fields(card)
    return [(name, fields[name].encode(value)) for name, value in values.items() if fields[name].has_widget]


def decode_values(card: Card, pairs: Iterable[tuple[str, str]]) -> tuple[Row, list[tuple[str, str]]]:
    """Return the values of (field, text) pairs, and the pairs that do not fit the card."""
    fields = field_types.get_fields(card)
    values, rejected = Row(), []
    for name, text in pairs:
        try:
            values[name] = fields[name].decode(text)
        except (KeyError, ValueError):
            rejected.append((name, text))
    return values, rejected


def check_values(card: Card, values: Any) -> Row:
    """Return the values of the card's fields in a JSON object. Raises ValueError if one does not fit the card."""
    if not isinstance(values, dict):
        raise ValueError("A row is an object.")
    fields = field_types.get_fields(card).items()
    return {name: field.check(values[name]) for name, field in fields if name in values and field.has_widget}
