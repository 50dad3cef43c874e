"""The type of a field by its name in the card."""

from service.fields.arrays.array_type import ArrayType
from service.fields.arrays.image import ImageType
from service.fields.arrays.vector import VectorType
from service.fields.boolean import BooleanType
from service.fields.category import CategoryType
from service.fields.date import DateType
from service.fields.date_time import DateTimeType
from service.fields.field_type import FieldType, NumbersType
from service.fields.integer import IntegerType
from service.fields.number import NumberType
from service.fields.text import TextType
from service.schemas import Card, Input

TYPES: dict[str, type[FieldType]] = {
    "number": NumberType,
    "integer": IntegerType,
    "boolean": BooleanType,
    "category": CategoryType,
    "text": TextType,
    "date": DateType,
    "datetime": DateTimeType,
    "image": ImageType,
    "vector": VectorType,
}


def type_of(field: Input) -> FieldType:
    """Return a field with the behaviour of its type. Raises BrokenBundle if its limits have another type."""
    return TYPES[field.type](field)


def types_of(card: Card) -> tuple[FieldType, ...]:
    """Return all inputs of a card."""
    return tuple(TextType(field, card.scoring.text) if field.type == "text" else type_of(field) for field in card.inputs)


def number_fields(card: Card) -> tuple[NumbersType, ...]:
    """Return the inputs of the channel `numbers`, in the order of the columns of `Columns.numbers`."""
    return tuple(field for field in types_of(card) if isinstance(field, NumbersType))


def text_fields(card: Card) -> tuple[TextType, ...]:
    """Return the inputs of the channel `texts`."""
    return tuple(field for field in types_of(card) if isinstance(field, TextType))


def array_fields(card: Card) -> tuple[ArrayType, ...]:
    """Return the inputs of the channel `arrays`."""
    return tuple(field for field in types_of(card) if isinstance(field, ArrayType))
