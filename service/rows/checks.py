"""Rows against the card: a wrong value refuses the request, a value that was not seen in training gets a warning.

Whole columns are checked at once.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from operator import itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.errors import Fault, InvalidInput
from service.fields.field_type import FieldType, NumbersType
from service.fields.lookup import number_fields, types_of
from service.fields.text import TextType
from service.rows.columns import Columns
from service.rows.shape_faults import Duplicate
from service.schemas import Card, FieldWarning, Row

MAX_ERRORS = 100
"""An answer names at most so many faults."""


class _Absent:
    """Stands for the value of a missing field, whose fault is already noted."""


class Checks:
    """The checks of one card, prepared once."""

    def __init__(self, card: Card) -> None:
        self.fields = types_of(card)
        self.number_fields = number_fields(card)
        """The fields of the channel `numbers`, in the order of its columns."""
        self._names = [field.name for field in card.inputs]
        fields = self.number_fields
        self._low, self._high = _limits([(field.min_number, field.max_number) for field in fields])
        self._seen_low, self._seen_high = _limits([(field.min_seen, field.max_seen) for field in fields])
        self._low_seen, self._high_seen = _limits(list(map(_seen_range, fields)))
        self._unseen = {place: np.array(field.unseen) for place, field in enumerate(fields) if field.unseen}
        pick = itemgetter(*self._names)
        self._pick = pick if len(self._names) > 1 else lambda row: (pick(row),)

    def columns(self, rows: list[Row]) -> Columns:
        """Return the rows as columns. Raises InvalidInput naming up to 100 places, row by row."""
        faults: list[Fault] = []
        columns: list[Sequence[float | None]] = []
        texts: dict[str, list[str]] = {}
        for field, cells in zip(self.fields, self._cells(rows, faults), strict=True):
            values = self._typed(field, cells, faults)
            if isinstance(field, TextType):
                texts[field.name] = field.encode(values)
                faults += field.faults(texts[field.name])
            elif isinstance(field, NumbersType):
                columns.append(field.encode(values, faults))
        numbers = _matrix(columns, len(rows))
        faults += self._range_faults(numbers)
        if faults:
            raise _refusal(faults, len(rows))
        return Columns(numbers, texts, self.warnings(numbers))

    def all_seen(self, numbers: NDArray[np.float64]) -> bool:
        """Return whether every value is within the limits of the card and was seen in training; NaN is null."""
        return not np.count_nonzero((numbers < self._low_seen) | (numbers > self._high_seen))

    def all_in_range(self, numbers: NDArray[np.float64]) -> bool:
        """Return whether every value is within the limits of the card."""
        return not np.count_nonzero(self.out_of_range(numbers))

    def out_of_range(self, numbers: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return (rows, fields of the channel `numbers`): where a value is refused."""
        return (numbers < self._low) | (numbers > self._high)

    def warnings(self, numbers: NDArray[np.float64]) -> dict[int, list[FieldWarning]]:
        """Return row → what was never seen in training there; rows without a warning are left out."""
        outside = (numbers < self._seen_low) | (numbers > self._seen_high)
        for column, codes in self._unseen.items():
            outside[:, column] |= np.isin(numbers[:, column], codes)
        warnings: dict[int, list[FieldWarning]] = {}
        if np.count_nonzero(outside):
            for place, column in np.argwhere(outside).tolist():
                field = self.number_fields[column]
                warnings.setdefault(place, []).append(FieldWarning(field=field.name, code=field.warning))
        return warnings

    def _cells(self, rows: list[Row], faults: list[Fault]) -> list[tuple[Any, ...]]:
        """Return one tuple per field; add missing and unknown fields to `faults`."""
        width = len(self._names)
        try:
            picked = [self._pick(row) for row in rows]
        except KeyError:
            picked = None
        if picked is None or any(len(row) != width for row in rows):
            picked = [self._picked_with_gaps(place, row, faults) for place, row in enumerate(rows)]
        return list(zip(*picked, strict=True)) if picked else [()] * width

    def _picked_with_gaps(self, place: int, row: Row, faults: list[Fault]) -> tuple[Any, ...]:
        for name in row.keys() - set(self._names):
            faults.append(Fault(name, "unknown_field", "The model has no such field.", row=place))
        for field in self.fields:
            if field.name not in row and not field.nullable:
                faults.append(Fault(field.name, "missing_field", "This field is missing.", row=place))
        return tuple(row.get(field.name, None if field.nullable else _Absent) for field in self.fields)

    @staticmethod
    def _typed(field: FieldType, cells: tuple[Any, ...], faults: list[Fault]) -> Sequence[Any]:
        """Return the cells with null in place of everything that is no value of the field's type, which is noted."""
        allowed = field.json_types
        if allowed.issuperset(map(type, cells)):
            return cells
        values: list[Any] = []
        for place, cell in enumerate(cells):
            fits = type(cell) in allowed
            values.append(cell if fits else None)
            if fits or cell is _Absent or (cell is None and field.nullable):
                continue
            if isinstance(cell, Duplicate):
                faults.append(Fault(field.name, "duplicate_field", "This field is given twice.", row=place))
            else:
                faults.append(field.type_fault(place))
        return values

    def _range_faults(self, numbers: NDArray[np.float64]) -> list[Fault]:
        wrong = self.out_of_range(numbers)
        if not np.count_nonzero(wrong):
            return []
        return [
            replace(self.fault(column, float(numbers[place, column])), row=place)
            for place, column in np.argwhere(wrong)[:MAX_ERRORS].tolist()
        ]

    def fault(self, column: int, value: float) -> Fault:
        """Return why a number of a column is refused."""
        return self.number_fields[column].range_fault(value)


def _seen_range(field: NumbersType) -> tuple[float, float]:
    if field.unseen:
        return math.inf, -math.inf  # which ones were seen is no range: `warnings` looks
    return max(field.min_number, field.min_seen), min(field.max_number, field.max_seen)


def _limits(pairs: list[tuple[float, float]]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    table = np.array(pairs, dtype=np.float64).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def _matrix(columns: list[Sequence[float | None]], rows: int) -> NDArray[np.float64]:
    """Return (rows, columns); null is NaN, an integer too large for a float is infinite."""
    try:
        return np.array(columns, dtype=np.float64).reshape(len(columns), rows).T
    except OverflowError:
        finite = [[_float(value) for value in column] for column in columns]
        return np.array(finite, dtype=np.float64).reshape(len(columns), rows).T


def _float(value: float | None) -> float:
    try:
        return math.nan if value is None else float(value)
    except OverflowError:
        return math.inf


def _refusal(faults: list[Fault], rows: int) -> InvalidInput:
    faults.sort(key=lambda fault: fault.row or 0)
    wrong = len({fault.row for fault in faults})
    detail = f"{wrong} of {rows:,} rows cannot be scored." if rows > 1 else "The row cannot be scored."
    return InvalidInput(detail, faults=faults[:MAX_ERRORS])
