"""Find the split of an input field that decides as a split of a preprocessed column does, for every float64 number.

The preprocessing itself is asked, so that its rounding is part of the answer.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.uint64]
Decisions = Callable[[Floats], NDArray[np.bool_]]
"""(numbers for each split: (…, splits)) → for each, whether it goes to the left."""

Values = Callable[[Floats], Floats]
"""(numbers for each split: (…, splits)) → for each, the value of its column."""

_NEAR = np.uint64(16)
"""Float64 numbers between a guess and the change: what rounding makes of a shift and a divisor."""
_SIGN = np.uint64(1 << 63)
_FEW_SPLITS, _PARTS_BITS = 200, 4
"""To ask the preprocessing about few rows or 16 times as many takes as long: ranges of few splits are cut into 16 parts."""


def last_before_change(decide: Decisions, low: Floats, high: Floats, guess: Floats | None = None) -> Floats:
    """Return for each split the last number from `low` on with the decision of `low`, by cutting the range into parts.

    The decision changes at most once between `low` and `high`; if it does not, the result is `high`. Near a `guess` the
    search takes few steps; a NaN is no guess. Shapes: (splits,).
    """
    below, above = ordered(low), ordered(high)
    asked = np.stack([low, high, *([] if guess is None else map(number, _around(guess, below, above)))])
    decided = decide(asked)
    first, is_constant = decided[0], decided[1] == decided[0]
    below, above = _nearer(below, above, ordered(asked[2:]), decided[2:] == first)
    while ((above - below)[~is_constant] > 1).any():
        middles = _middles(below, above)
        below, above = _nearer(below, above, middles, decide(number(middles)) == first)
    return np.where(is_constant, high, number(below))


def _middles(below: Integers, above: Integers) -> Integers:
    """Return what cuts each range into equal parts: (parts - 1, splits)."""
    bits = np.uint64(_PARTS_BITS if len(below) <= _FEW_SPLITS else 1)
    parts = np.arange(1, 1 << int(bits), dtype=np.uint64)[:, None]
    whole, rest = (above - below) >> bits, (above - below) & ((np.uint64(1) << bits) - np.uint64(1))
    return np.asarray(below + whole * parts + ((rest * parts) >> bits))


def _nearer(below: Integers, above: Integers, asked: Integers, is_same: NDArray[np.bool_]) -> tuple[Integers, Integers]:
    """Return the range between the last number with the first decision and the first one with the other."""
    last = np.where(is_same, asked, below).max(axis=0, initial=0)
    first = np.where(is_same, above, asked).min(axis=0, initial=np.iinfo(np.uint64).max)
    return np.maximum(below, last), np.minimum(above, first)


def _around(guess: Floats, low: Integers, high: Integers) -> tuple[Integers, Integers]:
    """Return as `ordered` integers a number just below each guess and one just above it, inside the range."""
    start = number(low)
    at = np.clip(ordered(np.where(np.isnan(guess), start, guess)), low, high)
    return at - np.minimum(_NEAR, at - low), at + np.minimum(_NEAR, high - at)


def last_missing(values: Values, low: Floats, high: Floats) -> Floats:
    """Return for each split the last of the numbers from `low` on whose column has no value, or −∞ if `low` has one.

    A logarithm, for instance, has a value for positive numbers only. Shapes: (splits,).
    """
    is_missing = np.isnan(values(low))
    if not is_missing.any():
        return np.full(len(low), -np.inf)
    last = last_before_change(lambda numbers: np.isnan(values(numbers)), low, high)
    return np.where(is_missing, np.minimum(last, np.nextafter(high, -np.inf)), -np.inf)


def missing_range(values: Values, low: Floats, high: Floats, start: Floats, end: Floats) -> tuple[Floats, Floats]:
    """Return for each split the range of numbers whose column is from `start` to `end`: above the first, up to the second.

    Both are −∞ if there is no such number. The column rises or falls with the numbers. Shapes: (splits,).
    """
    none = np.full(len(low), -np.inf)
    if (start > end).all():
        return none, none

    def is_below(numbers: Floats) -> NDArray[np.bool_]:
        return values(numbers) < start

    def is_not_above(numbers: Floats) -> NDArray[np.bool_]:
        return values(numbers) <= end

    first_below, first_not_above = is_below(low), is_not_above(low)
    last_below, last_not_above = (last_before_change(each, low, high) for each in (is_below, is_not_above))
    rises = values(low) <= values(high)
    above = np.where(rises, np.where(first_below, last_below, none), np.where(first_not_above, none, last_not_above))
    up_to = np.where(rises, np.where(first_not_above, last_not_above, none), np.where(first_below, none, last_below))
    is_empty = (start > end) | (above >= up_to)
    return np.where(is_empty, none, above), np.where(is_empty, none, up_to)


def ordered(numbers: Floats) -> Integers:
    """Return an integer for each number, in the same order: neighbours of float64 are neighbours as integers."""
    bits = np.ascontiguousarray(numbers, dtype=np.float64).view(np.uint64)
    return np.where(bits & _SIGN, ~bits, bits | _SIGN)


def number(integers: Integers) -> Floats:
    """Return the numbers of `ordered` integers."""
    return np.where(integers & _SIGN, integers & ~_SIGN, ~integers).view(np.float64)
