"""A list of numbers of fixed length, such as an embedding that another model computed."""

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from service.errors import Fault
from service.fields.arrays.array_type import ArrayType, FindPicture, ParsedArrays
from service.fields.field_type import Schema
from wire.cells.cell_values import parse_vector
from wire.languages import Language

if TYPE_CHECKING:
    import pyarrow as pa

_MAX_LENGTH = 65_536
_NUMBERS: dict[Language, str] = {"en": "{n} numbers", "pl": "liczby: {n}"}


class VectorType(ArrayType):
    """A list of finite numbers in JSON. Its array is (length,)."""

    expected = "a list of numbers"
    json_types = frozenset({list})
    quick_type = list
    words = "a vector"
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
            return self.length_fault(len(value))
        if not set(map(type, value)) <= {int, float}:
            return self.type_fault()
        try:
            array = np.array(value, dtype=np.float64)
        except OverflowError:
            array = np.array([math.inf])
        if not np.isfinite(array).all():
            return self.finite_fault()
        return array

    def value(self, array: NDArray[Any]) -> list[float]:
        numbers: list[float] = array.tolist()
        return numbers

    def value_text(self, value: Any, language: Language) -> str:
        return _NUMBERS[language].format(n=f"{self.field.length:,}")

    def parse_text(self, array: "pa.Array", find: FindPicture | None) -> ParsedArrays:
        from service.fields.arrays.array_columns import text_cells

        return self.parse_cells(text_cells(array), len(array), self._read_cell)

    def parse_arrow(self, array: "pa.Array", find: FindPicture | None) -> ParsedArrays:
        from service.fields.arrays.array_columns import parse_vector_column

        return parse_vector_column(self, array)

    def _read_cell(self, cell: str) -> NDArray[np.float64] | Fault:
        """Return the numbers of a JSON array in a cell of a text file."""
        try:
            return self.read(parse_vector(cell))
        except ValueError:
            return self.type_fault()

    def length_fault(self, length: int) -> Fault:
        """Return the fault of a list of another length."""
        return Fault(self.name, "wrong_length", f"Expected {self.field.length:,} numbers, not {length:,}.")

    def finite_fault(self) -> Fault:
        """Return the fault of a list with infinite numbers or NaN."""
        return Fault(self.name, "not_finite", "Expected finite numbers.")
