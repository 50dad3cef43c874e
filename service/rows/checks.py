"""Check rows against the card. A wrong value refuses the request, a value that training did not see gets a warning.

The checks work on columns, not on single values.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from operator import gt, itemgetter, lt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.errors import Fault, InvalidInput
from service.fields.arrays.array_type import ArrayType
from service.fields.arrays.image import ImageType
from service.fields.field_type import FieldType, NumbersType
from service.fields.integer import IntegerType
from service.fields.lookup import number_fields, types_of
from service.fields.text import TextType
from service.rows.columns import Columns
from service.rows.number_faults import is_fraction, number_faults
from service.rows.rule_checks import RuleChecks
from service.rows.shape_faults import Duplicate
from service.schemas import Card, FieldWarning, Row

MAX_ERRORS = 100
"""The maximum of faults in one answer."""


class _Absent:
    """The value of a missing field whose fault is already in the list."""


class Checks:
    """The checks of one card, prepared once."""

    def __init__(self, card: Card) -> None:
        self.fields = types_of(card)
        self.number_fields = number_fields(card)
        """The fields of the channel `numbers`, in the order of its columns."""
        self.has_pictures = any(isinstance(field, ImageType) for field in self.fields)
        """A row may take as long to read as thousands of others to score."""
        self._names = [field.name for field in card.inputs]
        fields = self.number_fields
        self._min, self._max = _limits([(field.min_number, field.max_number) for field in fields])
        self._min_seen, self._max_seen = _limits([(field.min_seen, field.max_seen) for field in fields])
        self._min_unwarned, self._max_unwarned = _limits(list(map(_unwarned_range, fields)))
        self._min_unwarned_list, self._max_unwarned_list = self._min_unwarned.tolist(), self._max_unwarned.tolist()
        self.field_warnings = [FieldWarning(field=field.name, code=field.warning) for field in fields]
        """For each of `number_fields`, the warning of a value that training did not see."""
        self.rules = RuleChecks(card.rules, fields)
        self._unseen = {index: np.array(field.unseen) for index, field in enumerate(fields) if field.unseen}
        self._integers = [index for index, field in enumerate(fields) if isinstance(field, IntegerType)]
        pick = itemgetter(*self._names)
        self._pick = pick if len(self._names) > 1 else lambda row: (pick(row),)

    def columns(self, rows: list[Row]) -> Columns:
        """Return the rows as columns. Raises InvalidInput with up to 100 faults, sorted by row."""
        faults: list[Fault] = []
        columns: list[Sequence[float | None]] = []
        texts: dict[str, list[str]] = {}
        arrays: dict[str, NDArray[Any]] = {}
        for field, cells in zip(self.fields, self._cells(rows, faults), strict=True):
            values = self._check_types(field, cells, faults)
            if isinstance(field, TextType):
                texts[field.name] = field.encode(values)
                known = {fault.row for fault in faults if fault.field == field.name}
                faults += (fault for fault in field.faults(texts[field.name]) if fault.row not in known)
            elif isinstance(field, NumbersType):
                columns.append(field.encode(values, faults))
            elif isinstance(field, ArrayType):
                arrays[field.name] = field.encode(values, faults)
        numbers = _matrix(columns, len(rows))
        faults += islice(self.matrix_faults(numbers), MAX_ERRORS)
        if faults:
            raise _refusal(faults, len(rows))
        return Columns(numbers, texts, arrays, self.warnings(numbers))

    def all_seen(self, numbers: NDArray[np.float64]) -> bool:
        """Return whether no row is refused or gets a warning. NaN (null) is accepted."""
        if len(numbers) == 1:  # time-critical: arrays take longer
            row = numbers[0].tolist()
            is_outside = any(map(lt, row, self._min_unwarned_list)) or any(map(gt, row, self._max_unwarned_list))
            return not (is_outside or self.rules.has_contradiction(row))
        if self.rules.compiled and self.rules.broken(numbers).any():
            return False
        return not np.count_nonzero((numbers < self._min_unwarned) | (numbers > self._max_unwarned))

    def all_in_range(self, numbers: NDArray[np.float64]) -> bool:
        """Return whether every value is within the limits of the card."""
        return not np.count_nonzero((numbers < self._min) | (numbers > self._max))

    def matrix_faults(self, numbers: NDArray[np.float64]) -> Iterator[Fault]:
        """Yield the faults of all numbers (rows, fields of the channel `numbers`), row by row. NaN (null) has none."""
        refused = (numbers < self._min) | (numbers > self._max)
        if self._integers:
            refused[:, self._integers] |= is_fraction(numbers[:, self._integers])
        for index, column in np.argwhere(refused).tolist():
            for fault in number_faults(self.number_fields[column], float(numbers[index, column])):
                yield replace(fault, row=index)

    def warnings(self, numbers: NDArray[np.float64]) -> dict[int, list[FieldWarning]]:
        """Return row index → warnings for values that training did not see, and for rules that the row breaks.

        Rows without a warning are absent.
        """
        outside = self.unusual(numbers)
        warnings: dict[int, list[FieldWarning]] = {}
        if np.count_nonzero(outside):
            for index, column in np.argwhere(outside).tolist():
                warnings.setdefault(index, []).append(self.field_warnings[column])
        for index, contradictions in self.rules.warnings(numbers).items():
            warnings.setdefault(index, []).extend(contradictions)
        return warnings

    def unusual(self, numbers: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return the mask of values that training did not see (rows, fields of the channel `numbers`)."""
        outside = np.asarray((numbers < self._min_seen) | (numbers > self._max_seen))
        for column, codes in self._unseen.items():
            outside[:, column] |= np.isin(numbers[:, column], codes)
        return outside

    def _cells(self, rows: list[Row], faults: list[Fault]) -> list[tuple[Any, ...]]:
        """Return one tuple per field; add missing and unknown fields to `faults`."""
        width = len(self._names)
        try:
            picked = [self._pick(row) for row in rows]
        except KeyError:
            picked = None
        if picked is None or any(len(row) != width for row in rows):
            picked = [self._pick_incomplete(index, row, faults) for index, row in enumerate(rows)]
        return list(zip(*picked, strict=True)) if picked else [()] * width

    def _pick_incomplete(self, index: int, row: Row, faults: list[Fault]) -> tuple[Any, ...]:
        for name in islice(row.keys() - set(self._names), MAX_ERRORS):
            faults.append(Fault(name, "unknown_field", "The model has no such field.", row=index))
        for field in self.fields:
            if field.name not in row and not field.nullable:
                faults.append(field.missing_fault(index))
        return tuple(row.get(field.name, None if field.nullable else _Absent) for field in self.fields)

    @staticmethod
    def _check_types(field: FieldType, cells: tuple[Any, ...], faults: list[Fault]) -> Sequence[Any]:
        """Return the cells with null in place of values of another type; add their faults to `faults`."""
        allowed = field.json_types
        if allowed.issuperset(map(type, cells)):
            return cells
        values: list[Any] = []
        for index, cell in enumerate(cells):
            fits = type(cell) in allowed
            values.append(cell if fits else None)
            if fits or cell is _Absent or (cell is None and field.nullable):
                continue
            if isinstance(cell, Duplicate):
                faults.append(Fault(field.name, "duplicate_field", "This field is given twice.", row=index))
            else:
                faults.append(field.missing_fault(index) if cell is None else field.type_fault(index))
        return values


def _unwarned_range(field: NumbersType) -> tuple[float, float]:
    if field.unseen:
        return math.inf, -math.inf  # an empty range: `warnings` looks up the categories
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
