"""Promises of intervals: a share has Wilson's."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.evaluation.intervals import Bootstrap, proportion
from service.evaluation.metrics import relative_error

Z = 1.959963984540054
"""The 0.975 quantile of the standard normal distribution."""


def wilson(part: int, rows: int) -> tuple[float, float]:
    """Return the two roots p of (part/rows − p)² = z² p (1 − p) / rows (Wilson 1927)."""
    squared, linear, constant = rows + Z**2, -(2 * part + Z**2), part**2 / rows
    root = math.sqrt(max(linear**2 - 4 * squared * constant, 0.0))
    return (-linear - root) / (2 * squared), (-linear + root) / (2 * squared)


@given(st.integers(1, 100_000), st.data())
def test_a_share_has_the_interval_of_wilsons_equation(rows: int, data: st.DataObject) -> None:
    part = data.draw(st.integers(0, rows))
    result = proportion(part, rows)
    assert (result.low, result.high) == pytest.approx(wilson(part, rows), abs=1e-6)
    assert result.value == pytest.approx(part / rows, abs=1e-6)
    assert 0 <= result.low <= result.value <= result.high <= 1
    assert result.rows == rows


@pytest.mark.parametrize(
    ("part", "rows", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_a_share_has_the_interval_that_newcombe_prints(part: int, rows: int, low: float, high: float) -> None:
    """Newcombe, Two-sided confidence intervals for the single proportion, Statistics in Medicine 1998, table I, method 3."""
    result = proportion(part, rows)
    assert (result.low, result.high) == pytest.approx((low, high), abs=5.1e-5)


def test_a_share_of_no_rows_may_be_anything() -> None:
    result = proportion(0, 0)
    assert (result.value, result.low, result.high, result.rows) == (0, 0, 1, 0)


def test_a_figure_is_finite_although_the_relative_error_of_many_rows_is_infinite() -> None:
    truth = np.r_[np.zeros(48), np.full(52, 2.0)]
    figure = Bootstrap(100).figure(relative_error, truth, np.full(100, 3.0))
    assert figure.value == 0.5
    assert np.isfinite([figure.low, figure.high]).all()
    assert figure.low <= figure.value <= figure.high
