"""Numbers, with a number box as widget, or a slider for a percentage between two limits."""

import math
import re
from decimal import Decimal
from typing import Any

import streamlit as st

from client import Value
from demo.charts.ticks import round_numbers
from demo.fields.field_type import FieldType
from demo.fields.number_entry import NumberEntry
from demo.text.number_text import join_unit, parse_number
from demo.text.translation import Translation
from wire.cells.text_style import PROGRAM_STYLE, TextStyle

_NUMBER = re.compile(r"-?([0-9]+(\.[0-9]*)?|\.[0-9]+)(e[+-]?[0-9]{1,3})?")
_MAX_LENGTH = 40
_PERCENT_STEP = 0.01
_MAX_SLIDER_STEPS = 500


class NumberField(FieldType):
    """A number with its unit, limits and step."""

    is_ordered = True
    is_number = True

    def _typical(self) -> Value:
        low, high = self._range()
        return (low + high) / 2

    def _range(self) -> tuple[float, float]:
        """Return the range of the training data, else the limits, else zero."""
        low = self.field.get("minimum", 0)
        low, high = self.field.get("seen") or (low, self.field.get("maximum", low))
        return float(low), float(high)

    def _has_type(self, value: Any) -> bool:
        return isinstance(value, int | float) and not isinstance(value, bool)

    def _format(self, value: Any, tr: Translation) -> str:
        return tr.short_percent(value) if self._is_percent() else tr.short_number(value)

    def _is_percent(self) -> bool:
        return self.field.get("shown_as") == "percent"

    def value_with_unit(self, value: Any, tr: Translation) -> str:
        text = self.value_text(value, tr)
        return text if value is None else join_unit(text, self.unit())

    def cell_text(self, value: Value, tr: Translation) -> str:
        return tr.short_number(value) if isinstance(value, int | float) else self.value_text(value, tr)

    def allowed_text(self, tr: Translation) -> str:
        is_limited = "minimum" in self.field and "maximum" in self.field
        range_ = (self.field["minimum"], self.field["maximum"]) if is_limited else self.field.get("seen")
        if range_ is None:
            return super().allowed_text(tr)
        low, high = (self.cell_text(end, tr) for end in range_)
        ends = tr.text("{low} to {high}", low=low, high=high)
        ends = ends if is_limited else tr.text("usually {range}", range=ends)
        return tr.text("{range} (1 is 100%)", range=ends) if self._is_percent() else ends

    def wrong_type_text(self, tr: Translation) -> str:
        return tr.text("is not a number")

    def _decode(self, text: str) -> float | int:
        if not _NUMBER.fullmatch(text) or len(text) > _MAX_LENGTH:
            raise ValueError(text)
        value = float(text)
        low, high = float(self.field.get("minimum", -math.inf)), float(self.field.get("maximum", math.inf))
        if not math.isfinite(value) or not low <= value <= high:
            raise ValueError(text)
        return int(text) if text.lstrip("-").isdecimal() else value

    def from_cell(self, cell: Any, style: TextStyle | None = PROGRAM_STYLE) -> Value:
        value = super().from_cell(float(cell) if isinstance(cell, Decimal) else cell, style)
        return int(value) if isinstance(value, float) and value.is_integer() else value

    def position(self, value: Value) -> float:
        return float(value) if isinstance(value, int | float) else 0.0

    def ticks(self, low: float, high: float, tr: Translation) -> list[tuple[float, str]]:
        return [(at, self.value_text(at, tr)) for at in round_numbers(low, high)]

    def _entry(self) -> NumberEntry:
        low, high = self.field.get("minimum", -math.inf), self.field.get("maximum", math.inf)
        return NumberEntry(
            low=float(low),
            high=float(high),
            step=float(self.field.get("step") or self._step()),
            unit=self.unit(),
            is_percent=self._is_percent(),
            is_nullable=bool(self.field.get("nullable")),
        )

    def _step(self) -> float:
        """Return a hundredth of the range of the training data, rounded down to a power of ten."""
        if self._is_percent():
            return _PERCENT_STEP
        low, high = self.field.get("seen") or (self.field.get("minimum", 0), self.field.get("maximum", 100))
        width = float(high) - float(low)
        return float(10.0 ** math.floor(math.log10(width / 100))) if width > 0 else 1.0

    def draw(self, key: str, title: str, tr: Translation, **options: Any) -> None:
        slider_options = self._slider_options(st.session_state[key], tr)
        if slider_options:
            st.select_slider(title, slider_options, key=key, **options)
        else:
            self._entry().draw(title, key, tr, **options)

    def _slider_options(self, current: str, tr: Translation) -> list[str]:
        """Return the texts of a slider: for a percentage between two limits that is not nullable; else an empty list."""
        entry = self._entry()
        if not entry.is_percent or entry.is_nullable:
            return []
        return entry.list_options([parse_number(current, tr, percent=True)], tr)

    def slider(self) -> tuple[float, float, float] | None:
        low, high = self._range()
        if self.field.get("nullable") or not high > low:
            return None
        step = self._entry().step
        return low, high, step if (high - low) / step <= _MAX_SLIDER_STEPS else max(step, self._step())

    def widget_format(self, tr: Translation) -> str:
        return tr.language

    def to_widget(self, value: Value, tr: Translation) -> Any:
        return self._entry().write(value if isinstance(value, int | float) else None, tr)

    def from_widget(self, widget_value: Any, current: Value, tr: Translation) -> Value:
        text = str(widget_value or "")
        if text == self.to_widget(current, tr):
            return current
        return self._entry().read(text, current if isinstance(current, int | float) else None, tr)
