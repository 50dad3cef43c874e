"""The shape of one input of a card: what every type has, and what its type says more."""

from datetime import date, datetime
from typing import Annotated, Any, NotRequired, TypedDict

from client.shape_check import ShapeOf
from client.shapes.answers import Ends, Value


class Category(TypedDict):
    value: str
    label: NotRequired[str]
    seen: NotRequired[bool]


Field = TypedDict(
    "Field",
    {
        "name": str,
        "type": str,
        "label": NotRequired[str],
        "help": NotRequired[str],
        "unit": NotRequired[str],
        "shown_as": NotRequired[str],
        "group": NotRequired[str],
        "minimum": NotRequired[float | str],
        "maximum": NotRequired[float | str],
        "seen": NotRequired[Ends],
        "step": NotRequired[float],
        "categories": NotRequired[list[Category]],
        "max_length": NotRequired[int],
        "language": NotRequired[str],
        "width": NotRequired[int],
        "height": NotRequired[int],
        "colours": NotRequired[str],
        "length": NotRequired[int],
        "default": NotRequired[Value],
        "nullable": NotRequired[bool],
        "from": NotRequired[str],
        "changeable": NotRequired[str],
    },
)


class _FieldOfAnyType(TypedDict):
    """The check of a field whose type the client does not know. All other keys are allowed."""

    name: str
    type: str
    label: NotRequired[str]
    unit: NotRequired[str]
    group: NotRequired[str]
    nullable: NotRequired[bool]


class _Numbers(TypedDict):
    minimum: NotRequired[float]
    maximum: NotRequired[float]
    seen: NotRequired[Annotated[list[float], 2]]
    default: NotRequired[float | None]


class _Categories(TypedDict):
    categories: Annotated[list[Category], bool]


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_datetime(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


_Date = Annotated[str, _is_date]
_Datetime = Annotated[str, _is_datetime]


class _Dates(TypedDict):
    minimum: NotRequired[_Date]
    maximum: NotRequired[_Date]
    seen: NotRequired[Annotated[list[_Date], 2]]
    default: NotRequired[_Date | None]


class _Datetimes(TypedDict):
    minimum: NotRequired[_Datetime]
    maximum: NotRequired[_Datetime]
    seen: NotRequired[Annotated[list[_Datetime], 2]]
    default: NotRequired[_Datetime | None]


class _Pictures(TypedDict):
    width: int
    height: int
    colours: NotRequired[str]


class _Vectors(TypedDict):
    length: int
    default: NotRequired[list[float] | None]


_SHAPES = {
    "number": _Numbers,
    "integer": _Numbers,
    "boolean": Any,
    "category": _Categories,
    "text": Any,
    "date": _Dates,
    "datetime": _Datetimes,
    "image": _Pictures,
    "vector": _Vectors,
}

CheckedField = Annotated[Field, ShapeOf("type", _SHAPES, _FieldOfAnyType)]
"""A field whose type decides what is checked."""
