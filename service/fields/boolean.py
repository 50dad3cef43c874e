"""True or false."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from service.errors import Fault
from service.fields.field_type import Numbers, NumbersType, ParsedColumn, Schema
from service.schemas import Input, Value
from wire.cells.text_style import TextStyle
from wire.languages import Language

if TYPE_CHECKING:
    import pyarrow as pa

_WORDS: dict[Language, tuple[str, str]] = {"en": ("no", "yes"), "pl": ("nie", "tak")}


class BooleanType(NumbersType):
    """False is 0, true is 1."""

    expected = "true or false"
    json_types = frozenset({bool})
    quick_type = bool
    frame_kind = "boolean"
    is_plain = True
    size = 2
    min_number = 0.0
    max_number = 1.0

    def json_schema(self) -> Schema:
        return {"type": "boolean"}

    def encode(self, values: Sequence[Any], faults: list[Fault]) -> Sequence[float | None]:
        return values

    def value(self, number: float) -> Value:
        return bool(number)

    def range_fault(self, number: float) -> Fault:
        return self.type_fault()

    def parse_text(self, array: "pa.Array", style: TextStyle) -> ParsedColumn:
        from service.fields.arrow_values import parse_boolean_column, trimmed

        return parse_boolean_column(self, trimmed(array))

    def parse_arrow(self, array: "pa.Array") -> ParsedColumn:
        from service.fields.arrow_values import parse_boolean_column

        return parse_boolean_column(self, array)

    def value_text(self, value: bool, language: Language) -> str:  # noqa: FBT001
        return _WORDS[language][bool(value)]

    def training_numbers(self, values: Any) -> Numbers:
        return np.asarray(values.to_numpy(np.float64, na_value=np.nan))

    def value_of_training(self, value: Any) -> Value:
        return bool(value)

    def describe(self, values: Numbers) -> Input:
        return self.field
