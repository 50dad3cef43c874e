"""One row and its variations: the row checked, then copies of it with some values changed."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from service.errors import InvalidInput
from service.fields.field_type import NumbersType
from service.rows.checks import Checks
from service.rows.columns import Columns
from service.schemas import Row, Value


@dataclass(frozen=True)
class Base:
    """The row that a question is about, checked."""

    row: Row
    columns: Columns
    checks: Checks
    number_fields: dict[str, NumbersType]
    """The fields of the channel `numbers`, in the order of its columns."""

    def place(self, name: str) -> int:
        """Return a field's column in the matrix."""
        return list(self.number_fields).index(name)

    def own(self, name: str) -> Value:
        """Return the row's own value, as it was given."""
        value: Value = self.row.get(name)
        return value

    def repeated(self, times: int) -> NDArray[np.float64]:
        """Return the row's numbers so many times, to be changed."""
        return np.repeat(self.columns.numbers, times, axis=0)

    def with_numbers(self, matrix: NDArray[np.float64]) -> Columns:
        """Return one row for each of these, with the base's texts."""
        return replace(self.unwarned(matrix), warnings=self.checks.warnings(matrix))

    def unwarned(self, matrix: NDArray[np.float64]) -> Columns:
        """Return the same rows for one who reads only the model's numbers."""
        return Columns(matrix, {name: cells * len(matrix) for name, cells in self.columns.texts.items()})


def base_of(checks: Checks, row: Row, place: str = "row") -> Base:
    """Return a row of a request, checked; `place` is its name in the request. Raises InvalidInput naming its fields."""
    try:
        columns = checks.columns([row])
    except InvalidInput as error:
        faults = [replace(fault, row=None, path=(place,)) for fault in error.faults]
        raise InvalidInput(error.detail, faults=faults) from None
    return Base(row, columns, checks, {field.name: field for field in checks.number_fields})
