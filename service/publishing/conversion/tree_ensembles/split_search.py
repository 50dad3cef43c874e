"""Find the split of an input field that decides as a split of a preprocessed column does, for every float64 number.

The preprocessing itself is asked, so that its rounding is part of the answer.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Decisions = Callable[[Floats], NDArray[np.bool_]]
"""(a number for each split) → for each split, whether it goes to the left."""

_STEPS = 64
_SIGN = np.uint64(1 << 63)


def last_before_change(decide: Decisions, low: Floats, high: Floats) -> Floats:
    """Return for each split the last number from `low` on with the decision of `low`, by bisection.

    The decision changes at most once between `low` and `high`; if it does not, the result is `high`. Shapes: (splits,).
    """
    first = decide(low)
    below, above = ordered(low), ordered(high)
    is_constant = decide(high) == first
    for _ in range(_STEPS):
        middle = below + ((above - below) >> np.uint64(1))
        is_same = decide(number(middle)) == first
        below, above = np.where(is_same, middle, below), np.where(is_same, above, middle)
    return np.where(is_constant, high, number(below))


def ordered(numbers: Floats) -> NDArray[np.uint64]:
    """Return an integer for each number, in the same order: neighbours of float64 are neighbours as integers."""
    bits = np.ascontiguousarray(numbers, dtype=np.float64).view(np.uint64)
    return np.where(bits & _SIGN, ~bits, bits | _SIGN)


def number(integers: NDArray[np.uint64]) -> Floats:
    """Return the numbers of `ordered` integers."""
    return np.where(integers & _SIGN, integers & ~_SIGN, ~integers).view(np.float64)
