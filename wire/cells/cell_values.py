"""The reading of a text cell as a value of a field: the same in the service, the pipeline and the demo.

The service reads whole columns by the same rules (service/fields/). One property test compares all readers.
"""

import json
import math
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass

from wire.cells.text_style import MISSING_WORDS, PROGRAM_STYLE, TextStyle
from wire.cells.time_values import iso_date, iso_moment
from wire.strict_json import parse_integer

Value = float | int | str | bool | None | list[float]

NUMBER = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?"
"""A number with a decimal point, without signs between thousands. Arrow and Python read this pattern alike."""
PERCENT, PERCENT_SIGN = "[^eE]*%", "[ \u00a0\u202f]*%$"
"""A cell that may be a percentage, and the end of it that is no part of the number."""
TRUE_WORDS, FALSE_WORDS = ("true", "1", "yes"), ("false", "0", "no")
"""In lower case; capitals do not matter."""

_NUMBER = re.compile(NUMBER)
_TRUTHS = dict.fromkeys(TRUE_WORDS, True) | dict.fromkeys(FALSE_WORDS, False)
_SIGNS = {"point": r"\.", "comma": ",", "space": "[ \u00a0\u202f]"}
_DECIMALS = {"point": ".", "comma": ","}


def grouped_number(style: TextStyle) -> str:
    """Return the pattern of a number with signs between its thousands, such as 1,500.5. Spaces need no option."""
    return rf"[+-]?[0-9]{{1,3}}({thousands_sign(style)}[0-9]{{3}})+({_SIGNS[style.decimal]}[0-9]*)?"


def thousands_sign(style: TextStyle) -> str:
    """Return the pattern of the sign between thousands."""
    return _SIGNS[style.thousands or "space"]


def plain_number(cell: str, style: TextStyle, *, is_percent: bool = False) -> str:
    """Return a number with a decimal point and without signs between thousands. Raises ValueError if it is no number.

    With `is_percent`, a number with a per cent sign is a hundredth: 62% is 62e-2.
    """
    text, exponent = cell.strip(), ""
    if is_percent and re.fullmatch(PERCENT, text):
        text, exponent = re.sub(PERCENT_SIGN, "", text), "e-2"
    if re.fullmatch(grouped_number(style), text):
        text = re.sub(thousands_sign(style), "", text)
    if style.decimal == "comma":
        text = text.replace(".", "·").replace(",", ".")
    if not _NUMBER.fullmatch(text):
        raise ValueError("not a number")
    return text + exponent


def number_text(number: float, style: TextStyle) -> str:
    """Return a number as a text with the decimal sign of the style; reading it gives the same number."""
    return repr(number).replace(".", _DECIMALS[style.decimal])


@dataclass(frozen=True)
class CellType:
    """How the cells of one type of field are read."""

    parse: Callable[[str, TextStyle, Collection[str]], Value]
    """From a cell that is not missing to its value. Raises ValueError if the cell has another type."""
    is_number: bool = False
    """Its cells show the decimal sign of a file."""
    keeps_spaces: bool = False
    """Spaces are a value."""
    is_day: bool = False
    """It takes the day of a date with a time, if the cell is typed as such."""
    is_picture: bool = False
    """Bytes are a value."""


def has_decimal_sign(field_type: str) -> bool:
    """Return whether the cells of a field show the decimal sign of a file."""
    return CELL_TYPES.get(field_type, _UNKNOWN).is_number


def is_day(field_type: str) -> bool:
    """Return whether a field takes the day of a date with a time, if the cell is typed as such."""
    return CELL_TYPES.get(field_type, _UNKNOWN).is_day


def has_pictures(field_type: str) -> bool:
    """Return whether the values of a field are pictures."""
    return CELL_TYPES.get(field_type, _UNKNOWN).is_picture


def is_missing(cell: str, style: TextStyle, cell_type: CellType, categories: Collection[str] = ()) -> bool:
    """Return whether a cell has no value. A word that is a category of the field is a value."""
    text = cell.strip()
    if style.missing == "words" and text.lower() in MISSING_WORDS and text not in categories:
        return True
    return not (cell if cell_type.keeps_spaces else text)


def parse_cell(
    field_type: str, cell: str, style: TextStyle, categories: Collection[str] = (), *, is_percent: bool = False
) -> Value:
    """Return a cell as the JSON value of a field; None for a missing value. Raises ValueError if it has another type.

    A category or a text is not checked against the card. The value of an unknown type is its text. With `is_percent`, the
    card shows the field as a percentage: 62% is 0.62.
    """
    cell_type = CELL_TYPES.get(field_type, _UNKNOWN)
    if is_missing(cell, style, cell_type, categories):
        return None
    if is_percent and cell_type.is_number:
        cell, style = plain_number(cell, style, is_percent=True), PROGRAM_STYLE
    return cell_type.parse(cell, style, categories)


def _parse_number(cell: str, style: TextStyle, _categories: Collection[str]) -> float | int:
    number = plain_number(cell, style)
    return parse_integer(number) if number.lstrip("+-").isdecimal() else float(number)


def _parse_boolean(cell: str, _style: TextStyle, _categories: Collection[str]) -> bool:
    text = cell.strip().lower()
    if text not in _TRUTHS:
        raise ValueError("neither true nor false")
    return _TRUTHS[text]


def _parse_category(cell: str, _style: TextStyle, categories: Collection[str]) -> str:
    return cell if cell in categories else cell.strip()


def _parse_text(cell: str, _style: TextStyle, _categories: Collection[str]) -> str:
    return cell


def _parse_date(cell: str, style: TextStyle, _categories: Collection[str]) -> str:
    return iso_date(cell.strip(), style.dates)


def _parse_moment(cell: str, style: TextStyle, _categories: Collection[str]) -> str:
    return iso_moment(cell.strip(), style.dates)


def parse_vector(cell: str) -> list[float]:
    """Return the items of a JSON array; NaN and numbers beyond all floats are infinite. Raises ValueError if it is none."""
    try:
        value = json.loads(cell, parse_int=parse_integer, parse_constant=lambda _: math.inf)
    except RecursionError:
        value = None
    if not isinstance(value, list):
        raise ValueError("not a list")
    return value


CELL_TYPES: dict[str, CellType] = {
    "number": CellType(_parse_number, is_number=True),
    "integer": CellType(_parse_number, is_number=True),
    "boolean": CellType(_parse_boolean),
    "category": CellType(_parse_category),
    "text": CellType(_parse_text, keeps_spaces=True),
    "date": CellType(_parse_date, is_day=True),
    "datetime": CellType(_parse_moment),
    "image": CellType(lambda cell, _style, _categories: cell.strip(), is_picture=True),
    "vector": CellType(lambda cell, _style, _categories: parse_vector(cell)),
}
_UNKNOWN = CellType(_parse_text, keeps_spaces=True)
