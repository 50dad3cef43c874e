"""One checked row, and copies of it with some values changed."""

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
    """The checked row of a request."""

    row: Row
    columns: Columns
    checks: Checks
    number_fields: dict[str, NumbersType]
    """The fields of the channel `numbers`, in the order of its columns."""

    def column_index(self, name: str) -> int:
        """Return the index of a field's column in the matrix."""
        return list(self.number_fields).index(name)

    def value(self, name: str) -> Value:
        """Return the value of a field in the row, as the caller sent it."""
        value: Value = self.row.get(name)
        return value

    def repeated(self, times: int) -> NDArray[np.float64]:
        """Return (times, fields): copies of the row's numbers, which the caller may change."""
        return np.repeat(self.columns.numbers, times, axis=0)

    def with_numbers(self, matrix: NDArray[np.float64]) -> Columns:
        """Return columns with these numbers, the texts of the row, and warnings."""
        return replace(self.unwarned(matrix), warnings=self.checks.warnings(matrix))

    def unwarned(self, matrix: NDArray[np.float64]) -> Columns:
        """Return columns without warnings, for callers that need only the outputs of the model."""
        return self.columns.with_numbers(matrix)


def base_of(checks: Checks, row: Row, name: str = "row") -> Base:
    """Return a checked row of a request; `name` is its name there. Raises InvalidInput, which names its fields."""
    try:
        columns = checks.columns([row])
    except InvalidInput as error:
        faults = [replace(fault, row=None, path=(name,)) for fault in error.faults]
        raise InvalidInput(error.detail, faults=faults) from None
    return Base(row, columns, checks, {field.name: field for field in checks.number_fields})
