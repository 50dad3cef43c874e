"""Figures with 95 % intervals: Wilson's interval for a proportion, the bootstrap for every other metric."""

import math
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.evaluation.metrics import Numbers, Statistic, unweighted
from service.schemas import Figure

SEED = 20051
RESAMPLES = 400
DIGITS = 6
CONFIDENCE = 0.95
_DEVIATIONS = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
"""So many standard deviations hold that share of a normal distribution. SciPy would take 0.9 s and 60 MB in the service."""
QUANTILES = (0.025, 0.975)
_UNDEFINED = (0.5, 0.0, 1.0)
"""Value and interval of an AUC over rows that all have one label: it can be anything."""


def rounded(value: float) -> float:
    return round(float(value), DIGITS)


def rounded_figure(value: float, low: float, high: float, rows: int) -> Figure:
    """Return a rounded figure whose interval holds its value."""
    return Figure(value=rounded(value), low=rounded(min(low, value)), high=rounded(max(high, value)), rows=rows)


def proportion(count: int, rows: int) -> Figure:
    """Return `count` out of `rows` with Wilson's 95 % interval, which stays within 0 to 1. Without rows: 0, from 0 to 1.

    Source: Wilson, Probable Inference, the Law of Succession, and Statistical Inference, JASA 1927.
    """
    if rows == 0:
        return rounded_figure(0.0, 0.0, 1.0, 0)
    share, square = count / rows, _DEVIATIONS**2
    center = share + square / (2 * rows)
    margin = _DEVIATIONS * math.sqrt(share * (1 - share) / rows + square / (4 * rows**2))
    low, high = ((center + sign * margin) / (1 + square / rows) for sign in (-1, 1))
    return rounded_figure(share, max(low, 0.0), min(high, 1.0), rows)


class Bootstrap:
    """Resamples of some rows, drawn once with replacement and used for every figure.

    Source: Efron, Bootstrap Methods: Another Look at the Jackknife, Annals of Statistics 1979; percentile intervals.
    """

    def __init__(self, rows: int) -> None:
        random = np.random.default_rng(SEED)
        counts = [np.bincount(random.integers(0, rows, rows), minlength=rows) for _ in range(RESAMPLES)]
        self.weights: NDArray[np.int16] = np.array(counts, dtype=np.int16).reshape(RESAMPLES, rows)
        """(resamples, rows): how often a resample holds each row."""

    def figure(self, statistic: Statistic, truth: Numbers, output: Numbers, rows: NDArray[Any] | None = None) -> Figure:
        """Return the statistic of all rows, or of those at the indices `rows`, with its interval.

        Resamples in which the statistic is not finite do not count: the relative error of a truth of 0 is infinite.
        """
        weights = self.weights
        if rows is not None:
            truth, output, weights = truth[rows], output[rows], weights[:, rows]
        value = unweighted(statistic, truth, output)
        if not math.isfinite(value):
            return rounded_figure(*_UNDEFINED, len(truth))
        resampled = statistic(truth, output, weights)
        finite = resampled[np.isfinite(resampled)]
        low, high = np.quantile(finite, QUANTILES) if len(finite) else (value, value)
        return rounded_figure(value, low, high, len(truth))
