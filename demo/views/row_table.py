"""The rows of a scored file as a table whose numbers are written in the reader's format.

Streamlit writes the numbers of a table in the format of the browser. A pandas Styler holds the text of a number beside the
number itself, which keeps the column on the right, and by which a click on its header sorts.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeAlias

import pandas as pd
from pandas.io.formats.style import Styler

from client import Card, Value
from demo.fields import field_types
from demo.fields.field_type import FieldType
from demo.text import wording
from demo.text.number_text import format_exactly
from demo.text.translation import Translation
from wire.answer_columns import HIGH, LOW, ROW, VALUE
from wire.cells.text_style import TextStyle

Format: TypeAlias = Callable[[Any], str]
_INTEGERS = ("int", "uint")
_NUMBERS = (*_INTEGERS, "float", "double", "halffloat", "decimal")


def style_rows(card: Card, rows: Any, style: TextStyle | None, tr: Translation) -> Styler:
    """Return an Arrow table of scored rows with a text for each number, and for each picture and vector what it is.

    `style` says how the texts of a CSV are written: a column of such texts that all are numbers of a field becomes one of
    numbers.
    """
    frame = rows.to_pandas(types_mapper=lambda kind: pd.ArrowDtype(kind) if str(kind).startswith(_NUMBERS) else None)
    fields, known = field_types.get_fields(card), _formats(card, tr)
    numbers = {column.name: str(column.type) for column in rows.schema if str(column.type).startswith(_NUMBERS)}
    for name in frame.columns.difference(list(numbers)):
        if style and name in fields and (read := _read_numbers(fields[name], frame[name].tolist(), style)):
            frame[name], numbers[name] = read, "double"
    for name in [each for each in frame.columns if each in fields and fields[each].is_array]:
        frame[name] = [fields[name].cell_text(cell, tr) for cell in rows.column(name).to_pylist()]
    formats = {name: known.get(name) or _format_of_type(kind, tr) for name, kind in numbers.items()}
    styler: Styler = frame.style.format(formats, na_rep="")
    return styler


def _read_numbers(field: FieldType, cells: list[Any], style: TextStyle) -> list[Value]:
    """Return the numbers of a column of texts; empty if the field is no number, or if a cell is none."""
    if not field.is_number:
        return []
    try:
        return [None if pd.isna(cell) else field.from_cell(cell, style) for cell in cells]
    except ValueError:
        return []


def _formats(card: Card, tr: Translation) -> dict[str, Format]:
    """Return column → how its numbers are written, for the columns of the answer and of the card's fields."""

    def format_answer(value: Any) -> str:
        return wording.format_answer(card, float(value), tr)

    answers = [wording.answer_column(card), VALUE, LOW, HIGH]
    fields: dict[str, Format] = {name: partial(kind.cell_text, tr=tr) for name, kind in field_types.get_fields(card).items()}
    return fields | dict.fromkeys(answers, format_answer) | {ROW: tr.number}


def _format_of_type(kind: str, tr: Translation) -> Format:
    """Return how the numbers of a column are written that the model does not know. A whole number may be a key."""
    return str if kind.startswith(_INTEGERS) else lambda value: format_exactly(float(value), tr)
