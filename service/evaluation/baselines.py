"""The figures that the held-out rows give without a model, and how much better the model is."""

import numpy as np
from numpy.typing import NDArray

from service.evaluation import metrics
from service.evaluation.held_out import DEFAULT_THRESHOLD, HeldOut
from service.evaluation.intervals import rounded
from service.evaluation.metrics import Numbers
from service.schemas import LabelBaseline, ValueBaseline

_RANDOM_ORDER = 0.5
"""The AUC of equal outputs for all rows."""


def label_baseline(held_out: HeldOut, true_labels: NDArray[np.str_]) -> LabelBaseline:
    """Return the figures of always answering with the most frequent label, and the gain of the model in accuracy."""
    labels, counts = np.unique(true_labels, return_counts=True)
    label = str(labels[counts.argmax()])
    is_frequent = true_labels == label
    share = float(held_out.truth.mean())
    is_correct = np.zeros(len(is_frequent)) if held_out.is_correct is None else held_out.is_correct.astype(np.float64)

    def gain(is_correct: Numbers, is_frequent: Numbers, weights: NDArray[np.int16]) -> Numbers:
        return metrics.mean_truth(is_correct - is_frequent, is_frequent, weights)

    return LabelBaseline(
        label=label,
        accuracy=rounded(is_frequent.mean()),
        auc=_RANDOM_ORDER if held_out.has_probabilities else None,
        brier=rounded(share * (1 - share)) if held_out.has_probabilities else None,
        average_precision=rounded(share) if held_out.has_probabilities else None,
        accuracy_gain=held_out.bootstrap.figure(gain, is_correct, is_frequent.astype(np.float64)),
    )


def value_baseline(held_out: HeldOut) -> ValueBaseline:
    """Return the figures of always answering with the median value, and the gain of the model in the relative error."""
    truth = held_out.truth
    median = float(np.median(truth))
    constant = np.full(len(truth), median)

    def gain(truth: Numbers, output: Numbers, weights: NDArray[np.int16]) -> Numbers:
        return metrics.relative_error(truth, np.full(len(truth), median), weights) - metrics.relative_error(
            truth, output, weights
        )

    return ValueBaseline(
        value=rounded(median),
        r2=0.0,
        relative_error=rounded(metrics.unweighted(metrics.relative_error, truth, constant)),
        median_error=rounded(metrics.unweighted(metrics.median_error, truth, constant)),
        relative_error_gain=held_out.bootstrap.figure(gain, truth, held_out.output),
    )


def worst_rows(held_out: HeldOut, is_shown: NDArray[np.bool_], count: int) -> NDArray[np.intp]:
    """Return the indices of the shown rows with the largest mistakes, the largest first.

    A mistake is the relative error of a value, or a probability on the wrong side of one half.
    """
    is_mistake = is_shown
    if held_out.is_flagged is None:
        errors = metrics.relative_errors(held_out.truth, held_out.output)
    else:
        errors = np.abs(held_out.output - held_out.truth)
        is_mistake = is_shown & (errors > DEFAULT_THRESHOLD)
    shown = np.flatnonzero(is_mistake)
    return shown[np.argsort(-errors[shown], kind="stable")[:count]]
