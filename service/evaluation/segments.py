"""The figures of every group, and tests of whether a figure is equal in all groups. Overlapping intervals are no test.

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

from service.evaluation.groups import Group, Grouping
from service.evaluation.held_out import HeldOut
from service.evaluation.intervals import proportion
from service.evaluation.metrics import ACCURACY, RELATIVE_ERROR, ComparisonMetric, Numbers, mean_truth, relative_errors
from service.schemas import Figure, GroupTest, Segment, SegmentGroup

FigureName = Literal["metric", "flagged", "wrongly_flagged", "truth"]

MIN_ROWS = 50
MIN_ROWS_PER_LABEL = 10
_MIN_GROUPS = 2
_DIGITS = 6


@dataclass(frozen=True)
class GroupSample:
    """The rows of one group, and its figures."""

    truth: Numbers
    output: Numbers
    figures: SegmentGroup


def describe_segments(held_out: HeldOut, groupings: list[Grouping]) -> list[Segment]:
    """Return every grouping with the figures of its groups, and a test for each figure."""
    return [_describe_grouping(held_out, grouping) for grouping in groupings]


def _describe_grouping(held_out: HeldOut, grouping: Grouping) -> Segment:
    groups = [_describe_group(held_out, group) for group in grouping.groups]
    samples = [
        GroupSample(held_out.truth[group.rows], held_out.output[group.rows], described)
        for group, described in zip(grouping.groups, groups, strict=True)
        if not described.small
    ]
    return Segment(
        name=grouping.name,
        label=grouping.label,
        is_input=grouping.is_input,
        groups=groups,
        tests=compare_groups(held_out.metric, samples),
    )


def _describe_group(held_out: HeldOut, group: Group) -> SegmentGroup:
    rows, truth, output = group.rows, held_out.truth, held_out.output
    figure = held_out.bootstrap.figure
    is_small = len(rows) < MIN_ROWS
    if held_out.is_flagged is None or held_out.should_be_flagged is None:
        truth_figure, flagged, wrongly_flagged = figure(mean_truth, truth, output, rows), None, None
    else:
        positive = int(truth[rows].sum())
        is_small = is_small or min(positive, len(rows) - positive) < MIN_ROWS_PER_LABEL
        truth_figure = proportion(positive, len(rows))
        is_flagged, is_good = held_out.is_flagged[rows], ~held_out.should_be_flagged[rows]
        flagged = proportion(int(is_flagged.sum()), len(rows))
        wrongly_flagged = proportion(int((is_flagged & is_good).sum()), int(is_good.sum())) if is_good.any() else None
    return SegmentGroup(
        label=group.label,
        metric=figure(held_out.metric.statistic, truth, output, rows),
        flagged=flagged,
        truth=truth_figure,
        small=is_small,
        wrongly_flagged=wrongly_flagged,
    )


def compare_groups(metric: ComparisonMetric, samples: list[GroupSample]) -> list[GroupTest]:
    """Return one test for each figure that all these groups have; none for less than two groups."""
    if len(samples) < _MIN_GROUPS:
        return []
    groups = [sample.figures for sample in samples]
    if metric is RELATIVE_ERROR:
        return [*_compare_medians(samples), *_compare_means(samples)]
    is_accuracy = metric is ACCURACY
    shares: dict[FigureName, list[Figure | None]] = {"metric": [group.metric for group in groups]} if is_accuracy else {}
    shares |= {
        "flagged": [group.flagged for group in groups],
        "wrongly_flagged": [group.wrongly_flagged for group in groups],
        "truth": [group.truth for group in groups],
    }
    tests = [] if is_accuracy else _compare_areas(metric, samples)
    for name, figures in shares.items():
        present = [figure for figure in figures if figure is not None]
        if len(present) == len(samples):
            tests.append(_compare_shares(name, present))
    return tests


def _compare_shares(name: FigureName, shares: list[Figure]) -> GroupTest:
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
    figure: FigureName,
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
