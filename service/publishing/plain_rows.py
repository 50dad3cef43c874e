"""Rows of a data frame as the service takes them in JSON."""

import pandas as pd

from service.fields.lookup import types_of
from service.schemas import Card, Row


def plain_rows(card: Card, frame: pd.DataFrame) -> list[Row]:
    """Return one dictionary per row, with the fields of the card. A whole float becomes an integer, NaN and NaT None."""
    columns = {
        field.name: [field.value_of_training(value) for value in frame[field.name].tolist()] for field in types_of(card)
    }
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
