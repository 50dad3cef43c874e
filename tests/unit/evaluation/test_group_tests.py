"""Promises of the tests of groups: they find what the textbook formula finds, and claim no chance difference too often."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm, permutation_test, ttest_ind

from service.evaluation.intervals import proportion
from service.evaluation.metrics import AUC, RELATIVE_ERROR
from service.evaluation.segments import GroupSample, compare_groups
from service.schemas import Figure, GroupTest, SegmentGroup

ZERO = Figure(value=0, low=0, high=0, rows=0)


def sample(truth: Any, output: Any, flagged: Figure | None = None) -> GroupSample:
    truth, output = np.asarray(truth, dtype=float), np.asarray(output, dtype=float)
    share = proportion(int(truth.sum()), len(truth)) if flagged else ZERO
    figures = SegmentGroup(label="", metric=ZERO, flagged=flagged, truth=share, small=False, wrongly_flagged=flagged)
    return GroupSample(truth, output, figures)


def drawn(seed: int, rows: int = 400) -> tuple[Any, Any]:
    random = np.random.default_rng(seed)
    truth = random.random(rows) < 0.3
    return truth, truth + random.normal(size=rows)


def find_test(tests: list[GroupTest], figure: str) -> GroupTest:
    (result,) = (test for test in tests if test.figure == figure)
    return result


def two_proportions_p_value(one: tuple[int, int], other: tuple[int, int]) -> float:
    """Return the p-value of the pooled two-proportion z-test: Fleiss, Statistical Methods for Rates and Proportions."""
    (part, rows), (other_part, other_rows) = one, other
    pooled = (part + other_part) / (rows + other_rows)
    error = math.sqrt(pooled * (1 - pooled) * (1 / rows + 1 / other_rows))
    return float(2 * norm.sf(abs(part / rows - other_part / other_rows) / error))


@given(st.integers(2, 4000), st.integers(2, 4000), st.data())
def test_shares_of_two_groups_get_the_two_proportion_z_test(rows: int, other_rows: int, data: st.DataObject) -> None:
    part, other_part = data.draw(st.integers(0, rows)), data.draw(st.integers(0, other_rows))
    groups = [
        sample(*drawn(seed), flagged=proportion(*each)) for seed, each in enumerate([(part, rows), (other_part, other_rows)])
    ]
    result = find_test(compare_groups(AUC, groups), "flagged")
    if part + other_part in {0, rows + other_rows}:
        assert result.p_value == 1
    else:
        assert result.p_value == pytest.approx(two_proportions_p_value((part, rows), (other_part, other_rows)), rel=1e-4)


def test_refusals_of_men_and_women_differ_although_their_ranges_nearly_touch() -> None:
    women, men = proportion(348, 3515), proportion(306, 2414)
    result = find_test(compare_groups(AUC, [sample(*drawn(1), flagged=women), sample(*drawn(2), flagged=men)]), "flagged")
    assert math.sqrt(result.statistic) == pytest.approx(3.35, abs=0.05)
    assert result.p_value < 0.001


def delong_variance(truth: Any, output: Any) -> float:
    """Return the variance of an AUC: DeLong, DeLong and Clarke-Pearson, Biometrics 1988."""
    yes, no = output[truth == 1], output[truth == 0]
    wins = (yes[:, None] > no) + 0.5 * (yes[:, None] == no)
    return float(wins.mean(axis=1).var(ddof=1) / len(yes) + wins.mean(axis=0).var(ddof=1) / len(no))


def test_two_areas_are_compared_as_delong_compares_them() -> None:
    pairs = [drawn(3, 2000), drawn(4, 1500)]
    pairs[1] = pairs[1][0], pairs[1][1] * 1.0 + 0.6 * pairs[1][0]
    result = find_test(compare_groups(AUC, [sample(*pair) for pair in pairs]), "metric")
    areas = [AUC.value(truth.astype(float), output) for truth, output in pairs]
    error = math.sqrt(sum(delong_variance(*pair) for pair in pairs))
    assert math.sqrt(result.statistic) == pytest.approx(abs(areas[0] - areas[1]) / error, rel=0.1)
    assert result.method == "cochran_q"


@pytest.mark.parametrize("metric", [AUC, RELATIVE_ERROR])
def test_equal_groups_are_called_different_about_once_in_twenty(metric: Any) -> None:
    called = 0
    for seed in range(200):
        groups = [drawn(1000 + 3 * seed + part, 150) for part in range(3)]
        samples = [sample(truth if metric is AUC else truth + 1.0, output) for truth, output in groups]
        called += find_test(compare_groups(metric, samples), "metric").p_value < 0.05
    assert 2 <= called <= 22, "between 1 and 11 of 100"


def test_medians_of_errors_are_compared_as_a_permutation_test_compares_them() -> None:
    random = np.random.default_rng(8)
    one, other = random.exponential(1, 1200), random.exponential(1.1, 1500)
    result = find_test(
        compare_groups(RELATIVE_ERROR, [sample(np.ones(len(each)), 1 + each) for each in (one, other)]), "metric"
    )

    def above_the_median(first: Any, second: Any) -> float:
        middle = np.median(np.concatenate([first, second]))
        return float(np.mean(first > middle) - np.mean(second > middle))

    expected = permutation_test((one, other), above_the_median, n_resamples=4000, rng=np.random.default_rng(1)).pvalue
    assert result.p_value == pytest.approx(expected, abs=0.02)
    assert result.method == "median_test"


def test_means_of_two_groups_are_compared_as_welch_compares_them() -> None:
    random = np.random.default_rng(9)
    one, other = random.normal(10, 2, 90), random.normal(10.8, 4, 60)
    result = find_test(compare_groups(RELATIVE_ERROR, [sample(one, one), sample(other, other * 1.1)]), "truth")
    assert result.p_value == pytest.approx(ttest_ind(one, other, equal_var=False).pvalue, rel=1e-5)
    assert result.groups == 2


@pytest.mark.parametrize("count", [0, 1])
def test_less_than_two_groups_are_not_compared(count: int) -> None:
    assert compare_groups(AUC, [sample(*drawn(seed)) for seed in range(count)]) == []
