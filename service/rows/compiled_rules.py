"""Rules of a card in the form that rows are checked with: columns and numbers in place of names and values."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

ROUNDING = 1e-9
"""The relative error that a comparison allows for: in a computer, 0.1 + 0.2 is slightly more than 0.3."""


@dataclass(frozen=True)
class ColumnRange:
    """A column of the channel `numbers`, and a range of its numbers with both ends."""

    column: int
    low: float
    high: float


@dataclass(frozen=True)
class Implication:
    """If the number of one column is in a range, that of another is too."""

    premise: ColumnRange
    conclusion: ColumnRange

    @property
    def columns(self) -> tuple[int, ...]:
        return self.premise.column, self.conclusion.column

    def breaks(self, row: list[float]) -> bool:
        """Return whether a row breaks the rule."""
        premise, conclusion = self.premise, self.conclusion
        value = row[conclusion.column]
        return premise.low <= row[premise.column] <= premise.high and (value < conclusion.low or value > conclusion.high)


@dataclass(frozen=True)
class UpperBound:
    """One column is at most a multiple of another."""

    lower: int
    upper: int
    factor: float
    tolerance: float

    @property
    def columns(self) -> tuple[int, ...]:
        return self.lower, self.upper

    def breaks(self, row: list[float]) -> bool:
        """Return whether a row breaks the rule."""
        most = self.factor * row[self.upper] + self.tolerance
        return row[self.lower] > most + ROUNDING * abs(most)


@dataclass(frozen=True)
class Total:
    """Some columns add up to another one, or to a number."""

    summands: tuple[int, ...]
    total: int | None
    number: float
    tolerance: float

    @property
    def columns(self) -> tuple[int, ...]:
        return self.summands if self.total is None else (*self.summands, self.total)

    def breaks(self, row: list[float]) -> bool:
        """Return whether a row breaks the rule."""
        total = self.number if self.total is None else row[self.total]
        excess = abs(sum(row[column] for column in self.summands) - total)
        return excess > self.tolerance + ROUNDING * max(abs(row[column]) for column in self.columns)

    def excess(self, columns: Numbers) -> Numbers:
        """Return how much the sum of each row exceeds its total; `columns` is (fields, rows)."""
        total = self.number if self.total is None else columns[self.total]
        return np.asarray(columns[list(self.summands)].sum(axis=0) - total)


CompiledRule = Implication | UpperBound | Total
