"""Find the split of an input field that decides as a split of a preprocessed column does, for every float64 number.

The preprocessing itself is asked, so that its rounding is part of the answer.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.uint64]
Decisions = Callable[[Floats], NDArray[np.bool_]]
"""(a number for each split) → for each split, whether it goes to the left."""

Values = Callable[[Floats], Floats]
"""(a number for each split) → for each split, the value of its column."""

_NEAR = np.uint64(16)
"""Float64 numbers between a guess and the change: what rounding makes of a shift and a divisor."""
_SIGN = np.uint64(1 << 63)


def last_before_change(decide: Decisions, low: Floats, high: Floats, guess: Floats | None = None) -> Floats:
    """Return for each split the last number from `low` on with the decision of `low`, by bisection.

    The decision changes at most once between `low` and `high`; if it does not, the result is `high`. Near a `guess` the
    bisection takes few steps; a NaN is no guess. Shapes: (splits,).
    """
    first = decide(low)
    below, above = ordered(low), ordered(high)
    is_constant = decide(high) == first
    for middle in () if guess is None else _around(guess, below, above):
        is_same = decide(number(middle)) == first
        below = np.where(is_same, np.maximum(below, middle), below)
        above = np.where(is_same, above, np.minimum(above, middle))
    while ((above - below)[~is_constant] > 1).any():
        middle = below + ((above - below) >> np.uint64(1))
        is_same = decide(number(middle)) == first
        below, above = np.where(is_same, middle, below), np.where(is_same, above, middle)
    return np.where(is_constant, high, number(below))


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
