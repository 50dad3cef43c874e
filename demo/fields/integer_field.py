"""Whole numbers, with a number box of whole steps as widget."""

import math
from typing import Any

import streamlit as st

from client import Value
from demo.fields.number_field import NumberField
from demo.text.translation import Translation

_MAX_EXACT = 2**53 - 1
"""The largest whole number that JavaScript, and so the widget, represents exactly."""


class IntegerField(NumberField):
    """A number without decimals."""

    def _typical(self) -> Value:
        low, high = self._range()
        return math.floor((low + high) / 2)

    def wrong_type_text(self, tr: Translation) -> str:
        return tr.text("not a whole number")

    def _decode(self, text: str) -> float | int:
        value = super()._decode(text)
        if not float(value).is_integer():
            raise ValueError(text)
        return value

    def draw(self, key: str, title: str, tr: Translation, hint: str | None) -> Any:
        return st.number_input(
            title,
            min_value=int(self.field.get("minimum", -_MAX_EXACT)),
            max_value=int(self.field.get("maximum", _MAX_EXACT)),
            step=int(self.field.get("step") or 1),
            key=key,
            help=hint,
            placeholder=tr.text("not known"),
        )

    def to_widget(self, value: Value) -> Any:
        return value
