"""A number, with a unit or as a percentage."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec
import numpy as np

from service.errors import Fault
from service.fields.field_type import Numbers, ParsedColumn, RangeType, Schema
from service.fields.value_grid import Grid, grid_between
from service.fields.value_wording import localized_text, number
from service.schemas import Input, Value
from wire.cells.text_style import TextStyle
from wire.languages import Language

if TYPE_CHECKING:
    import pyarrow as pa

MAX_FLOAT32 = float(np.finfo(np.float32).max)
"""The scorers take 32-bit numbers."""
_DECIMALS = 4


class NumberType(RangeType):
    """A 32-bit floating-point number; infinite ones are refused."""

    expected = "a number"
    json_types = frozenset({int, float})
    quick_type: ClassVar[type] = float
    frame_kind = "number"
    is_plain = True
    has_decimal_sign = True
    lowest: ClassVar[float] = -MAX_FLOAT32
    highest: ClassVar[float] = MAX_FLOAT32
    json_type: ClassVar[str] = "number"

    def limit_number(self, limit: float | str) -> float | None:
        return None if isinstance(limit, str) else float(limit)

    def bound(self, number: float) -> float:
        return number

    def bound_schema(self) -> Schema:
        return {"type": "number"}

    def json_schema(self) -> Schema:
        low = self.lowest if self.field.minimum is None else self.field.minimum
        high = self.highest if self.field.maximum is None else self.field.maximum
        return {"type": self.json_type, "minimum": low, "maximum": high}

    def encode(self, values: Sequence[Any], faults: list[Fault]) -> Sequence[float | None]:
        return values

    def encode_quick(self, values: Sequence[Any]) -> Sequence[float]:
        return [math.nan if value is None else value for value in values] if self.field.nullable else values

    def number(self, value: Any) -> float:
        return math.nan if value is None else float(value)  # time-critical

    def value(self, number: float) -> Value:
        return float(number)

    def values(self, numbers: Numbers) -> list[Value]:
        return super().values(numbers) if np.isnan(numbers).any() else list(numbers.tolist())

    def range_fault(self, number: float) -> Fault:
        if math.isinf(number):
            return Fault(self.name, "not_finite", "Expected a finite number.")
        return Fault(self.name, "out_of_range", f"Expected a value from {self.min_number:,.10g} to {self.max_number:,.10g}.")

    def parse_text(self, array: "pa.Array", style: TextStyle) -> ParsedColumn:
        from service.fields.arrow_values import parse_number_text

        return parse_number_text(array, style, is_percent=self.field.shown_as == "percent")

    def parse_arrow(self, array: "pa.Array") -> ParsedColumn:
        from service.fields.arrow_values import parse_number_column

        return parse_number_column(self, array)

    def grid(self, low: float, high: float, current: float = math.nan) -> Grid:
        anchor = 0.0 if self.field.minimum is None else self.min_number
        return grid_between(low, high, step=self.field.step or 0.0, anchor=anchor)

    def number_text(self, number_: float, language: Language) -> str:
        return number(number_, language, self.field.shown_as)

    def without_unit(self) -> RangeType:
        return NumberType(Input(name=self.name, type="number"))

    def value_text(self, value: float, language: Language) -> str:
        text = self.number_text(round(float(value), _DECIMALS), language)
        unit = localized_text(self.field.unit, language)
        space = "" if unit == "%" else "\N{NO-BREAK SPACE}"
        return f"{text}{space}{unit}" if unit else text

    def training_numbers(self, values: Any) -> Numbers:
        return np.asarray(values.to_numpy(np.float64, na_value=np.nan))

    def describe(self, values: Numbers) -> Input:
        if np.isnan(values).all():
            return self.field
        seen = (float(np.nanmin(values)), float(np.nanmax(values)))
        return msgspec.structs.replace(self.field, seen=seen, default=self.value(float(np.nanmedian(values))))
