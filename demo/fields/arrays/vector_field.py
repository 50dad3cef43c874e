"""A vector, such as an embedding: a list of numbers that people do not read. It comes from the start of the case."""

import math
from typing import Any

from demo.fields.arrays.array_field import ArrayField
from demo.text.translation import Translation


class VectorField(ArrayField):
    """A list of numbers. The form says how many they are."""

    has_widget = False

    def _has_type(self, value: Any) -> bool:
        if not isinstance(value, list) or len(value) != self.field.get("length", len(value)):
            return False
        return all(isinstance(each, int | float) and not isinstance(each, bool) and math.isfinite(each) for each in value)

    def _format(self, value: Any, tr: Translation) -> str:
        return tr.count("{n} number", "{n} numbers", len(value))

    def allowed_text(self, tr: Translation) -> str:
        length = self.field.get("length")
        return tr.count("a list of {n} number", "a list of {n} numbers", length) if length else tr.text("a list of numbers")

    def wrong_type_text(self, tr: Translation) -> str:
        return tr.text("is not a list of numbers")

    def caption(self, value: Any, tr: Translation) -> str:
        text = self.value_text(value, tr)
        return tr.text("Computed at night: {numbers}", numbers=text) if self.field.get("from") == "store" else text
