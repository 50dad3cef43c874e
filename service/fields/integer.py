"""A whole number."""

import math

import numpy as np

from service.fields.field_type import Numbers
from service.fields.number import NumberType
from service.fields.value_grid import Grid, grid_between
from service.schemas import Value

MAX_EXACT_INTEGER = 2.0**24
"""The scorers' 32-bit numbers hold every integer up to this one."""


class IntegerType(NumberType):
    """A whole number that a 32-bit float holds exactly; 20.0 is one, 20.5 is not."""

    expected = "a whole number"
    quick_type = int
    is_integral = True
    json_type = "integer"
    lowest = -MAX_EXACT_INTEGER
    highest = MAX_EXACT_INTEGER

    def value(self, number: float) -> Value:
        return int(number)

    def values(self, numbers: Numbers) -> list[Value]:
        return super().values(numbers) if np.isnan(numbers).any() else list(numbers.astype(np.int64).tolist())

    def grid(self, low: float, high: float, current: float = math.nan) -> Grid:
        anchor = 0 if self.field.minimum is None else math.ceil(self.min_number)
        step = max(1.0, float(round(self.field.step or 0.0)))
        return grid_between(float(math.ceil(low)), float(math.floor(high)), step=step, anchor=float(anchor))
