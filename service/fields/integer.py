"""A whole number."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from service.errors import Fault
from service.fields.field_type import Mask, Numbers, ParsedColumn
from service.fields.number import NumberType
from service.fields.value_grid import Grid, grid_between
from service.schemas import Value
from wire.cells.text_style import TextStyle

if TYPE_CHECKING:
    import pyarrow as pa

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

    def encode(self, values: Sequence[Any], faults: list[Fault]) -> Sequence[float | None]:
        for index, value in enumerate(values):
            if type(value) is float and math.isfinite(value) and not value.is_integer():
                faults.append(self.type_fault(index))
        return values

    def value(self, number: float) -> Value:
        return int(number)

    def values(self, numbers: Numbers) -> list[Value]:
        return super().values(numbers) if np.isnan(numbers).any() else list(numbers.astype(np.int64).tolist())

    def parse_text(self, array: "pa.Array", style: TextStyle) -> ParsedColumn:
        return _without_fractions(super().parse_text(array, style))

    def parse_arrow(self, array: "pa.Array") -> ParsedColumn:
        return _without_fractions(super().parse_arrow(array))

    def grid(self, low: float, high: float, current: float = math.nan) -> Grid:
        anchor = 0 if self.field.minimum is None else math.ceil(self.min_number)
        step = max(1.0, float(round(self.field.step or 0.0)))
        return grid_between(float(math.ceil(low)), float(math.floor(high)), step=step, anchor=float(anchor))


def _without_fractions(column: ParsedColumn) -> ParsedColumn:
    return replace(column, wrong=column.wrong | _is_fraction(column.values))


def _is_fraction(values: Numbers) -> Mask:
    with np.errstate(invalid="ignore"):
        return np.asarray(np.isfinite(values) & (values != np.floor(values)))
