"""Tests of whether a figure is equal in several groups of rows. Overlapping intervals are no test.

Sources: Pearson's chi-squared test for shares (for two groups it is the two-proportion z-test, squared); Cochran, The
Combination of Estimates from Different Experiments, Biometrics 1954, for an AUC with its standard error; Mood's median
test for a median; Alexander and Govern, A New and Simpler Approximation for ANOVA under Variance Heterogeneity, Journal
of Educational Statistics 1994, for a mean.
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from service.evaluation.metrics import AUC, ComparisonMetric, Numbers, relative_errors
from service.schemas import Figure, GroupTest, SegmentGroup

_MIN_GROUPS = 2
_DIGITS = 6


@dataclass(frozen=True)
class GroupSample:
    """The rows of one group, and its figures."""

    truth: Numbers
    output: Numbers
    figures: SegmentGroup


def compare_groups(metric: ComparisonMetric, samples: list[GroupSample]) -> list[GroupTest]:
    """Return one test for each figure that all these groups have; none for less than two groups."""
    if len(samples) < _MIN_GROUPS:
        return []
    groups = [sample.figures for sample in samples]
    if metric is not AUC:
        return [*_compare_medians(samples), *_compare_means(samples)]
    shares: dict[Literal["flagged", "wrongly_flagged", "truth"], list[Figure | None]] = {
        "flagged": [group.flagged for group in groups],
        "wrongly_flagged": [group.wrongly_flagged for group in groups],
        "truth": [group.truth for group in groups],
    }
    tests = _compare_areas(metric, samples)
    for name, figures in shares.items():
        present = [figure for figure in figures if figure is not None]
        if len(present) == len(samples):
            tests.append(_compare_shares(name, present))
    return tests


def _compare_shares(name: Literal["flagged", "wrongly_flagged", "truth"], shares: list[Figure]) -> GroupTest:
    from scipy.stats import chi2_contingency

    counts = np.array([[round(share.value * share.rows), share.rows] for share in shares])
    table = np.column_stack([counts[:, 0], counts[:, 1] - counts[:, 0]])
    if not table.sum(axis=0).all():  # all rows are alike
        return _make_test(name, "chi_squared", 0.0, 1.0, len(shares))
    result = chi2_contingency(table, correction=False)
    return _make_test(name, "chi_squared", result.statistic, result.pvalue, len(shares))


def _compare_areas(metric: ComparisonMetric, samples: list[GroupSample]) -> list[GroupTest]:
    from scipy.stats import chi2

    errors = np.array([metric.standard_error(sample.truth, sample.output) for sample in samples])
    if not errors.all():
        return []
    areas = np.array([metric.value(sample.truth, sample.output) for sample in samples])
    weights = errors**-2
    statistic = float((weights * (areas - np.average(areas, weights=weights)) ** 2).sum())
    return [_make_test("metric", "cochran_q", statistic, chi2.sf(statistic, len(samples) - 1), len(samples))]


def _compare_medians(samples: list[GroupSample]) -> list[GroupTest]:
    from scipy.stats import median_test

    errors = [relative_errors(sample.truth, sample.output) for sample in samples]
    whole = np.concatenate(errors)
    if not (whole > np.median(whole)).any():
        return []
    result = median_test(*errors, correction=False)
    return [_make_test("metric", "median_test", result.statistic, result.pvalue, len(samples))]


def _compare_means(samples: list[GroupSample]) -> list[GroupTest]:
    from scipy.stats import f_oneway

    values: list[NDArray[np.float64]] = [sample.truth for sample in samples]
    if not all(np.ptp(each) > 0 for each in values):
        return []
    result = f_oneway(*values, equal_var=False)
    return [_make_test("truth", "welch_anova", result.statistic, result.pvalue, len(samples))]


def _make_test(
    figure: Literal["metric", "flagged", "wrongly_flagged", "truth"],
    method: Literal["cochran_q", "chi_squared", "median_test", "welch_anova"],
    statistic: float,
    p_value: float,
    groups: int,
) -> GroupTest:
    p_value = p_value if math.isfinite(p_value) else 1.0
    return GroupTest(
        figure=figure,
        method=method,
        statistic=round(float(statistic), _DIGITS),
        p_value=float(f"{p_value:.{_DIGITS}g}"),
        groups=groups,
    )
