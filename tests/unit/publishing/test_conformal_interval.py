"""Promises of a regression's intervals: they hold their share of new rows, and there is none where none can be."""

import math

import numpy as np
import pytest

from service.publishing.conformal_interval import conformal_margin, interval_rule


def test_the_conformal_margin_holds_its_share_of_new_rows() -> None:
    random = np.random.default_rng(1)
    shares = []
    for _ in range(200):
        truth = np.exp(random.normal(size=1100))
        value = np.exp(random.normal(size=1100) * 0.3) * truth
        margin = conformal_margin(truth[:100], value[:100], 0.9)
        shares.append(np.mean(np.abs(np.log(value[100:] / truth[100:])) <= margin))
    assert 0.89 <= float(np.mean(shares)) <= 0.92


@pytest.mark.parametrize(("rows", "rank"), [(1, 1), (8, 8), (9, 9), (10, 10), (19, 18), (20, 19), (99, 90), (100, 91)])
def test_the_margin_is_the_error_of_the_rank_that_the_method_names(rows: int, rank: int) -> None:
    """Of errors 1, 2 … n the margin is ⌈0.9 (n + 1)⌉, at most n."""
    errors = np.random.default_rng(2).permutation(rows) + 1.0
    truth = np.full(rows, 5.0)
    assert conformal_margin(truth, truth * np.exp(errors), 0.9) == pytest.approx(rank)
    assert conformal_margin(truth, truth / np.exp(errors), 0.9) == pytest.approx(rank)


def test_a_rule_names_its_coverage_and_its_margin() -> None:
    rule = interval_rule(np.array([2.0, 2.0]), np.array([2.0, 4.0]))
    assert rule is not None
    assert rule.coverage == 0.9
    assert rule.margin == pytest.approx(math.log(2), abs=1e-6)


@pytest.mark.parametrize(("truth", "values"), [([], []), ([1.0, 0.0], [1.0, 1.0]), ([1.0, 1.0], [1.0, -1.0])])
def test_without_rows_or_with_numbers_that_are_not_positive_there_is_no_rule(
    truth: list[float], values: list[float]
) -> None:
    assert interval_rule(np.array(truth), np.array(values)) is None
