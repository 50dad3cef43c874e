"""Move the splits of trees from the columns of a matrix to the input fields, so that no preprocessing is left."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from service.publishing.conversion.column_sources import Source, UnknownStep
from service.publishing.conversion.preprocessing import Floats, Preprocessing
from service.publishing.conversion.tree_ensembles.split_search import last_before_change, last_missing, missing_range
from service.publishing.conversion.tree_ensembles.trees import LEAF, Trees

Mask = NDArray[np.bool_]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Splits:
    """What decides at each distinct split of some trees. All shapes: (splits,)."""

    field: Integers
    limit: Floats
    """Numbers up to the limit are on one side, greater ones on the other."""
    members: NDArray[np.object_]
    """Or: the frozenset of numbers that are on one side, else None."""
    inside_left: Mask
    """Numbers up to the limit, or the members, go to the left."""
    missing_left: Mask
    above: Floats
    up_to: Floats
    """Numbers of the field above the first and up to the second are missing values for the split; equal: there are none."""


def fold_splits(trees: Trees, preprocessing: Preprocessing) -> tuple[Splits, Integers]:
    """Return the distinct splits on the fields, and the index of the split of each node (leaves: 0). Raises UnknownStep."""
    inner = np.flatnonzero(trees.column != LEAF)
    empty = np.full(len(trees.column), np.inf), np.full(len(trees.column), -np.inf)
    ranges = empty if trees.missing_from is None or trees.missing_to is None else (trees.missing_from, trees.missing_to)
    parts = (trees.column, trees.threshold, trees.categories, trees.missing_left, *ranges)
    keys: list[_Split] = list(zip(*(part[inner].tolist() for part in parts), strict=True))
    distinct = {key: at for at, key in enumerate(dict.fromkeys(keys))}
    index = np.zeros(len(trees.column), dtype=np.int64)
    index[inner] = [distinct[key] for key in keys]
    folding = _Folding(list(distinct), preprocessing, single_precision=trees.single_precision)
    return folding.splits(), index


_Split = tuple[int, float, frozenset[int] | None, bool, float, float]
"""(column, threshold, categories on the left or None, missing values go left, range of missing values: start, end)"""


class _Folding:
    """The folding of distinct splits."""

    def __init__(self, splits: Sequence[_Split], preprocessing: Preprocessing, *, single_precision: bool) -> None:
        columns = list(zip(*splits, strict=True)) or [(), (), (), (), (), ()]
        self._column = np.array(columns[0], dtype=np.int64)
        self._threshold = np.array(columns[1], dtype=np.float64)
        self._categories = columns[2]
        self._missing_left = np.array(columns[3], dtype=bool)
        self._start, self._end = np.array(columns[4], dtype=np.float64), np.array(columns[5], dtype=np.float64)
        self._preprocessing = preprocessing
        self._single_precision = single_precision
        self._field = np.array([preprocessing.sources[column].field for column in self._column], dtype=np.int64)

    def splits(self) -> Splits:
        count = len(self._column)
        limit, inside_left = np.zeros(count), np.zeros(count, dtype=bool)
        above, up_to = np.full(count, -np.inf), np.full(count, -np.inf)
        members = np.full(count, None, dtype=object)
        has_limit = np.array(
            [
                self._preprocessing.sources[column].values is None and categories is None
                for column, categories in zip(self._column, self._categories, strict=True)
            ],
            dtype=bool,
        )
        ordered, listed = np.flatnonzero(has_limit), np.flatnonzero(~has_limit)
        if len(ordered):
            limit[ordered], inside_left[ordered], above[ordered], up_to[ordered] = self._limits(ordered)
        for field in np.unique(self._field[listed]).tolist():
            splits = listed[self._field[listed] == field]
            members[splits], inside_left[splits] = self._members(field, splits)
        return Splits(self._field, limit, members, inside_left, self._missing(above < up_to), above, up_to)

    def _limits(self, splits: Integers) -> tuple[Floats, Mask, Floats, Floats]:
        """Return the limit of splits of columns that rise or fall with their field, whether lower numbers go left, and the
        range of missing values.
        """
        fields = [self._preprocessing.fields[at] for at in self._field[splits]]
        low, high = (np.array([getattr(field, end) for field in fields]) for end in ("low", "high"))
        copied = np.array([self._preprocessing.sources[column].is_input for column in self._column[splits]])

        def values(numbers: Floats) -> Floats:
            column = numbers.copy()
            if not copied.all():
                column[..., ~copied] = self._values(splits[~copied], numbers[..., ~copied])
            return self._rounded(column)

        def decide(numbers: Floats) -> Mask:
            column = values(numbers)
            if np.isnan(column).any():
                raise UnknownStep("a step makes a missing value of a number")
            return column <= self._threshold[splits]

        above, up_to = missing_range(values, low, high, self._start[splits], self._end[splits])
        without_value = last_missing(values, low, high)
        if (~np.isneginf(without_value) & (above < up_to)).any():
            raise UnknownStep("a step makes a missing value of a number, beside those of the model")
        low = np.where(np.isneginf(without_value), low, np.nextafter(without_value, np.inf))
        limit = last_before_change(decide, low, high, self._guess(splits))
        return limit, decide(low), above, np.maximum(up_to, without_value)

    def _guess(self, splits: Integers) -> Floats:
        """Return about where the decision of each split changes; NaN if the column is not a line of its field."""
        threshold, end = self._threshold[splits], np.full(len(splits), np.finfo(np.float64).max)
        last = last_before_change(lambda numbers: self._rounded(numbers) <= threshold, -end, end)
        lines = [self._preprocessing.sources[column].line or (np.nan, np.nan) for column in self._column[splits]]
        shift, divisor = np.array(lines).T
        with np.errstate(over="ignore"):
            return np.asarray(shift + divisor * last)

    def _members(self, position: int, splits: Integers) -> tuple[NDArray[np.object_], Mask]:
        """Return the numbers of one field on one side of each split, and whether that side is the left.

        The left is the side if the numbers that no column lists go to the right.
        """
        field = self._preprocessing.fields[position]
        listed = sorted({number for split in splits.tolist() for number in self._listed(split)})
        is_open = field.choices is None
        numbers = [*listed, _other(listed, field.high)] if is_open else listed
        table = self._preprocessing.rows([(position, number) for number in numbers])
        left = np.array([self._left(splits, values) for values in table[:, self._column[splits]]])
        inside_left = ~left[-1] if is_open else np.ones(len(splits), dtype=bool)
        members = np.empty(len(splits), dtype=object)
        for at, side in enumerate((left[: len(listed)] == inside_left).T):
            members[at] = frozenset(np.array(listed)[side].tolist())
        return members, inside_left

    def _listed(self, split: int) -> Collection[float]:
        """Return the numbers of the field that a split tells apart."""
        source: Source = self._preprocessing.sources[self._column[split]]
        if source.values is not None:
            return tuple(source.values)
        if not (source.is_input and self._preprocessing.fields[source.field].is_whole):
            raise UnknownStep("a category is computed from a number")
        return {float(category) for category in self._categories[split] or ()}

    def _missing(self, has_range: Mask) -> Mask:
        """Return whether a missing value of the field goes to the left."""
        is_copy = np.array([self._preprocessing.sources[column].is_input for column in self._column], dtype=bool)
        missing: Mask = (has_range | is_copy) & self._missing_left
        for position, field in enumerate(self._preprocessing.fields):
            splits = np.flatnonzero(self._field == position)
            if field.nullable and len(splits):
                (row,) = self._preprocessing.rows([(position, np.nan)])
                values = row[self._column[splits]]
                if (has_range[splits] & ~self._is_missing(splits, values)).any():
                    raise UnknownStep("a missing value is filled, and a number counts as missing")
                missing[splits] = self._left(splits, values)
        return missing

    def _values(self, splits: Integers, numbers: Floats) -> Floats:
        """Return the column of each split for numbers of its field: (…, splits).

        One row of a table serves one split of each field.
        """
        rank, asked = _ranks(self._field[splits]), numbers.reshape(-1, len(splits))
        height = int(rank.max()) + 1
        rows = np.tile(self._preprocessing.typical, (len(asked), height, 1))
        rows[:, rank, self._field[splits]] = asked
        matrix = self._preprocessing.matrix(rows.reshape(len(asked) * height, -1))
        return matrix.reshape(len(asked), height, -1)[:, rank, self._column[splits]].reshape(numbers.shape)

    def _left(self, splits: Integers, values: Floats) -> Mask:
        """Return whether each split sends a row to the left whose column has the value."""
        values = self._rounded(values)
        is_missing = self._is_missing(splits, values)
        left = values <= self._threshold[splits]
        for at, split in enumerate(splits.tolist()):
            categories = self._categories[split]
            if categories is not None and not is_missing[at]:
                left[at] = int(values[at]) in categories
        return np.where(is_missing, self._missing_left[splits], left)

    def _is_missing(self, splits: Integers, values: Floats) -> Mask:
        is_marked = (self._start[splits] <= values) & (values <= self._end[splits])
        return np.asarray(np.isnan(values) | is_marked, dtype=np.bool_)

    def _rounded(self, values: Floats) -> Floats:
        """Return the values as the trees compare them."""
        if not self._single_precision:
            return values
        with np.errstate(over="ignore"):
            return values.astype(np.float32).astype(np.float64)


def _ranks(groups: Integers) -> Integers:
    """Return the rank of each entry among those with the same number: 5, 7, 5 → 0, 0, 1."""
    order = np.argsort(groups, kind="stable")
    sizes = np.unique_counts(groups).counts
    ranks = np.empty(len(groups), dtype=np.int64)
    ranks[order] = np.arange(len(groups)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return ranks


def _other(listed: Sequence[float], high: float) -> float:
    """Return a number that is not listed."""
    above = max(listed, default=0.0) + 1.0
    return above if above <= high else min(listed) - 1.0
