"""One row and its variations: the row checked, then copies of it with some values changed."""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from service.errors import InvalidInput
from service.rows.checks import Checks, codes_of
from service.rows.columns import Columns
from service.schemas import Card, Input, Row, Value


@dataclass(frozen=True)
class Base:
    """The row that a question is about, checked."""

    row: Row
    columns: Columns
    checks: Checks
    numeric: dict[str, Input]
    """The fields that are no text, in the order of the matrix."""

    def place(self, name: str) -> int:
        """Return a field's column in the matrix."""
        return list(self.numeric).index(name)

    def own(self, name: str) -> Value:
        """Return the row's own value, as it was given."""
        value: Value = self.row.get(name)
        return value

    def repeated(self, times: int) -> NDArray[np.float64]:
        """Return the row's numbers so many times, to be changed."""
        return np.repeat(self.columns.matrix, times, axis=0)

    def with_numbers(self, matrix: NDArray[np.float64]) -> Columns:
        """Return one row for each of these, with the base's texts."""
        return replace(self.unwarned(matrix), warnings=self.checks.warnings(matrix))

    def unwarned(self, matrix: NDArray[np.float64]) -> Columns:
        """Return the same rows for one who reads only the model's numbers."""
        return Columns(matrix, {name: cells * len(matrix) for name, cells in self.columns.texts.items()})


def base_of(card: Card, checks: Checks, row: Row, place: str = "row") -> Base:
    """Return a row of a request, checked; `place` is its name in the request. Raises InvalidInput naming its fields."""
    try:
        columns = checks.columns([row])
    except InvalidInput as error:
        faults = [replace(fault, row=None, path=(place,)) for fault in error.faults]
        raise InvalidInput(error.detail, faults=faults) from None
    return Base(row, columns, checks, {field.name: field for field in card.inputs if field.type != "text"})


def number_of(field: Input, value: Value) -> float:
    """Return a checked value as it stands in the matrix; null is NaN."""
    if value is None or isinstance(value, str):
        return codes_of(field)[value]
    return float(value)


def values_of(field: Input, numbers: NDArray[np.float64]) -> list[Value]:
    """Return what a person would send for each number of a column of the matrix."""
    if np.isnan(numbers).any():
        return [value_of(field, number) for number in numbers.tolist()]
    if field.type == "number":
        return list(numbers.tolist())
    whole: list[int] = numbers.astype(np.int64).tolist()
    if field.type == "category":
        words = [category.value for category in field.categories]
        return [words[place] for place in whole]
    return list(map(bool, whole)) if field.type == "boolean" else list(whole)


def value_of(field: Input, number: float) -> Value:
    """Return what a person would send for a number of the matrix."""
    if math.isnan(number):
        return None
    if field.type == "category":
        return field.categories[int(number)].value
    if field.type == "boolean":
        return bool(number)
    return int(number) if field.type == "integer" else float(number)
