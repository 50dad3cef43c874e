"""Move the splits of trees from the columns of a matrix to the input fields, so that no preprocessing is left."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from service.publishing.conversion.column_sources import UnknownStep
from service.publishing.conversion.preprocessing import Floats, Preprocessing
from service.publishing.conversion.tree_ensembles.split_search import last_before_change
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


def fold_splits(trees: Trees, preprocessing: Preprocessing) -> tuple[Splits, Integers]:
    """Return the distinct splits on the fields, and the index of the split of each node (leaves: 0). Raises UnknownStep."""
    inner = np.flatnonzero(trees.column != LEAF)
    parts = (trees.column, trees.threshold, trees.categories, trees.missing_left)
    keys = list(zip(*(part[inner].tolist() for part in parts), strict=True))
    distinct = {key: at for at, key in enumerate(dict.fromkeys(keys))}
    index = np.zeros(len(trees.column), dtype=np.int64)
    index[inner] = [distinct[key] for key in keys]
    folding = _Folding(list(distinct), preprocessing, single_precision=trees.single_precision)
    return folding.splits(), index


class _Folding:
    """The folding of distinct splits: (column, threshold, categories on the left or None, missing values go left)."""

    def __init__(
        self,
        splits: Sequence[tuple[int, float, frozenset[int] | None, bool]],
        preprocessing: Preprocessing,
        *,
        single_precision: bool,
    ) -> None:
        self._column = np.array([column for column, *_ in splits], dtype=np.int64)
        self._threshold = np.array([threshold for _, threshold, *_ in splits], dtype=np.float64)
        self._categories = [members for *_, members, _ in splits]
        self._missing_left = np.array([missing for *_, missing in splits], dtype=bool)
        self._preprocessing = preprocessing
        self._single_precision = single_precision
        self._field = np.array([preprocessing.sources[column].field for column in self._column], dtype=np.int64)

    def splits(self) -> Splits:
        count = len(self._column)
        limit, inside_left = np.zeros(count), np.zeros(count, dtype=bool)
        members = np.full(count, None, dtype=object)
        has_limit = np.array([self._preprocessing.sources[column].values is None for column in self._column], dtype=bool)
        ordered, listed = np.flatnonzero(has_limit), np.flatnonzero(~has_limit)
        if len(ordered):
            limit[ordered], inside_left[ordered] = self._limits(ordered)
        for field in np.unique(self._field[listed]).tolist():
            splits = listed[self._field[listed] == field]
            members[splits], inside_left[splits] = self._members(field, splits)
        return Splits(self._field, limit, members, inside_left, self._missing())

    def _limits(self, splits: Integers) -> tuple[Floats, Mask]:
        """Return the limit of splits of columns that rise or fall with their field, and whether lower numbers go left."""
        fields = [self._preprocessing.fields[at] for at in self._field[splits]]
        low, high = (np.array([getattr(field, end) for field in fields]) for end in ("low", "high"))
        copied = np.array([self._preprocessing.sources[column].is_input for column in self._column[splits]])

        def decide(numbers: Floats) -> Mask:
            values = numbers.copy()
            if not copied.all():
                values[~copied] = self._values(splits[~copied], numbers[~copied])
            return self._left(splits, values)

        return last_before_change(decide, low, high), decide(low)

    def _members(self, position: int, splits: Integers) -> tuple[NDArray[np.object_], Mask]:
        """Return the numbers of one field on one side of each split, and whether that side is the left.

        The left is the side if the numbers that no column lists go to the right.
        """
        field = self._preprocessing.fields[position]
        sources = [self._preprocessing.sources[column] for column in self._column[splits]]
        listed = sorted({number for source in sources for number in source.values or ()})
        is_open = field.choices is None
        numbers = [*listed, _other(listed, field.high)] if is_open else listed
        table = self._preprocessing.rows([(position, number) for number in numbers])
        left = np.array([self._left(splits, values) for values in table[:, self._column[splits]]])
        inside_left = ~left[-1] if is_open else np.ones(len(splits), dtype=bool)
        members = np.empty(len(splits), dtype=object)
        for at, side in enumerate((left[: len(listed)] == inside_left).T):
            members[at] = frozenset(np.array(listed)[side].tolist())
        return members, inside_left

    def _missing(self) -> Mask:
        """Return whether a missing value of the field goes to the left; False for a field that is never missing."""
        missing = np.zeros(len(self._column), dtype=bool)
        for position, field in enumerate(self._preprocessing.fields):
            splits = np.flatnonzero(self._field == position)
            if field.nullable and len(splits):
                (row,) = self._preprocessing.rows([(position, np.nan)])
                missing[splits] = self._left(splits, row[self._column[splits]], may_miss=True)
        return missing

    def _values(self, splits: Integers, numbers: Floats) -> Floats:
        """Return the column of each split for a number of its field; one row of a table serves one split of each field."""
        rank = _ranks(self._field[splits])
        rows = np.tile(self._preprocessing.typical, (int(rank.max()) + 1, 1))
        rows[rank, self._field[splits]] = numbers
        return self._preprocessing.matrix(rows)[rank, self._column[splits]]

    def _left(self, splits: Integers, values: Floats, *, may_miss: bool = False) -> Mask:
        """Return whether each split sends a row to the left whose column has the value."""
        is_missing = np.isnan(values)
        if is_missing.any() and not may_miss:
            raise UnknownStep("a step makes a missing value of a number")
        if self._single_precision:
            with np.errstate(over="ignore"):
                values = values.astype(np.float32).astype(np.float64)
        left = values <= self._threshold[splits]
        for at, split in enumerate(splits.tolist()):
            categories = self._categories[split]
            if categories is not None and not is_missing[at]:
                left[at] = int(values[at]) in categories
        return np.where(is_missing, self._missing_left[splits], left)


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
