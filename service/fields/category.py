"""One of the categories that the card lists."""

import math
import re
from collections.abc import Sequence
from itertools import repeat
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
_WHOLE = re.compile("[+-]?[0-9]+")
_BOOLEANS = {"True", "False"}
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
        return list(map(self._codes.get, values, repeat(UNKNOWN_CATEGORY)))  # time-critical

    def number(self, value: Any) -> float:
        return self._codes.get(value, UNKNOWN_CATEGORY)  # time-critical

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
        """Return the index of each category; 3.0 is the category 3. Raises InvalidFile for a column of another type.

        In a text file, spaces around a category do not count.
        """
        import pyarrow as pa
        import pyarrow.compute as pc

        from service.fields import arrow_values

        if not arrow_values.is_text(array.type):
            array = self._names_of(array)
        names = pa.array([name.strip() if is_text_file else name for name in self._names], pa.string())
        array = arrow_values.trimmed(array) if is_text_file else array.cast(pa.string())
        codes = pc.index_in(array, names)
        if codes.null_count > array.null_count and any(map(_WHOLE.fullmatch, self._names)):
            whole = pc.replace_substring_regex(array, f"^({_WHOLE.pattern})[.,]0+$", r"\1")
            codes = pc.coalesce(codes, pc.index_in(whole, names))
        numbers = arrow_values.floats(pc.fill_null(codes, int(UNKNOWN_CATEGORY)))
        return ParsedColumn(numbers, arrow_values.is_null(array), arrow_values.no_wrong_values(array))

    def _names_of(self, array: "pa.Array") -> "pa.Array":
        """Return numbers or booleans as the names of their categories. Raises InvalidFile if the card has no such names."""
        import pyarrow as pa

        from service.fields import arrow_values

        kind = array.type
        is_number = pa.types.is_integer(kind) or pa.types.is_floating(kind)
        if not (is_number and any(map(_WHOLE.fullmatch, self._names))) and not (
            pa.types.is_boolean(kind) and not _BOOLEANS.isdisjoint(self._names)
        ):
            raise arrow_values.wrong_column(self, kind)
        encoded = array.dictionary_encode()
        names = [category_text(value) for value in encoded.dictionary.to_pylist()]
        return pa.array(names, pa.string()).take(encoded.indices)

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
