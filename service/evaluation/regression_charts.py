"""The charts of a regression: predicted against true values, the errors, and the coverage of the intervals."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from service.evaluation.classification_charts import quantile_bins
from service.evaluation.intervals import SEED, proportion, rounded
from service.evaluation.metrics import Numbers
from service.schemas import CoverageBin, Interval, PredictedTrue, ResidualBin

MAX_PAIRS = 300
_BINS = 30
_TAIL = 0.005
"""The share of the rows in the first and in the last bin: a few large errors must not flatten all other bins."""


def draw_pairs(truth: Numbers, output: Numbers) -> list[PredictedTrue]:
    """Return predicted and true values of some rows, drawn at random."""
    drawn = np.random.default_rng(SEED).permutation(len(truth))[:MAX_PAIRS]
    return [PredictedTrue(predicted=rounded(output[row]), true=rounded(truth[row])) for row in drawn]


def residual_bins(truth: Numbers, output: Numbers) -> list[ResidualBin]:
    """Return how many rows have which error. The outermost bins reach to the largest errors."""
    errors = output - truth
    low, high = np.quantile(errors, [_TAIL, 1 - _TAIL])
    edges = np.unique(np.r_[errors.min(), np.linspace(low, high, _BINS - 1), errors.max()])
    if len(edges) == 1:
        edges = np.r_[edges, edges]
    counts, _ = np.histogram(errors, edges)
    return [
        ResidualBin(low=rounded(start), high=rounded(end), rows=rows)
        for start, end, rows in zip(edges[:-1].tolist(), edges[1:].tolist(), counts.tolist(), strict=True)
    ]


def find_covered(truth: Numbers, intervals: Sequence[Interval | None]) -> NDArray[np.bool_] | None:
    """Tell which true values lie inside the served intervals; None if there are no intervals."""
    is_covered = [
        interval.low <= true <= interval.high
        for interval, true in zip(intervals, truth.tolist(), strict=True)
        if interval is not None
    ]
    return np.array(is_covered) if is_covered else None


def coverage_bins(output: Numbers, is_covered: NDArray[np.bool_]) -> list[CoverageBin]:
    """Return the coverage by rising output, in up to ten bins of about equal numbers of rows."""
    return [
        CoverageBin(
            low=rounded(output[rows].min()),
            high=rounded(output[rows].max()),
            coverage=proportion(int(is_covered[rows].sum()), len(rows)),
        )
        for rows in quantile_bins(output)
    ]
