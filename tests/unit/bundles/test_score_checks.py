"""Promises of the checks of scores: what is no probability or no finite value is refused, rounding is not."""

import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.bundles.score_checks import check_probabilities, check_values, invalid_probabilities, invalid_values
from service.errors import ModelFailed

LARGEST = sys.float_info.max
SCORE = st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0, -0.00005, 1.00005, -4.0, 5.0, np.nan, np.inf, -np.inf])
NO_PROBABILITIES = {
    "minus four and five": [[-4.0, 5.0]],
    "a sum of 0.9": [[0.4, 0.5]],
    "a sum of 1.1": [[0.6, 0.5]],
    "no number": [[np.nan, 1.0]],
    "no numbers at all": [[np.nan, np.nan]],
    "infinity": [[np.inf, 0.0]],
    "infinities whose sum is no number": [[np.inf, -np.inf]],
    "numbers whose sum overflows": [[1e308, 1e308]],
    "one label too few": [[1.0]],
    "one label too many": [[0.5, 0.5, 0.0]],
    "one row too many": [[0.5, 0.5], [0.5, 0.5]],
    "no rows": np.empty((0, 2)),
    "a list of rows without columns": [0.5, 0.5],
}


@pytest.mark.parametrize("scores", NO_PROBABILITIES.values(), ids=NO_PROBABILITIES)
def test_what_is_no_probability_is_refused(scores: Any) -> None:
    with pytest.raises(ModelFailed):
        check_probabilities(np.array(scores), 1, 2)


@pytest.mark.parametrize("scores", ["yes", None, [[0.5, 0.5]]], ids=repr)
def test_what_is_no_array_is_refused(scores: Any) -> None:
    with pytest.raises(ModelFailed):
        check_probabilities(scores, 1, 2)
    with pytest.raises(ModelFailed):
        check_values(scores, 1, LARGEST)


def test_one_wrong_row_among_many_is_enough() -> None:
    scores = np.full((1000, 2), 0.5)
    check_probabilities(scores, 1000, 2)
    scores[700] = 0.2, 0.7
    with pytest.raises(ModelFailed, match="sum of 1"):
        check_probabilities(scores, 1000, 2)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=9), st.floats(-9e-5, 9e-5))
def test_probabilities_pass_and_rounding_never_leaves_0_to_1(shares: list[float], error: float) -> None:
    first = np.array(shares)
    scores = np.column_stack([first + error, 1 - first])
    checked = check_probabilities(scores, len(shares), 2)
    assert checked.min() >= 0
    assert checked.max() <= 1
    assert np.abs(checked - scores).max() <= 1e-4


@given(st.lists(st.floats(-LARGEST, LARGEST), min_size=1, max_size=5))
def test_every_finite_value_passes_unchanged(values: list[float]) -> None:
    scores = np.array(values).reshape(-1, 1)
    assert check_values(scores, len(values), LARGEST).tolist() == scores.tolist()


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 101.0, -101.0])
def test_a_value_that_is_not_finite_or_beyond_the_limit_is_refused(value: float) -> None:
    with pytest.raises(ModelFailed, match="finite"):
        check_values(np.array([[1.0], [value]]), 2, 100.0)
    assert invalid_values(np.array([[1.0], [value]]), 2, 100.0).tolist() == [False, True]


@given(st.lists(st.tuples(SCORE, SCORE), min_size=1, max_size=6))
def test_the_mask_of_invalid_rows_agrees_with_the_check(rows: list[tuple[float, float]]) -> None:
    scores = np.array(rows)
    mask = invalid_probabilities(scores, len(rows), 2)
    for row, is_invalid in zip(scores, mask, strict=True):
        assert is_invalid == is_refused(lambda row=row: check_probabilities(row.reshape(1, 2), 1, 2))
    assert mask.any() == is_refused(lambda: check_probabilities(scores, len(rows), 2))
    values = scores[:, :1]
    assert invalid_values(values, len(rows), LARGEST).any() == is_refused(lambda: check_values(values, len(rows), LARGEST))


def is_refused(check: Any) -> bool:
    try:
        check()
    except ModelFailed:
        return True
    return False
