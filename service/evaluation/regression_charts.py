"""The charts of a regression: predicted against true, the errors, and how many truths lie inside their intervals."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from service.evaluation.classification_charts import quantile_bins
from service.evaluation.intervals import SEED, rounded, share
from service.evaluation.metrics import Numbers
from service.schemas import CoverageBin, Interval, PredictedTrue, ResidualBin

SAMPLE_ROWS = 300
_BINS = 30
_TAIL = 0.005
"""So many of the rows lie in the first and the last bin each: a few wild errors must not flatten all others."""


def sample(truth: Numbers, value: Numbers) -> list[PredictedTrue]:
    """Return some rows, drawn at random."""
    chosen = np.random.default_rng(SEED).permutation(len(truth))[:SAMPLE_ROWS]
    return [PredictedTrue(predicted=rounded(value[place]), true=rounded(truth[place])) for place in chosen]


def residuals(truth: Numbers, value: Numbers) -> list[ResidualBin]:
    """Return how many rows have which error; the outermost bins reach to the largest errors."""
    errors = value - truth
    low, high = np.quantile(errors, [_TAIL, 1 - _TAIL])
    edges = np.unique(np.r_[errors.min(), np.linspace(low, high, _BINS - 1), errors.max()])
    if len(edges) == 1:
        edges = np.r_[edges, edges]
    counts, _ = np.histogram(errors, edges)
    return [
        ResidualBin(low=rounded(start), high=rounded(end), rows=rows)
        for start, end, rows in zip(edges[:-1].tolist(), edges[1:].tolist(), counts.tolist(), strict=True)
    ]


def inside(truth: Numbers, intervals: Sequence[Interval | None]) -> NDArray[np.bool_] | None:
    """Tell which truths lie inside the intervals that were served; None where there are no intervals."""
    held = [
        interval.low <= true <= interval.high
        for interval, true in zip(intervals, truth.tolist(), strict=True)
        if interval is not None
    ]
    return np.array(held) if held else None


def coverage_bins(value: Numbers, held: NDArray[np.bool_]) -> list[CoverageBin]:
    """Return the coverage for small answers, larger ones and so on, in up to ten bins of equally many rows."""
    return [
        CoverageBin(
            low=rounded(value[chosen].min()),
            high=rounded(value[chosen].max()),
            coverage=share(int(held[chosen].sum()), len(chosen)),
        )
        for chosen in quantile_bins(value)
    ]
