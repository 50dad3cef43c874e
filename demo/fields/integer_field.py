"""Whole numbers, with a number box of whole steps as widget."""

import math
from dataclasses import replace

from client import Value
from demo.fields.number_entry import NumberEntry
from demo.fields.number_field import NumberField
from demo.text.translation import Translation


class IntegerField(NumberField):
    """A number without decimals."""

    def _typical(self) -> Value:
        low, high = self._range()
        return math.floor((low + high) / 2)

    def wrong_type_text(self, tr: Translation) -> str:
        return tr.text("is not a whole number")

    def _decode(self, text: str) -> float | int:
        value = super()._decode(text)
        if not float(value).is_integer():
            raise ValueError(text)
        return value

    def _entry(self) -> NumberEntry:
        return replace(super()._entry(), is_whole=True, step=max(1, int(self.field.get("step") or 1)))
