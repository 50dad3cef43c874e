"""One of the categories that the card lists."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from service.errors import Fault
from service.fields.field_type import Numbers, NumbersType, ParsedColumn, Schema
from service.fields.value_wording import EMPTY, localized_text, shorten
from service.schemas import Input, Text, Value
from wire.cells.text_style import TextStyle
from wire.languages import Language

if TYPE_CHECKING:
    import pyarrow as pa

UNKNOWN_CATEGORY = -1.0
"""The number of a category that is not in the card."""
_MAX_LISTED = 12
_MAX_CHARACTERS = 64


def category_text(value: Any) -> str:
    """Return a value of a column as the name of its category: 3 and 3.0 are "3", True is "True"."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


class CategoryType(NumbersType):
    """A category is its index in the card."""

    expected = "a category, as text"
    json_types = frozenset({str})
    quick_type = str
    frame_kind = "category"
    warning = "unseen_category"
    min_number = 0.0

    def __init__(self, field: Input) -> None:
        super().__init__(field)
        self._names = [category.value for category in field.categories]
        self._codes: dict[str | None, float] = {None: math.nan}
        self._codes |= {name: float(code) for code, name in enumerate(self._names)}
        self.size = len(self._names)
        self.may_hold_quotes = any('"' in name for name in self._names)
        self.max_number = float(self.size - 1)
        self.unseen = tuple(float(code) for code, category in enumerate(field.categories) if not category.seen)

    def card_fault(self) -> str | None:
        return None if self._names and len(set(self._names)) == self.size else "needs categories, each once"

    def json_schema(self) -> Schema:
        return {"enum": self._names}

    def encode(self, values: Sequence[Any], faults: list[Fault]) -> Sequence[float | None]:
        return self.encode_quick(values)

    def encode_quick(self, values: Sequence[Any]) -> Sequence[float]:
        codes = self._codes
        return [codes.get(value, UNKNOWN_CATEGORY) for value in values]

    def value(self, number: float) -> Value:
        return self._names[int(number)]

    def values(self, numbers: Numbers) -> list[Value]:
        if np.isnan(numbers).any():
            return super().values(numbers)
        return [self._names[code] for code in numbers.astype(np.int64).tolist()]

    def choice_label(self, choice: float) -> Text:
        category = self.field.categories[int(choice)]
        return category.label or category.value

    def range_fault(self, number: float) -> Fault:
        return Fault(self.name, "unknown_category", f"One of: {', '.join(self._names[:_MAX_LISTED])}"[:_MAX_CHARACTERS])

    def parse_text(self, array: "pa.Array", style: TextStyle) -> ParsedColumn:
        return self._parse(array, is_text_file=True)

    def parse_arrow(self, array: "pa.Array") -> ParsedColumn:
        return self._parse(array, is_text_file=False)

    def _parse(self, array: "pa.Array", *, is_text_file: bool) -> ParsedColumn:
        from service.fields.arrow_values import parse_category_column

        return parse_category_column(self, array, UNKNOWN_CATEGORY, is_text_file=is_text_file)

    def value_text(self, value: str, language: Language) -> str:
        label = (
            next(
                (localized_text(category.label, language) for category in self.field.categories if category.value == value),
                "",
            )
            or value
        )
        return shorten(label) or EMPTY[language]

    def training_numbers(self, values: Any) -> Numbers:
        names = [None if null else category_text(value) for value, null in zip(values, values.isna(), strict=True)]
        return np.array(self.encode_quick(names), dtype=np.float64)

    def value_of_training(self, value: Any) -> Value:
        """Return the name of the category of a value: a number or a boolean as text."""
        return category_text(value)

    def describe(self, values: Numbers) -> Input:
        counts = np.bincount(values[values >= 0].astype(np.int64), minlength=self.size)
        most_frequent = min(name for name, count in zip(self._names, counts, strict=True) if count == counts.max())
        categories = tuple(
            msgspec.structs.replace(category, seen=bool(count))
            for category, count in zip(self.field.categories, counts, strict=True)
        )
        return msgspec.structs.replace(self.field, categories=categories, default=most_frequent)
