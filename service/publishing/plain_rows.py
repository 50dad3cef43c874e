"""Rows of a data frame as the service takes them in JSON."""

import math
from typing import Any

import pandas as pd

from service.schemas import Row


def plain_rows(fields: pd.DataFrame) -> list[Row]:
    """Return one dictionary per row. A whole float becomes an integer, and NaN becomes None."""
    return [{str(name): _plain_value(value) for name, value in row.items()} for row in fields.to_dict("records")]


def _plain_value(value: Any) -> Any:
    if isinstance(value, float):
        return None if math.isnan(value) else int(value) if value.is_integer() else value
    return value
