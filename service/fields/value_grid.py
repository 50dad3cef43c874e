"""The range of a numeric field, and the values in it that a person would type: on the card's step, or round ones."""

import math
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from service.rows.checks import bounds
from service.schemas import Card, Input

_ROUND_DIGITS = 3
"""A field without a step takes values of so many digits more than its range's first."""

_MAX_STEPS = 1e12
"""A step finer than this is no step: a float could not tell such values apart."""

_FINEST = 1e-6
"""Of the greatest value: a range narrower than this counts as so wide."""

_SMALLEST = 1e-290

_MAX_DECIMALS = 15

_HAIR = 1e-9
"""Of a step: what is lost by counting in binary fractions."""


@dataclass(frozen=True)
class Scale:
    """Value number n is `anchor + n * step`; where the card names no step, the two ends are values as well."""

    low: float
    high: float
    anchor: float
    step: float
    ends: bool

    @property
    def first(self) -> int:
        steps = (self.low - self.anchor) / self.step
        return math.floor(steps + _HAIR) if self.ends else math.ceil(steps - _HAIR)

    @property
    def last(self) -> int:
        steps = (self.high - self.anchor) / self.step
        return math.ceil(steps - _HAIR) if self.ends else math.floor(steps + _HAIR)

    def number(self, value: float) -> int:
        """Return the number of the value that is nearest."""
        return round((value - self.anchor) / self.step)

    def values(self, numbers: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the values of these numbers, ascending, each once, as typed: 0.35, never 0.35000000000000003."""
        decimals = min(_MAX_DECIMALS, max(_decimals(self.step), _decimals(self.anchor)))
        typed = np.round(self.anchor + np.asarray(numbers, dtype=np.float64) * self.step, decimals)
        if self.ends:
            return np.unique(np.clip(typed, self.low, self.high))
        return np.unique(typed[(typed >= self.low) & (typed <= self.high)])

    def even(self, points: int) -> NDArray[np.float64]:
        """Return at most so many values, evenly over the range."""
        if self.first > self.last:
            return np.empty(0)
        return self.values(np.round(np.linspace(float(self.first), float(self.last), points)))

    def within(self, low: float, high: float) -> "Scale":
        """Return the same scale over a narrower range."""
        return replace(self, low=max(self.low, low), high=min(self.high, high))

    def around(self, low: float, high: float) -> "Scale":
        """Return a scale over a narrower range, its ends moved outwards to values that a person would type."""
        step = _round_step(low, high) if self.ends else self.step
        free = replace(self, low=-math.inf, high=math.inf, step=step, ends=False)
        first, last = math.floor((low - self.anchor) / step + _HAIR), math.ceil((high - self.anchor) / step - _HAIR)
        outer = free.values(np.array([first, last]))
        return replace(self, step=step).within(float(outer[0]), float(outer[-1]))


def scale_of(card: Card, field: Input, own: float = math.nan) -> Scale:
    """Return the scale over the range in which the model has seen data, widened to hold `own` unless that is NaN."""
    lowest, highest = bounds(field)
    low, high = seen_range(card, field, own)
    low, high = max(lowest, np.fmin(low, own)), min(highest, np.fmax(high, own))
    if field.type == "integer":
        low, high = math.ceil(low), math.floor(high)
    step = field.step or 0.0
    if field.type == "integer":
        step = max(1.0, float(round(step)))
    anchor = 0.0 if field.minimum is None else field.minimum
    if field.type == "integer":
        anchor = math.ceil(anchor)
    if 0 < step < math.inf and max(abs(low - anchor), abs(high - anchor)) / step < _MAX_STEPS:
        return Scale(float(low), float(high), float(anchor), step, ends=False)
    return Scale(float(low), float(high), 0.0, _round_step(low, high), ends=True)


def seen_range(card: Card, field: Input, own: float = math.nan) -> tuple[float, float]:
    """Return where the model has seen data; where the card does not say, its limits; else what its own rows show."""
    if field.seen is not None:
        return field.seen
    rows = [*(example.row for example in card.examples), *card.real_rows, {field.name: field.default}, {field.name: own}]
    shown = [row.get(field.name) for row in rows]
    known = [float(value) for value in shown if isinstance(value, int | float) and math.isfinite(value)] or [0.0]
    low = min(known) if field.minimum is None else field.minimum
    high = max(known) if field.maximum is None else field.maximum
    return low, max(low, high)


def _round_step(low: float, high: float) -> float:
    """Return a power of ten that cuts the range into a thousand steps or more, but into none that a float cannot hold."""
    span = max(high - low, _FINEST * max(abs(low), abs(high)))
    return float(f"1e{math.floor(math.log10(span)) - _ROUND_DIGITS}") if span > _SMALLEST else 1.0


def _decimals(number: float) -> int:
    exponent = Decimal(repr(float(number))).as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
