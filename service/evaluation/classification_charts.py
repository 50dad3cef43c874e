"""The charts of a classification: ROC, precision and recall, calibration, the counts at every threshold, confusions."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.evaluation.intervals import DIGITS, proportion, rounded
from service.evaluation.metrics import Numbers
from service.schemas import CalibrationBin, Classification, Figure, PrecisionPoint, RocPoint, Row, ThresholdCounts
from service.schemas.figures import ConfusedRow, Confusion, ConfusionMatrix, LabelFigures

MAX_POINTS = 101
MAX_BINS = 10
THRESHOLDS: list[float] = np.round(np.linspace(0, 1, MAX_POINTS), 2).tolist()
"""0, 0.01 … 1."""
MIN_LABELS = 3
"""With two labels, the counts at each threshold say all that a confusion matrix says."""
MAX_CONFUSIONS, MAX_CONFUSED_ROWS = 5, 4


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


def confusion_matrix(
    output: Classification, truth: NDArray[Any], scores: Numbers, shown_rows: Mapping[int, Row]
) -> ConfusionMatrix | None:
    """Return which label is answered for which, or None for two labels.

    `truth` (rows,) holds the index of each row's label, `scores` is (rows, labels). `shown_rows` is index → row.
    """
    labels = [label.value for label in output.labels]
    if len(labels) < MIN_LABELS:
        return None
    answers, best = scores.argmax(axis=1), scores.max(axis=1)
    counts = np.bincount(truth * len(labels) + answers, minlength=len(labels) ** 2).reshape(len(labels), -1)
    wrong = counts * (1 - np.eye(len(labels), dtype=int))
    most = np.argsort(-wrong, axis=None, kind="stable")[:MAX_CONFUSIONS]
    pairs = [(int(at) // len(labels), int(at) % len(labels)) for at in most if wrong.flat[at]]
    return ConfusionMatrix(
        labels=labels,
        counts=counts.tolist(),
        by_label=[
            LabelFigures(label=label, found=_share(hits, having), right=_share(hits, answered))
            for label, hits, having, answered in zip(
                labels, counts.diagonal().tolist(), counts.sum(axis=1).tolist(), counts.sum(axis=0).tolist(), strict=True
            )
        ],
        confusions=[
            Confusion(
                truth=labels[true],
                answer=labels[answer],
                share=proportion(int(counts[true, answer]), int(counts[true].sum())),
                rows=_confused_rows(np.flatnonzero((truth == true) & (answers == answer)), best, shown_rows),
            )
            for true, answer in pairs
        ],
        calibration=calibration_bins(truth == answers, best) if output.scores == "probabilities" else [],
    )


def _share(count: int, rows: int) -> Figure | None:
    return proportion(count, rows) if rows else None


def _confused_rows(confused: NDArray[np.intp], best: Numbers, shown_rows: Mapping[int, Row]) -> list[ConfusedRow]:
    """Return the shown ones of some rows with the highest probability of the wrong label, the highest first."""
    shown = [index for index in confused[np.argsort(-best[confused], kind="stable")].tolist() if index in shown_rows]
    return [ConfusedRow(row=shown_rows[at], probability=rounded(best[at])) for at in shown[:MAX_CONFUSED_ROWS]]
