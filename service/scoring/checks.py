"""Rows against the card: what cannot be scored is refused with row and field, what is unusual is scored with a warning.

Knows: cards, rows, columns. Must not know: HTTP, models. Whole columns are checked at once; one row costs a few µs.
"""

from itertools import chain
from operator import itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.errors import InvalidInput
from service.schemas import Card, FieldWarning, Input, InputError, Row
from service.scoring.columns import Columns
from service.strict_json import Duplicate, pointer, shown

MOST_ERRORS = 100
"""An answer names no more than this many; a caller mends them and asks again."""

EXACT_INTEGER = float(2**24)
"""The scorers' 32-bit numbers hold every integer up to this one."""

LARGEST = float(np.finfo(np.float32).max)

_TYPES: dict[str, frozenset[type]] = {
    "number": frozenset({int, float}),
    "integer": frozenset({int, float}),
    "category": frozenset({str}),
    "text": frozenset({str}),
    "boolean": frozenset({bool}),
}
_WORDS = {
    "number": "a number",
    "integer": "a whole number",
    "category": "one of the categories, as text",
    "text": "text",
    "boolean": "true or false",
}
_UNKNOWN_CATEGORY = -1.0


class Checks:
    """The checks of one card, prepared once."""

    def __init__(self, card: Card) -> None:
        self._inputs = card.inputs
        self._places = {field.name: place for place, field in enumerate(card.inputs)}
        self._required = {field.name for field in card.inputs if not field.nullable}
        self._numeric = [field for field in card.inputs if field.type != "text"]
        self._codes = {
            field.name: {category.value: float(code) for code, category in enumerate(field.categories)}
            for field in card.inputs
        }
        bounds = [_bounds(field) for field in self._numeric]
        self._low, self._high = np.array(bounds, dtype=np.float64).reshape(-1, 2).T
        seen = [field.seen or (-np.inf, np.inf) for field in self._numeric]
        self._seen_low, self._seen_high = np.array(seen, dtype=np.float64).reshape(-1, 2).T
        self._whole = [column for column, field in enumerate(self._numeric) if field.type == "integer"]
        self._unseen = {
            column: [float(code) for code, category in enumerate(field.categories) if not category.seen]
            for column, field in enumerate(self._numeric)
            if not all(category.seen for category in field.categories)
        }
        names = tuple(self._places)
        pick = itemgetter(*names)
        self._pick = pick if len(names) > 1 else lambda row: (pick(row),)

    def columns(self, rows: list[Row]) -> Columns:
        """Return the rows as columns. Raises InvalidInput with up to 100 errors, in the order of rows and fields."""
        found: list[tuple[int, int, InputError]] = []
        cells = self._cells(rows, found)
        matrix = np.empty((len(rows), len(self._numeric)), dtype=np.float64)
        texts: dict[str, list[str]] = {}
        numbers: list[list[float]] = []
        for field, column in zip(self._inputs, zip(*cells, strict=True) if cells else ((),) * len(self._inputs), strict=True):
            values = self._typed(field, column, found)
            if field.type == "text":
                texts[field.name] = ["" if value is None else value for value in values]
                self._check_lengths(field, texts[field.name], found)
            else:
                numbers.append(self._numbers(field, values))
        if numbers:
            matrix = np.array(numbers, dtype=np.float64).T
        self._check_values(matrix, found)
        if found:
            raise _refusal(found, len(rows))
        return Columns(matrix, texts, self._warnings(matrix))

    def _cells(self, rows: list[Row], found: list[tuple[int, int, InputError]]) -> list[tuple[Any, ...]]:
        width = len(self._inputs)
        try:
            if all(len(row) == width for row in rows):
                return [self._pick(row) for row in rows]
        except KeyError:
            pass
        for place, row in enumerate(rows):
            for name in sorted(self._required - row.keys(), key=self._places.__getitem__):
                found.append((place, self._places[name], _error(place, name, "missing_field", "This field is missing.")))
            for name in row.keys() - self._places.keys():
                found.append((place, width, _error(place, name, "unknown_field", "The model has no such field.")))
        blank = object.__new__(_Missing)
        return [
            tuple(row.get(field.name, None if field.nullable else blank) for field in self._inputs) for row in rows
        ]
