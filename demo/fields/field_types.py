"""The table of the field types, and the fields of a card."""

from client import Card, Field
from demo.fields.arrays.image_field import ImageField
from demo.fields.arrays.vector_field import VectorField
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
    "image": ImageField,
    "vector": VectorField,
}


def of(field: Field) -> FieldType:
    """Return the field type of an input; UnknownField for a type that is not in the table."""
    return _TYPES.get(field["type"], UnknownField)(field)


def order_by_importance(card: Card) -> list[str]:
    """Return the names of the fields, those that matter most first, then the others in the card's order."""
    return list(dict.fromkeys([*card.get("main_fields", []), *(field["name"] for field in card["inputs"])]))


def list_pictures(card: Card) -> list[str]:
    """Return the names of the inputs that are pictures, in the card's order."""
    return [field["name"] for field in card["inputs"] if of(field).is_picture]


def get_fields(card: Card) -> dict[str, FieldType]:
    """Return name → field of a card, in the card's order."""
    return {field["name"]: of(field) for field in card["inputs"]}
