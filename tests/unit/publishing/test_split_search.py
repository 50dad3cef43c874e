"""Promises of the search of splits: exact to the last bit, for every rising or falling function."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from service.publishing.conversion.tree_ensembles.split_search import last_before_change, number, ordered

FLOATS = st.floats(allow_nan=False, allow_infinity=False, width=64)
MAX = np.array([np.finfo(np.float32).max], dtype=np.float64)


@given(st.lists(FLOATS, min_size=2, max_size=20))
def test_integers_have_the_order_of_their_numbers(values: list[float]) -> None:
    numbers = np.array(values) + 0.0  # -0.0 becomes 0.0
    assert np.array_equal(np.argsort(ordered(numbers), kind="stable"), np.argsort(numbers, kind="stable"))
    assert np.array_equal(number(ordered(numbers)), numbers)


@given(FLOATS)
def test_neighbours_are_neighbours(value: float) -> None:
    with np.errstate(over="ignore", under="ignore"):
        above = np.nextafter(value, np.inf)
    if value != 0 and above != 0 and np.isfinite(above):
        assert ordered(np.array([above]))[0] - ordered(np.array([value]))[0] == 1


@given(
    threshold=st.floats(-1e30, 1e30),
    scale=st.floats(-1e3, 1e3).filter(lambda scale: abs(scale) > 1e-6),
    shift=st.floats(-1e6, 1e6),
    single=st.booleans(),
    guess=st.floats(),
)
def test_the_last_number_before_the_change_is_exact_whatever_is_guessed(
    threshold: float, scale: float, shift: float, guess: float, *, single: bool
) -> None:
    def decide(numbers: NDArray[np.float64]) -> NDArray[np.bool_]:
        with np.errstate(over="ignore"):
            values = (numbers - shift) / scale
            return (values.astype(np.float32) if single else values) <= threshold

    (last,) = last_before_change(decide, -MAX, MAX, np.array([guess])).tolist()
    first = decide(-MAX)[0]
    assert decide(np.array([last]))[0] == first
    if last < MAX[0]:
        assert decide(np.array([np.nextafter(last, np.inf)]))[0] != first
    else:
        assert decide(MAX)[0] == first


@given(threshold=st.floats(-1e30, 1e30), off=st.integers(-10, 10))
def test_near_a_good_guess_the_search_decides_a_few_times(threshold: float, off: int) -> None:
    decided = []

    def decide(numbers: NDArray[np.float64]) -> NDArray[np.bool_]:
        decided.append(numbers)
        return numbers <= threshold

    guess = number(ordered(np.array([threshold])) + np.uint64(off % 2**64))
    last_before_change(decide, -MAX, MAX, guess)
    assert len(decided) <= 4


@given(st.floats(-1e30, 1e30))
def test_many_splits_are_found_as_each_one_is(threshold: float) -> None:
    thresholds = threshold + np.arange(600.0)
    low, high = np.repeat(-MAX, 600), np.repeat(MAX, 600)
    assert np.array_equal(last_before_change(lambda numbers: numbers <= thresholds, low, high), thresholds)
