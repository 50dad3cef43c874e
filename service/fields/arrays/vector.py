"""A list of numbers of fixed length, such as an embedding that another model computed."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.errors import Fault
from service.fields.arrays.array_type import ArrayType
from service.fields.field_type import Schema
from wire.languages import Language

_MAX_LENGTH = 65_536
_NUMBERS: dict[Language, str] = {"en": "{n} numbers", "pl": "liczby: {n}"}


class VectorType(ArrayType):
    """A list of finite numbers in JSON. Its array is (length,)."""

    expected = "a list of numbers"
    json_types = frozenset({list})
    quick_type = list
    frame_kind = "vector"
    dtype = np.float64

    @property
    def shape(self) -> tuple[int, ...]:  # type: ignore[override]
        return (self.field.length,)

    def card_fault(self) -> str | None:
        if self.nullable:
            return "is a vector, which cannot be null"
        return None if 0 < self.field.length <= _MAX_LENGTH else f"needs a length of 1 to {_MAX_LENGTH:,}"

    def json_schema(self) -> Schema:
        length = self.field.length
        return {"type": "array", "items": {"type": "number"}, "minItems": length, "maxItems": length}

    def read(self, value: list[Any]) -> NDArray[np.float64] | Fault:
        if len(value) != self.field.length:
            return Fault(self.name, "wrong_length", f"Expected {self.field.length:,} numbers, not {len(value):,}.")
        if not all(type(number) in {int, float} for number in value):
            return self.type_fault()
        try:
            array = np.array(value, dtype=np.float64)
        except OverflowError:
            array = np.array([math.inf])
        if not np.isfinite(array).all():
            return Fault(self.name, "not_finite", "Expected finite numbers.")
        return array

    def value(self, array: NDArray[Any]) -> list[float]:
        numbers: list[float] = array.tolist()
        return numbers

    def value_text(self, value: Any, language: Language) -> str:
        return _NUMBERS[language].format(n=f"{self.field.length:,}")
