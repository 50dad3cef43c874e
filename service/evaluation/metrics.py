"""What "good" means in one number: AUC, average precision, R², median error, each for many resamples of the rows at once.

`weights` is (draws, rows): how often a draw holds each row.
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
"""(truth, answer, weights) → one number a draw; NaN where a draw cannot tell."""


@dataclass(frozen=True)
class Measure:
    """The metric by which fields, groups and weak spots of one model are compared."""

    name: str
    label: Text
    spoken: Text
    """A sentence's middle that says the metric `here` and `everywhere`."""
    of: Statistic
    standard_error: Callable[[Numbers, Numbers], float]
    sign: int
    """1: larger is better; -1: smaller is better."""
    gap: Callable[[float], float]
    """How much worse than this overall value a group must be to be worth a sentence."""
    percent: bool

    def value(self, truth: Numbers, answer: Numbers) -> float:
        return once(self.of, truth, answer)


def once(statistic: Statistic, truth: Numbers, answer: Numbers) -> float:
    """Return the statistic of the rows as they are."""
    return float(statistic(truth, answer, np.ones((1, len(truth))))[0])


def auc(truth: Numbers, answer: Numbers, weights: NDArray[Any]) -> Numbers:
    """Return the chance that a row of the focus gets a higher answer than another row; a tie counts half."""
    yes, no = _by_answer(truth, answer, weights)
    below = np.cumsum(no, axis=1) - no / 2
    with np.errstate(invalid="ignore"):
        return np.asarray((yes * below).sum(axis=1) / (yes.sum(axis=1) * no.sum(axis=1)))


def average_precision(truth: Numbers, answer: Numbers, weights: NDArray[Any]) -> Numbers:
    """Return the mean share of right ones among the flagged, over the thresholds at which one more is found."""
    yes, no = (counts[:, ::-1] for counts in _by_answer(truth, answer, weights))
    right = np.cumsum(yes, axis=1)
    flagged = right + np.cumsum(no, axis=1)
    precision = np.divide(right, flagged, out=np.zeros_like(right), where=flagged > 0)
    with np.errstate(invalid="ignore"):
        return np.asarray((yes * precision).sum(axis=1) / yes.sum(axis=1))


def _by_answer(truth: Numbers, answer: Numbers, weights: NDArray[Any]) -> tuple[Numbers, Numbers]:
    """Return for each draw how many rows with and without the focus there are at each distinct answer, rising."""
    order = np.argsort(answer, kind="stable")
    ranked, of_focus = answer[order], truth[order]
    starts = np.flatnonzero(np.r_[True, ranked[1:] != ranked[:-1]])
    drawn = weights[:, order].astype(np.float64)
    yes = drawn * of_focus
    if len(starts) == len(ranked):
        return yes, drawn - yes
    return np.add.reduceat(yes, starts, axis=1), np.add.reduceat(drawn - yes, starts, axis=1)


def brier(truth: Numbers, answer: Numbers, weights: NDArray[Any]) -> Numbers:
    """Return the mean squared difference between the probability and the truth (0 or 1): Brier, 1950."""
    return _mean((answer - truth) ** 2, weights)


def auc_error(truth: Numbers, answer: Numbers) -> float:
    """Return the standard error of an AUC: Hanley and McNeil, Radiology 1982."""
    yes, no = float(truth.sum()), float(len(truth) - truth.sum())
    area = once(auc, truth, answer)
    more = area / (2 - area) - area**2
    less = 2 * area**2 / (1 + area) - area**2
    return math.sqrt(max(area * (1 - area) + (yes - 1) * more + (no - 1) * less, 0) / (yes * no))


def r2(truth: Numbers, answer: Numbers, weights: NDArray[Any]) -> Numbers:
    """Return the share of the truth's variation that the answers explain."""
    drawn = weights.astype(np.float64)
    rows = drawn.sum(axis=1)
    squares = drawn @ truth**2 - (drawn @ truth) ** 2 / rows
    return np.asarray(1 - drawn @ (answer - truth) ** 2 / squares)


def mean_truth(truth: Numbers, answer: Numbers, weights: NDArray[Any]) -> Numbers:  # noqa: ARG001 - a Statistic
    return _mean(truth, weights)


def median_error(truth: Numbers, answer: Numbers, weights: NDArray[Any]) -> Numbers:
    return _medians(np.abs(answer - truth), weights)


def relative_error(truth: Numbers, answer: Numbers, weights: NDArray[Any]) -> Numbers:
    """Return the median of |answer − truth| / truth."""
    return _medians(np.abs(answer / truth - 1), weights)


def relative_error_error(truth: Numbers, answer: Numbers) -> float:
    """Return the standard error of the median relative error, from its neighbours in order."""
    errors = np.sort(np.abs(answer / truth - 1))
    half, step = len(errors) / 2, math.sqrt(len(errors)) / 2
    low, high = max(int(half - step), 0), min(int(half + step), len(errors) - 1)
    return float(errors[high] - errors[low]) / 2


def _mean(values: Numbers, weights: NDArray[Any]) -> Numbers:
    drawn = weights.astype(np.float64)
    with np.errstate(invalid="ignore"):
        return np.asarray(drawn @ values / drawn.sum(axis=1))


def _medians(values: Numbers, weights: NDArray[Any]) -> Numbers:
    order = np.argsort(values, kind="stable")
    counts = np.cumsum(weights[:, order], axis=1, dtype=np.int64)
    last = len(values) - 1
    lower = np.minimum((2 * counts < counts[:, -1:]).sum(axis=1), last)
    upper = np.minimum((2 * counts <= counts[:, -1:]).sum(axis=1), last)
    medians = (values[order][lower] + values[order][upper]) / 2
    return np.where(counts[:, -1] > 0, medians, np.nan)


AUC = Measure(
    name="auc",
    label={"en": "Puts the right one first (AUC)", "pl": "Trafne uszeregowanie (AUC)"},
    spoken={
        "en": "{here} of 100 pairs are put in the right order, overall {everywhere}",
        "pl": "we właściwej kolejności staje {here} na 100 par, a ogółem {everywhere}",
    },
    of=auc,
    standard_error=auc_error,
    sign=1,
    gap=lambda _: 0.05,
    percent=False,
)
RELATIVE_ERROR = Measure(
    name="relative_error",
    label={"en": "Typical error, as a part of the true value", "pl": "Typowy błąd, jako część prawdziwej wartości"},
    spoken={
        "en": "the typical error is {here}, overall {everywhere}",
        "pl": "typowy błąd wynosi {here}, a ogółem {everywhere}",
    },
    of=relative_error,
    standard_error=relative_error_error,
    sign=-1,
    gap=lambda overall: overall / 4,
    percent=True,
)
