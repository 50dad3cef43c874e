"""Metrics of a model, each computed for many bootstrap resamples at once.

`truth` and `output` have the shape (rows,), `weights` has (resamples, rows): how often a resample holds each row.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.schemas import Text

Numbers = NDArray[np.float64]
Statistic = Callable[[Numbers, Numbers, NDArray[Any]], Numbers]
"""(truth, output, weights) → one number per resample; NaN if it is undefined there."""


@dataclass(frozen=True)
class ComparisonMetric:
    """The metric by which fields, groups and weak spots of one model are compared."""

    name: str
    label: Text
    sentence: Text
    """The middle of a sentence with the metric of a {group} and its value {overall}."""
    statistic: Statistic
    standard_error: Callable[[Numbers, Numbers], float]
    sign: int
    """1: larger is better; -1: smaller is better."""
    min_shortfall: Callable[[float], float]
    """The overall value → how much worse a group must be to be worth a sentence."""
    is_percent: bool

    def value(self, truth: Numbers, output: Numbers) -> float:
        return unweighted(self.statistic, truth, output)


def unweighted(statistic: Statistic, truth: Numbers, output: Numbers) -> float:
    """Return the statistic of the rows, each counted once."""
    return float(statistic(truth, output, np.ones((1, len(truth))))[0])


def auc(truth: Numbers, output: Numbers, weights: NDArray[Any]) -> Numbers:
    """Return the area under the ROC curve: how likely a positive row gets a higher output than a negative one.

    A tie counts half.
    """
    positive, negative = _counts_by_output(truth, output, weights)
    below = np.cumsum(negative, axis=1) - negative / 2
    with np.errstate(invalid="ignore"):
        return np.asarray((positive * below).sum(axis=1) / (positive.sum(axis=1) * negative.sum(axis=1)))


def average_precision(truth: Numbers, output: Numbers, weights: NDArray[Any]) -> Numbers:
    """Return the mean of the precision over the thresholds, weighted by the growth of recall, as scikit-learn defines it."""
    positive, negative = (counts[:, ::-1] for counts in _counts_by_output(truth, output, weights))
    true_positive = np.cumsum(positive, axis=1)
    flagged = true_positive + np.cumsum(negative, axis=1)
    precision = np.divide(true_positive, flagged, out=np.zeros_like(true_positive), where=flagged > 0)
    with np.errstate(invalid="ignore"):
        return np.asarray((positive * precision).sum(axis=1) / positive.sum(axis=1))


def _counts_by_output(truth: Numbers, output: Numbers, weights: NDArray[Any]) -> tuple[Numbers, Numbers]:
    """Return how many positive and negative rows each resample holds at each distinct output, in rising order."""
    order = np.argsort(output, kind="stable")
    ranked, is_positive = output[order], truth[order]
    starts = np.flatnonzero(np.r_[True, ranked[1:] != ranked[:-1]])
    counts = weights[:, order].astype(np.float64)
    positive = counts * is_positive
    if len(starts) == len(ranked):
        return positive, counts - positive
    return np.add.reduceat(positive, starts, axis=1), np.add.reduceat(counts - positive, starts, axis=1)


def auc_standard_error(truth: Numbers, output: Numbers) -> float:
    """Return the standard error of an AUC.

    Source: DeLong, DeLong and Clarke-Pearson, Comparing the Areas under Two or More Correlated Receiver Operating
    Characteristic Curves, Biometrics 1988; the shares of pairs from ranks as in Sun and Xu, IEEE Signal Processing
    Letters 2014.
    """
    from scipy.stats import rankdata

    positive, negative = output[truth == 1], output[truth == 0]
    ranks = rankdata(np.concatenate([positive, negative]))
    shares_below = (ranks[: len(positive)] - rankdata(positive)) / len(negative)
    shares_above = 1 - (ranks[len(positive) :] - rankdata(negative)) / len(positive)
    return math.sqrt(shares_below.var(ddof=1) / len(positive) + shares_above.var(ddof=1) / len(negative))


def brier(truth: Numbers, output: Numbers, weights: NDArray[Any]) -> Numbers:
    """Return the mean squared difference between the probability and the truth (0 or 1).

    Source: Brier, Verification of Forecasts Expressed in Terms of Probability, Monthly Weather Review 1950.
    """
    return _means((output - truth) ** 2, weights)


def accuracy(truth: Numbers, output: Numbers, weights: NDArray[Any]) -> Numbers:
    """Return the share of rows whose output, 0 or 1, is the truth."""
    return _means((output == truth).astype(np.float64), weights)


def accuracy_standard_error(truth: Numbers, output: Numbers) -> float:
    """Return the standard error of a share."""
    share = float((output == truth).mean())
    return math.sqrt(share * (1 - share) / len(truth))


def r2(truth: Numbers, output: Numbers, weights: NDArray[Any]) -> Numbers:
    """Return the coefficient of determination: the share of the truth's variance that the outputs explain.

    It is undefined for a resample whose rows all have the same truth.
    """
    counts = weights.astype(np.float64)
    rows = counts.sum(axis=1)
    squares = counts @ truth**2 - (counts @ truth) ** 2 / rows
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(squares > 0, 1 - counts @ (output - truth) ** 2 / squares, np.nan)


def mean_truth(truth: Numbers, output: Numbers, weights: NDArray[Any]) -> Numbers:  # noqa: ARG001 - a Statistic
    return _means(truth, weights)


def median_error(truth: Numbers, output: Numbers, weights: NDArray[Any]) -> Numbers:
    """Return the median of |output − truth|, in the unit of the truth."""
    return _medians(np.abs(output - truth), weights)


def relative_error(truth: Numbers, output: Numbers, weights: NDArray[Any]) -> Numbers:
    """Return the median of |output − truth| / |truth|."""
    return _medians(relative_errors(truth, output), weights)


def relative_error_standard_error(truth: Numbers, output: Numbers) -> float:
    """Return the standard error of the median relative error: half of the distance between two order statistics.

    Their ranks are n / 2 minus and plus √n / 2, the standard deviation of how many of n errors lie below the median.
    Source: Woodruff, Confidence Intervals for Medians and Other Position Measures, JASA 1952.
    """
    errors = np.sort(relative_errors(truth, output))
    half, step = len(errors) / 2, math.sqrt(len(errors)) / 2
    low, high = max(int(half - step), 0), min(int(half + step), len(errors) - 1)
    return float(errors[high] - errors[low]) / 2 if np.isfinite(errors[high]) else math.inf


def relative_errors(truth: Numbers, output: Numbers) -> Numbers:
    """Return |output − truth| / |truth|; if the truth is 0: 0 for an output of 0, else infinity."""
    with np.errstate(divide="ignore", invalid="ignore"):
        errors = np.abs(output / truth - 1)
    return np.where((truth == 0) & (output == 0), 0.0, errors)


def _means(values: Numbers, weights: NDArray[Any]) -> Numbers:
    counts = weights.astype(np.float64)
    with np.errstate(invalid="ignore"):
        return np.asarray(counts @ values / counts.sum(axis=1))


def _medians(values: Numbers, weights: NDArray[Any]) -> Numbers:
    order = np.argsort(values, kind="stable")
    counts = np.cumsum(weights[:, order], axis=1, dtype=np.int64)
    last = len(values) - 1
    lower = np.minimum((2 * counts < counts[:, -1:]).sum(axis=1), last)
    upper = np.minimum((2 * counts <= counts[:, -1:]).sum(axis=1), last)
    medians = (values[order][lower] + values[order][upper]) / 2
    return np.where(counts[:, -1] > 0, medians, np.nan)


AUC = ComparisonMetric(
    name="auc",
    label={"en": "Ranking quality (AUC)", "pl": "Jakość uszeregowania (AUC)"},
    sentence={
        "en": "{group} of 100 pairs are ranked correctly, overall {overall}",
        "pl": "model poprawnie szereguje {group} na 100 par, a ogółem {overall}",
    },
    statistic=auc,
    standard_error=auc_standard_error,
    sign=1,
    min_shortfall=lambda _: 0.05,
    is_percent=False,
)
ACCURACY = ComparisonMetric(
    name="accuracy",
    label={"en": "Correct answers", "pl": "Trafne odpowiedzi"},
    sentence={
        "en": "{group} of the answers are correct, overall {overall}",
        "pl": "trafnych odpowiedzi jest {group}, a ogółem {overall}",
    },
    statistic=accuracy,
    standard_error=accuracy_standard_error,
    sign=1,
    min_shortfall=lambda _: 0.05,
    is_percent=True,
)
"""The metric of a model that names labels without probabilities: outputs of 0 and 1 have no order to measure."""
RELATIVE_ERROR = ComparisonMetric(
    name="relative_error",
    label={"en": "Typical error, % of the true value", "pl": "Typowy błąd, % prawdziwej wartości"},
    sentence={
        "en": "the typical error is {group}, overall {overall}",
        "pl": "typowy błąd wynosi {group}, a ogółem {overall}",
    },
    statistic=relative_error,
    standard_error=relative_error_standard_error,
    sign=-1,
    min_shortfall=lambda overall: overall / 4,
    is_percent=True,
)
