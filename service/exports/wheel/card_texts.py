"""The texts of a card in the files of a package. Nothing of a card can end a string, a line or a table there."""

import json
import string
from typing import Any

from service.fields.field_type import FieldType
from service.fields.lookup import types_of
from service.fields.value_wording import field_label, localized_text
from service.schemas import Card, Text
from wire.languages import DEFAULT

_MARKDOWN = str.maketrans({mark: f"\\{mark}" for mark in string.punctuation})
_MAX_CHARACTERS = 500
_NO_LIMIT = 2.0**53
"""A limit from here on is that of a type of numbers: whole numbers end here, others further on."""


def one_line(text: str) -> str:
    """Return a text on one line, without characters that do not print, at most 500 characters long."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[:_MAX_CHARACTERS]


def markdown(text: Text) -> str:
    """Return a text of a card, in English, that Markdown shows as it is."""
    return one_line(localized_text(text, DEFAULT)).translate(_MARKDOWN)


def toml(value: str | list[str]) -> str:
    """Return a text or a list of texts as a value of TOML. JSON is a part of it for texts on one line."""
    return json.dumps(value, ensure_ascii=False)


def row_fields(card: Card) -> list[dict[str, str]]:
    """Return for each field its name and its type as source of Python, and both as Markdown."""
    return [_row_field(field) for field in types_of(card)]


def _row_field(field: FieldType) -> dict[str, str]:
    schema = field.json_schema()
    kind = _annotation(field, schema)
    optional = f"typing.NotRequired[{kind} | None]" if field.nullable else kind
    return {
        "name": repr(field.name),
        "type": optional,
        "title": markdown(field.name),
        "label": markdown(field_label(field.field, DEFAULT)),
        "kind": markdown(field.field.type + (", may be missing" if field.nullable else "")),
        "unit": markdown(field.field.unit),
        "allowed": markdown(_allowed(schema)),
    }


def _annotation(field: FieldType, schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return f"typing.Literal[{', '.join(map(repr, schema['enum']))}]"
    return field.quick_type.__name__


def _allowed(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return ", ".join(schema["enum"])
    if "minimum" in schema:
        return _range(schema["minimum"], schema["maximum"])
    return f"at most {schema['maxLength']:,} characters" if "maxLength" in schema else ""


def _range(low: float, high: float) -> str:
    """Return the limits of a card in words, without those that a type has if the card has none."""
    has_low, has_high = low > -_NO_LIMIT, high < _NO_LIMIT
    if has_low and has_high:
        return f"{low:,.10g} to {high:,.10g}"
    return f"{low:,.10g} or more" if has_low else f"{high:,.10g} or less" if has_high else ""
