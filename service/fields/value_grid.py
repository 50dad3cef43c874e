"""The values in a range that a person would type: on the card's step, round ones, or days of the calendar."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import chain

import numpy as np
from numpy.typing import NDArray

_EXTRA_DIGITS = 3
"""Values of a field without a step have this many digits more than the first digit of the range."""

_MAX_STEPS = 1e12
"""With more steps than this, a float cannot distinguish the values, so the step is ignored."""

_MIN_RELATIVE_SPAN = 1e-6
"""The least width of a range, relative to its greatest value."""

_MIN_SPAN = 1e-290

_MAX_DECIMALS = 15

_TOLERANCE = 1e-9
"""The tolerance for rounding errors, relative to a step."""


EPOCH_DAY = date(1970, 1, 1).toordinal()
MIN_DAY, MAX_DAY = date.min.toordinal() - EPOCH_DAY, date.max.toordinal() - EPOCH_DAY
"""The first and the last day of Python's calendar, in days since 1970-01-01: the years 1 to 9999."""

_MONDAY = 4
"""1970-01-05, in days since 1970-01-01."""
_MONTHS_PER_YEAR = 12
_MONTH_STEPS = (1, 2, 3, 4, 6, *(_MONTHS_PER_YEAR * years for years in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)))


@dataclass(frozen=True)
class Grid:
    """The values `anchor + n * step` in a range. If `ends` is set, the two ends are values too."""

    low: float
    high: float
    anchor: float
    step: float
    ends: bool

    @property
    def first(self) -> int:
        steps = (self.low - self.anchor) / self.step
        return math.floor(steps + _TOLERANCE) if self.ends else math.ceil(steps - _TOLERANCE)

    @property
    def last(self) -> int:
        steps = (self.high - self.anchor) / self.step
        return math.ceil(steps - _TOLERANCE) if self.ends else math.floor(steps + _TOLERANCE)

    def number(self, value: float) -> int:
        """Return the n of the nearest value."""
        return round((value - self.anchor) / self.step)

    def values(self, numbers: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the distinct values for these n, ascending, with the decimals of the step (0.35, not 0.350000000000003)."""
        decimals = min(_MAX_DECIMALS, max(_decimals(self.step), _decimals(self.anchor)))
        rounded = np.round(self.anchor + np.asarray(numbers, dtype=np.float64) * self.step, decimals)
        if self.ends:
            return np.unique(np.clip(rounded, self.low, self.high))
        return np.unique(rounded[(rounded >= self.low) & (rounded <= self.high)])

    def even(self, points: int) -> NDArray[np.float64]:
        """Return at most `points` values, evenly spread over the range."""
        if self.first > self.last:
            return np.empty(0)
        return self.values(np.round(np.linspace(float(self.first), float(self.last), points)))

    def within(self, low: float, high: float) -> "Grid":
        """Return the same grid over a narrower range."""
        return replace(self, low=max(self.low, low), high=min(self.high, high))

    def around(self, low: float, high: float) -> "Grid":
        """Return a grid over a narrower range whose ends are moved outwards to round values."""
        step = _round_step(low, high) if self.ends else self.step
        unbounded = replace(self, low=-math.inf, high=math.inf, step=step, ends=False)
        first, last = (
            math.floor((low - self.anchor) / step + _TOLERANCE),
            math.ceil((high - self.anchor) / step - _TOLERANCE),
        )
        outer = unbounded.values(np.array([first, last]))
        return replace(self, step=step).within(float(outer[0]), float(outer[-1]))


def grid_between(low: float, high: float, *, step: float, anchor: float) -> Grid:
    """Return the grid of a step from an anchor, or a grid of round values if the step is 0 or too fine."""
    if 0 < step < math.inf and max(abs(low - anchor), abs(high - anchor)) / step < _MAX_STEPS:
        return Grid(low, high, anchor, step, ends=False)
    return Grid(low, high, 0.0, _round_step(low, high), ends=True)


def _round_step(low: float, high: float) -> float:
    """Return a power of ten that divides the range into at least a thousand steps that a float can hold."""
    span = max(high - low, _MIN_RELATIVE_SPAN * max(abs(low), abs(high)))
    return float(f"1e{math.floor(math.log10(span)) - _EXTRA_DIGITS}") if span > _MIN_SPAN else 1.0


def _decimals(number: float) -> int:
    exponent = Decimal(repr(float(number))).as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


@dataclass(frozen=True)
class CalendarGrid(Grid):
    """Days since 1970-01-01. `even` steps by the finest calendar unit that gives few enough values."""

    day_parts: tuple[float, ...] = ()
    """Steps shorter than a day, in days, ascending."""

    def even(self, points: int) -> NDArray[np.float64]:
        """Return at most `points` values on the finest calendar unit that fits."""
        steps = ((step, 0) for step in self.day_parts)
        for step, first in chain(steps, ((1, 0), (7, _MONDAY))):
            count = np.floor((self.high - first) / step) - np.ceil((self.low - first) / step) + 1
            if count <= points:
                return self._every(step, first)
        for months in _MONTH_STEPS:
            days = np.array(list(_first_days(self.low, self.high, months)), dtype=np.float64)
            if len(days) <= points:
                return days
        return days[:points]

    def _every(self, step: float, first: int) -> NDArray[np.float64]:
        low, high = np.ceil((self.low - first) / step), np.floor((self.high - first) / step)
        return np.asarray(first + np.arange(low, high + 1) * step)


def _first_days(low: float, high: float, months: int) -> Iterator[int]:
    """Yield the first day of every `months`-th month between two days; steps of years begin in January."""
    start = date.fromordinal(int(np.floor(low)) + EPOCH_DAY)
    month = start.year * _MONTHS_PER_YEAR + start.month - 1
    month += -month % months
    while month // _MONTHS_PER_YEAR <= date.max.year:
        day = date(month // _MONTHS_PER_YEAR, month % _MONTHS_PER_YEAR + 1, 1).toordinal() - EPOCH_DAY
        if day > high:
            return
        if day >= low:
            yield day
        month += months
