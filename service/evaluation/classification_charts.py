"""The charts of a classification: ROC, precision and recall, calibration, and the counts at every threshold."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.evaluation.intervals import DIGITS, rounded, share
from service.evaluation.metrics import Numbers
from service.schemas import CalibrationBin, PrecisionPoint, RocPoint, ThresholdCounts

MAX_POINTS = 101
MAX_BINS = 10


def roc(truth: Numbers, probability: Numbers) -> list[RocPoint]:
    """Return the curve from (0, 0) to (1, 1), thinned."""
    from sklearn.metrics import roc_curve

    false_alarms, found, thresholds = roc_curve(truth, np.round(probability, DIGITS), drop_intermediate=False)
    # Nothing is flagged there: scikit-learn calls this threshold infinite, JSON has no such number.
    thresholds[0] = 1.0 if thresholds[1] < 1 else 1 + 10.0**-DIGITS
    return [
        RocPoint(false_alarms=rounded(x), found=rounded(y), threshold=rounded(threshold))
        for x, y, threshold in _thinned(np.column_stack([false_alarms, found, thresholds]))
    ]


def precision(truth: Numbers, probability: Numbers) -> list[PrecisionPoint]:
    """Return the curve from the highest probability to where all are found, thinned."""
    from sklearn.metrics import precision_recall_curve

    answer = np.round(probability, DIGITS)
    right, found, thresholds = precision_recall_curve(truth, answer)
    flagged = len(answer) - np.sort(answer).searchsorted(thresholds)
    rising = np.column_stack([found[:-1], right[:-1], thresholds, flagged])[::-1]
    return [
        PrecisionPoint(
            found=rounded(x), right=rounded(y), threshold=rounded(threshold), precision=share(round(y * rows), int(rows))
        )
        for x, y, threshold, rows in _thinned(rising)
    ]


def _thinned(points: NDArray[np.float64]) -> list[list[float]]:
    """Return at most 101 points, evenly along the curve, both ends kept."""
    if len(points) > MAX_POINTS:
        way = np.r_[0, np.cumsum(np.abs(np.diff(points[:, :2], axis=0)).sum(axis=1))]
        chosen = np.unique(way.searchsorted(np.linspace(0, way[-1], MAX_POINTS)))
        points = points[np.unique(np.r_[0, chosen[:-1], len(points) - 1])]
    thinned: list[list[float]] = points.tolist()
    return thinned


def calibration(truth: Numbers, probability: Numbers) -> list[CalibrationBin]:
    """Return what was said and what happened in up to ten bins of equally many rows."""
    bins = []
    for chosen in quantile_bins(probability):
        happened = share(int(truth[chosen].sum()), len(chosen))
        bins.append(CalibrationBin(said=rounded(probability[chosen].mean()), happened=happened))
    return bins


def quantile_bins(values: Numbers) -> list[NDArray[Any]]:
    """Return the places of the rows in up to ten bins of about equally many, rising; equal values stay together."""
    edges = np.quantile(values, np.linspace(0, 1, MAX_BINS + 1)[1:-1])
    places = np.searchsorted(edges, values)
    return [np.flatnonzero(places == place) for place in np.unique(places)]


def thresholds(truth: Numbers, probability: Numbers) -> list[ThresholdCounts]:
    """Return the counts at 0, 0.01 … 1: a row is flagged when its probability is not below."""
    steps = np.round(np.linspace(0, 1, MAX_POINTS), 2)
    yes, no = np.sort(probability[truth == 1]), np.sort(probability[truth == 0])
    missed, passed = yes.searchsorted(steps), no.searchsorted(steps)
    return [
        ThresholdCounts(
            threshold=step,
            flagged_right=len(yes) - below_yes,
            flagged_wrong=len(no) - below_no,
            passed_right=below_no,
            passed_wrong=below_yes,
            right=share(len(yes) - below_yes, len(truth) - below_yes - below_no),
            found=share(len(yes) - below_yes, len(yes)),
        )
        for step, below_yes, below_no in zip(steps.tolist(), missed.tolist(), passed.tolist(), strict=True)
    ]
