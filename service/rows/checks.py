"""Rows against the card: what cannot be scored is refused with row and field, what is unusual is scored with a warning.

Whole columns are checked at once.
"""

import math
from operator import itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.errors import Fault, InvalidInput
from service.rows.columns import Columns
from service.rows.strict_json import Duplicate, shown
from service.schemas import Card, FieldWarning, Input, Row

MAX_ERRORS = 100
"""An answer names no more than this many; a caller mends them and asks again."""

EXACT_INTEGER = 2.0**24
"""The scorers' 32-bit numbers hold every integer up to this one."""

LARGEST = float(np.finfo(np.float32).max)

UNKNOWN_CATEGORY = -1.0

_TYPES: dict[str, frozenset[type]] = {
    "number": frozenset({int, float}),
    "integer": frozenset({int, float}),
    "category": frozenset({str}),
    "text": frozenset({str}),
    "boolean": frozenset({bool}),
}
EXPECTED = {
    "number": "a number",
    "integer": "a whole number",
    "category": "a category, as text",
    "text": "text",
    "boolean": "true or false",
}


class _Absent:
    """Stands where a row has no value; its error is already noted."""


class Checks:
    """The checks of one card, prepared once."""

    def __init__(self, card: Card) -> None:
        self._inputs = card.inputs
        self._names = [field.name for field in card.inputs]
        self._numeric = [field for field in card.inputs if field.type != "text"]
        self._codes = {field.name: codes_of(field) for field in self._numeric if field.type == "category"}
        self._low, self._high = _limits([bounds(field) for field in self._numeric])
        self._seen_low, self._seen_high = _limits([field.seen or (-math.inf, math.inf) for field in self._numeric])
        self._usual_low, self._usual_high = _limits([_usual_range(field) for field in self._numeric])
        self._unseen = {
            place: np.array([code for code, category in enumerate(field.categories) if not category.seen], dtype=float)
            for place, field in enumerate(self._numeric)
            if not all(category.seen for category in field.categories)
        }
        pick = itemgetter(*self._names)
        self._pick = pick if len(self._names) > 1 else lambda row: (pick(row),)

    def columns(self, rows: list[Row]) -> Columns:
        """Return the rows as columns. Raises InvalidInput naming up to 100 places, row by row."""
        faults: list[Fault] = []
        numbers: list[list[Any]] = []
        texts: dict[str, list[str]] = {}
        for field, cells in zip(self._inputs, self._cells(rows, faults), strict=True):
            values = self._typed(field, cells, faults)
            if field.type == "text":
                texts[field.name] = self._texts(field, values, faults)
                continue
            if field.type == "category":
                code = self._codes[field.name]
                values = [code.get(value, UNKNOWN_CATEGORY) for value in values]
            if field.type == "integer":
                self._check_whole(field, values, faults)
            numbers.append(values)
        matrix = _matrix(numbers, len(rows))
        faults += self._value_errors(matrix)
        if faults:
            raise _refusal(faults, len(rows))
        return Columns(matrix, texts, self.warnings(matrix))

    def usual(self, matrix: NDArray[np.float64]) -> bool:
        """Say whether every value is within the card's limits, and was seen in training; NaN stands for null."""
        return not np.count_nonzero((matrix < self._usual_low) | (matrix > self._usual_high))

    def allowed(self, matrix: NDArray[np.float64]) -> bool:
        """Say whether every value is within the card's limits."""
        return not np.count_nonzero(self.outside(matrix))

    def outside(self, matrix: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return (rows, inputs that are no text): where a value is refused."""
        return (matrix < self._low) | (matrix > self._high)

    def warnings(self, matrix: NDArray[np.float64]) -> dict[int, list[FieldWarning]]:
        """Return row → what was never seen in training there; rows without a warning are left out."""
        outside = (matrix < self._seen_low) | (matrix > self._seen_high)
        for column, codes in self._unseen.items():
            outside[:, column] |= np.isin(matrix[:, column], codes)
        warnings: dict[int, list[FieldWarning]] = {}
        if np.count_nonzero(outside):
            for place, column in np.argwhere(outside).tolist():
                field = self._numeric[column]
                unseen = field.type == "category"
                code = "unseen_category" if unseen else "outside_training_range"
                warnings.setdefault(place, []).append(FieldWarning(field=field.name, code=code))  # type: ignore[arg-type]
        return warnings

    def _cells(self, rows: list[Row], faults: list[Fault]) -> list[tuple[Any, ...]]:
        """Return one tuple an input; notes fields that are missing or that nobody knows."""
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
        for field in self._inputs:
            if field.name not in row and not field.nullable:
                faults.append(Fault(field.name, "missing_field", "This field is missing.", row=place))
        return tuple(row.get(field.name, None if field.nullable else _Absent) for field in self._inputs)

    def _typed(self, field: Input, cells: tuple[Any, ...], faults: list[Fault]) -> list[Any]:
        """Return the cells with null in place of everything that is no value of the field's type, which is noted."""
        allowed = _TYPES[field.type]
        if allowed.issuperset(map(type, cells)):
            return list(cells)
        values: list[Any] = []
        for place, cell in enumerate(cells):
            fits = type(cell) in allowed
            values.append(cell if fits else None)
            if fits or cell is _Absent or (cell is None and field.nullable):
                continue
            if isinstance(cell, Duplicate):
                faults.append(Fault(field.name, "duplicate_field", "This field is given twice.", row=place))
            else:
                faults.append(Fault(field.name, "wrong_type", f"Expected {EXPECTED[field.type]}.", row=place))
        return values

    @staticmethod
    def _texts(field: Input, values: list[str | None], faults: list[Fault]) -> list[str]:
        texts = ["" if value is None else value for value in values]
        for place, text in enumerate(texts):
            if len(text) > field.max_length:
                message = f"At most {field.max_length:,} characters, not {len(text):,}."
                faults.append(Fault(field.name, "too_long", message, row=place))
            elif not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text):
                faults.append(Fault(field.name, "invalid_text", "Half a character: a lone surrogate.", row=place))
        return texts

    @staticmethod
    def _check_whole(field: Input, values: list[Any], faults: list[Fault]) -> None:
        for place, value in enumerate(values):
            if type(value) is float and math.isfinite(value) and not value.is_integer():
                faults.append(Fault(field.name, "wrong_type", f"Expected {EXPECTED[field.type]}.", row=place))

    def _value_errors(self, matrix: NDArray[np.float64]) -> list[Fault]:
        wrong = self.outside(matrix)
        if not np.count_nonzero(wrong):
            return []
        return [
            Fault(*self.fault(column, float(matrix[place, column])), row=place)
            for place, column in np.argwhere(wrong)[:MAX_ERRORS].tolist()
        ]

    def fault(self, column: int, value: float) -> tuple[str, str, str]:
        """Return the field, a code and a sentence for a value that is refused."""
        field = self._numeric[column]
        if field.type == "category":
            known = ", ".join(category.value for category in field.categories[:12])
            return field.name, "unknown_category", shown(f"One of: {known}")
        if math.isinf(value):
            return field.name, "not_finite", "Expected a finite number."
        low, high = bounds(field)
        return field.name, "out_of_range", f"Expected a value from {low:,.10g} to {high:,.10g}."


def codes_of(field: Input) -> dict[str | None, float]:
    """Return each category's place in the card, as a model takes it; null is NaN."""
    return {None: math.nan} | {category.value: float(code) for code, category in enumerate(field.categories)}


def bounds(field: Input) -> tuple[float, float]:
    """Return the least and the greatest value that is not refused; of a category, its places in the card."""
    if field.type == "category":
        return 0.0, float(len(field.categories) - 1)
    widest = EXACT_INTEGER if field.type == "integer" else LARGEST
    low = -widest if field.minimum is None else field.minimum
    high = widest if field.maximum is None else field.maximum
    return low, high


def _usual_range(field: Input) -> tuple[float, float]:
    if not all(category.seen for category in field.categories):
        return math.inf, -math.inf  # which ones were seen is no range: `warnings` looks
    (low, high), (seen_low, seen_high) = bounds(field), field.seen or (-math.inf, math.inf)
    return max(low, seen_low), min(high, seen_high)


def _limits(pairs: list[tuple[float, float]]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    table = np.array(pairs, dtype=np.float64).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def _matrix(columns: list[list[Any]], rows: int) -> NDArray[np.float64]:
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
