"""Numbers with 95 % intervals: Wilson's interval for a share, the bootstrap for everything else."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.evaluation.metrics import Numbers, Statistic, once
from service.schemas import Figure

SEED = 20051
DRAWS = 400
DIGITS = 6
CONFIDENCE = 0.95
UNKNOWN = (0.5, 0.0, 1.0)
"""What rows of one label alone say of an AUC: it may be anything."""


def rounded(value: float) -> float:
    return round(float(value), DIGITS)


def figure(value: float, low: float, high: float, rows: int) -> Figure:
    return Figure(value=rounded(value), low=rounded(min(low, value)), high=rounded(max(high, value)), rows=rows)


def share(part: int, rows: int) -> Figure:
    """Return a share of rows with Wilson's 95 % interval, which stays within 0 to 1.

    Source: Wilson, Probable Inference, the Law of Succession, and Statistical Inference, JASA 1927.
    """
    from scipy.stats import binomtest

    if rows == 0:
        return figure(0.0, 0.0, 1.0, 0)
    interval = binomtest(part, rows).proportion_ci(CONFIDENCE, method="wilson")
    return figure(part / rows, interval.low, interval.high, rows)


class Resamples:
    """The held-out rows drawn again with replacement, many times: drawn once, used for every figure."""

    def __init__(self, rows: int) -> None:
        random = np.random.default_rng(SEED)
        drawn = [np.bincount(random.integers(0, rows, rows), minlength=rows) for _ in range(DRAWS)]
        self.weights: NDArray[np.int16] = np.array(drawn, dtype=np.int16).reshape(DRAWS, rows)

    def figure(self, statistic: Statistic, truth: Numbers, answer: Numbers, rows: NDArray[Any] | None = None) -> Figure:
        """Return the statistic of all rows, or of those at the places `rows`, with its 95 % interval."""
        weights = self.weights
        if rows is not None:
            truth, answer, weights = truth[rows], answer[rows], weights[:, rows]
        value = once(statistic, truth, answer)
        if not math.isfinite(value):
            return figure(*UNKNOWN, len(truth))
        low, high = np.nanquantile(statistic(truth, answer, weights), [0.025, 0.975])
        return figure(value, low, high, len(truth))
