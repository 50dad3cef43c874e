"""Rows of a data frame as the service takes them in JSON."""

from typing import Any

import pandas as pd

from service.fields.field_type import FieldType
from service.fields.lookup import types_of
from service.schemas import Card, Row, Value

_SHOWN_DIGITS = 15
"""A double has 15 to 17: the others are noise of arithmetic."""


def plain_rows(card: Card, frame: pd.DataFrame) -> list[Row]:
    """Return one dictionary per row, with the fields of the card. A whole float becomes an integer, NaN, NaT and NA None."""
    columns = {field.name: _values(field, frame[field.name]) for field in types_of(card)}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def shown_rows(card: Card, frame: pd.DataFrame) -> list[Row]:
    """Return the rows for people to read and to start from: 60.699999999999996 is 60.7."""
    return [
        {name: shown_number(value) if isinstance(value, float) else value for name, value in row.items()}
        for row in plain_rows(card, frame)
    ]


def shown_number(value: float) -> float:
    """Return a number with 15 digits. It keeps the order of numbers."""
    return float(f"{value:.{_SHOWN_DIGITS}g}")


def _values(field: FieldType, values: "pd.Series[Any]") -> list[Value]:
    missing = values.isna().tolist()
    return [None if each else field.value_of_training(value) for value, each in zip(values.tolist(), missing, strict=True)]
