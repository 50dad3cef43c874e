"""The charts of a classification: ROC, precision and recall, calibration, and the counts at every threshold."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.evaluation.intervals import DIGITS, proportion, rounded
from service.evaluation.metrics import Numbers
from service.schemas import CalibrationBin, PrecisionPoint, RocPoint, ThresholdCounts

MAX_POINTS = 101
MAX_BINS = 10
THRESHOLDS: list[float] = np.round(np.linspace(0, 1, MAX_POINTS), 2).tolist()
"""0, 0.01 … 1."""


def roc_points(truth: Numbers, probability: Numbers) -> list[RocPoint]:
    """Return the ROC curve from (0, 0) to (1, 1), in at most 101 points."""
    from sklearn.metrics import roc_curve

    false_positive_rate, recall, thresholds = roc_curve(truth, np.round(probability, DIGITS), drop_intermediate=False)
    # At the first threshold no row is flagged. scikit-learn makes it infinite, and JSON has no infinity.
    thresholds[0] = 1.0 if thresholds[1] < 1 else 1 + 10.0**-DIGITS
    return [
        RocPoint(false_alarms=rounded(x), found=rounded(y), threshold=rounded(threshold))
        for x, y, threshold in _thin_out(np.column_stack([false_positive_rate, recall, thresholds]))
    ]


def precision_points(truth: Numbers, probability: Numbers) -> list[PrecisionPoint]:
    """Return the curve of precision by recall, from the highest probability to recall 1, in at most 101 points."""
    from sklearn.metrics import precision_recall_curve

    output = np.round(probability, DIGITS)
    precision, recall, thresholds = precision_recall_curve(truth, output)
    flagged = len(output) - np.sort(output).searchsorted(thresholds)
    by_rising_recall = np.column_stack([recall[:-1], precision[:-1], thresholds, flagged])[::-1]
    return [
        PrecisionPoint(
            found=rounded(x),
            right=rounded(y),
            threshold=rounded(threshold),
            precision=proportion(round(y * rows), int(rows)),
        )
        for x, y, threshold, rows in _thin_out(by_rising_recall)
    ]


def _thin_out(points: NDArray[np.float64]) -> list[list[float]]:
    """Return at most 101 of the points, at even distances along the curve; both ends stay."""
    if len(points) > MAX_POINTS:
        distance = np.r_[0, np.cumsum(np.abs(np.diff(points[:, :2], axis=0)).sum(axis=1))]
        chosen = np.unique(distance.searchsorted(np.linspace(0, distance[-1], MAX_POINTS)))
        points = points[np.unique(np.r_[0, chosen[:-1], len(points) - 1])]
    thinned: list[list[float]] = points.tolist()
    return thinned


def calibration_bins(truth: Numbers, probability: Numbers) -> list[CalibrationBin]:
    """Return the mean probability and the share of positive rows in up to ten bins of about equal numbers of rows."""
    return [
        CalibrationBin(
            said=rounded(probability[rows].mean()),
            happened=proportion(int(truth[rows].sum()), len(rows)),
        )
        for rows in quantile_bins(probability)
    ]


def quantile_bins(values: Numbers) -> list[NDArray[Any]]:
    """Return the indices of the rows in up to ten bins of about equal numbers, by rising value. Equal values share a bin."""
    edges = np.quantile(values, np.linspace(0, 1, MAX_BINS + 1)[1:-1])
    bins = np.searchsorted(edges, values)
    return [np.flatnonzero(bins == index) for index in np.unique(bins)]


def threshold_counts(truth: Numbers, probability: Numbers, steps: list[float]) -> list[ThresholdCounts]:
    """Return the counts at each threshold. A row is flagged if its probability is at least the threshold."""
    positive, negative = np.sort(probability[truth == 1]), np.sort(probability[truth == 0])
    false_negatives, true_negatives = positive.searchsorted(steps), negative.searchsorted(steps)
    return [
        ThresholdCounts(
            threshold=step,
            flagged_right=len(positive) - false_negative,
            flagged_wrong=len(negative) - true_negative,
            passed_right=true_negative,
            passed_wrong=false_negative,
            right=proportion(len(positive) - false_negative, len(truth) - false_negative - true_negative),
            found=proportion(len(positive) - false_negative, len(positive)),
        )
        for step, false_negative, true_negative in zip(steps, false_negatives.tolist(), true_negatives.tolist(), strict=True)
    ]
