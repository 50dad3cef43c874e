"""The type of an input of a card → what the demo does with it."""

from client import Card, Field
from demo.fields.boolean_field import BooleanField
from demo.fields.category_field import CategoryField
from demo.fields.date_field import DateField
from demo.fields.datetime_field import DatetimeField
from demo.fields.field_type import FieldType
from demo.fields.integer_field import IntegerField
from demo.fields.number_field import NumberField
from demo.fields.text_field import TextField
from demo.fields.unknown_field import UnknownField

_TYPES: dict[str, type[FieldType]] = {
    "number": NumberField,
    "integer": IntegerField,
    "boolean": BooleanField,
    "category": CategoryField,
    "text": TextField,
    "date": DateField,
    "datetime": DatetimeField,
}


def of(field: Field) -> FieldType:
    """Return what the demo does with a field; a type that it does not know is an UnknownField."""
    return _TYPES.get(field["type"], UnknownField)(field)


def by_name(card: Card) -> dict[str, FieldType]:
    """Return name → field of a card, in the card's order."""
    return {field["name"]: of(field) for field in card["inputs"]}
