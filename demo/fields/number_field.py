"""Numbers, with a number box as widget, or a slider for a percentage between two limits."""

import math
import re
from decimal import Decimal
from typing import Any

import streamlit as st

from client import Value
from demo.charts.ticks import round_numbers
from demo.fields.field_type import FieldType
from demo.text.translation import Translation

_NUMBER = re.compile(r"-?([0-9]+(\.[0-9]*)?|\.[0-9]+)(e[+-]?[0-9]{1,3})?")
_MAX_LENGTH = 40


class NumberField(FieldType):
    """A number with its unit, limits and step."""

    is_ordered = True

    def _typical(self) -> Value:
        low, high = self._range()
        return (low + high) / 2

    def _range(self) -> tuple[float, float]:
        """Return the range of the training data, else the limits, else zero."""
        low = self.field.get("minimum", 0)
        low, high = self.field.get("seen") or (low, self.field.get("maximum", low))
        return float(low), float(high)

    def _has_type(self, value: Any) -> bool:
        return isinstance(value, int | float)

    def _format(self, value: Any, tr: Translation) -> str:
        return tr.percent(value) if self._is_percent() else tr.short_number(value)

    def _is_percent(self) -> bool:
        return self.field.get("shown_as") == "percent"

    def value_with_unit(self, value: Any, tr: Translation) -> str:
        text = self.value_text(value, tr)
        return f"{text}\N{NO-BREAK SPACE}{self.unit()}" if value is not None and self.unit() else text

    def cell_text(self, value: Value, tr: Translation) -> str:
        return tr.short_number(value) if isinstance(value, int | float) else self.value_text(value, tr)

    def wrong_type_text(self, tr: Translation) -> str:
        return tr.text("not a number")

    def _decode(self, text: str) -> float | int:
        if not _NUMBER.fullmatch(text) or len(text) > _MAX_LENGTH:
            raise ValueError(text)
        value = float(text)
        low, high = float(self.field.get("minimum", -math.inf)), float(self.field.get("maximum", math.inf))
        if not math.isfinite(value) or not low <= value <= high:
            raise ValueError(text)
        return int(text) if text.lstrip("-").isdecimal() else value

    def from_cell(self, cell: Any, *, decimal_comma: bool = False) -> Value:
        return super().from_cell(float(cell) if isinstance(cell, Decimal) else cell, decimal_comma=decimal_comma)

    def _from_text(self, cell: str, *, decimal_comma: bool) -> Value:
        text = cell.strip().removeprefix("+")
        if not text:
            return None
        text = text.replace(",", ".") if decimal_comma else text
        if not _NUMBER.fullmatch(text.lower()):
            raise ValueError(cell)
        number = float(text)
        return int(number) if number.is_integer() else number

    def position(self, value: Value) -> float:
        return float(value or 0)

    def ticks(self, low: float, high: float, tr: Translation) -> list[tuple[float, str]]:
        return [(at, self.value_text(at, tr)) for at in round_numbers(low, high)]

    def draw(self, key: str, title: str, tr: Translation, hint: str | None) -> Any:
        if self._has_slider():
            return self._draw_slider(key, title, hint)
        step = self.field.get("step") or self._step()
        decimals = max(0, -math.floor(math.log10(step) + 1e-9)) if step < 1 else 0
        return st.number_input(
            title,
            min_value=float(self.field["minimum"]) if "minimum" in self.field else None,
            max_value=float(self.field["maximum"]) if "maximum" in self.field else None,
            step=float(step),
            format=f"%.{max(decimals, 2) if self._is_percent() else decimals}f",
            key=key,
            help=hint,
            placeholder=tr.text("not known"),
        )

    def _has_slider(self) -> bool:
        """Return whether the widget is a slider: for a percentage between two limits that is not nullable."""
        return self._is_percent() and {"minimum", "maximum"} <= self.field.keys() and not self.field.get("nullable")

    def _draw_slider(self, key: str, title: str, hint: str | None) -> Any:
        return st.slider(
            title,
            min_value=float(self.field["minimum"]),
            max_value=float(self.field["maximum"]),
            step=float(self.field.get("step") or 0.01),
            format="percent",
            key=key,
            help=hint,
        )

    def _step(self) -> float:
        """Return a hundredth of the range of the training data, rounded down to a power of ten."""
        low, high = self.field.get("seen") or (self.field.get("minimum", 0), self.field.get("maximum", 100))
        width = float(high) - float(low)
        return float(10.0 ** math.floor(math.log10(width / 100))) if width > 0 else 1.0

    def to_widget(self, value: Value) -> Any:
        return float(value) if isinstance(value, int | float) else value

    def from_widget(self, widget_value: Any, current: Value) -> Value:
        if widget_value is None:
            return None
        number = round(float(widget_value), 10)
        is_same = isinstance(current, int | float) and math.isclose(number, float(current), rel_tol=1e-12, abs_tol=1e-12)
        if is_same:
            return current
        return int(number) if number.is_integer() else number
