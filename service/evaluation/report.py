"""The whole content of `evaluation.json`: how good a model is on held-out rows."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from service.bundles.scorers.scorer import Scorer
from service.evaluation import baselines, classification_charts, metrics, regression_charts
from service.evaluation.groups import group_rows
from service.evaluation.held_out import DEFAULT_THRESHOLD, HeldOut, score_held_out
from service.evaluation.importance import permutation_importance
from service.evaluation.intervals import proportion, rounded, rounded_figure
from service.evaluation.segments import describe_segments
from service.evaluation.weak_spots import find_weak_spots
from service.rows.columns import Columns
from service.schemas import (
    BandShare,
    Card,
    Classification,
    ClassificationEvaluation,
    Evaluation,
    Input,
    RegressionEvaluation,
    Row,
    WorstRow,
)

MAX_WORST_ROWS = 10


def evaluate(
    card: Card,
    scorer: Scorer,
    columns: Columns,
    truth: NDArray[Any],
    *,
    aside: pd.DataFrame,
    attributes: tuple[Input, ...],
    shown_rows: Mapping[int, Row] | None = None,
) -> Evaluation:
    """Return the evaluation of a bundle on held-out rows.

    `truth` holds the index of each row's label in the card, or each row's value. `attributes` describes the columns of
    `aside` by which groups are compared. `shown_rows` is index → row, for the rows that people may see; the worst
    mistakes among them are part of the evaluation.
    """
    held_out = score_held_out(card, scorer, columns, truth)
    groupings = group_rows(card, columns, aside, attributes)
    shared: dict[str, Any] = {
        "rows": len(columns),
        "metric": held_out.metric.name,
        "metric_label": held_out.metric.label,
        "overall": held_out.bootstrap.figure(held_out.metric.statistic, held_out.truth, held_out.output),
        "bands": _band_shares(held_out),
        "importance": permutation_importance(held_out),
        "segments": describe_segments(held_out, groupings),
        "weak_spots": find_weak_spots(held_out, groupings),
    }
    shown_rows = shown_rows or {}
    if isinstance(card.output, Classification):
        labels = np.array([label.value for label in card.output.labels])[truth]
        shared["worst_rows"] = _worst_rows(held_out, labels, shown_rows)
        shared["confusion"] = classification_charts.confusion_matrix(card.output, truth, held_out.scores, shown_rows)
        return _classification(held_out, card.output.focus, shared, labels)
    return _regression(held_out, shared | {"worst_rows": _worst_rows(held_out, held_out.truth, shown_rows)})


def _worst_rows(held_out: HeldOut, truth: NDArray[Any], shown_rows: Mapping[int, Row]) -> list[WorstRow]:
    is_shown = np.isin(np.arange(len(held_out.truth)), list(shown_rows))
    return [
        WorstRow(row=shown_rows[int(index)], truth=truth[index].item(), answer=rounded(held_out.output[index]))
        for index in baselines.worst_rows(held_out, is_shown, MAX_WORST_ROWS)
    ]


def _classification(
    held_out: HeldOut, focus: str, shared: dict[str, Any], labels: NDArray[np.str_]
) -> ClassificationEvaluation:
    truth, output = held_out.truth, held_out.output
    figures: dict[str, Any] = (
        _figures_of_probabilities(held_out)
        if held_out.has_probabilities
        else {"auc": None, "average_precision": None, "roc": [], "precision": [], "calibration": []}
        | {"thresholds": classification_charts.threshold_counts(truth, output, [DEFAULT_THRESHOLD])}
    )
    return ClassificationEvaluation(
        **shared,
        **figures,
        focus=focus,
        focus_rows=int(truth.sum()),
        accuracy=None if held_out.is_correct is None else proportion(int(held_out.is_correct.sum()), len(truth)),
        baseline=baselines.label_baseline(held_out, labels),
    )


def _figures_of_probabilities(held_out: HeldOut) -> dict[str, Any]:
    """Return the figures that a label alone, 0 or 1, does not have."""
    truth, output, figure = held_out.truth, held_out.output, held_out.bootstrap.figure
    return {
        "auc": figure(metrics.auc, truth, output),
        "brier": figure(metrics.brier, truth, output),
        "average_precision": figure(metrics.average_precision, truth, output),
        "roc": classification_charts.roc_points(truth, output),
        "precision": classification_charts.precision_points(truth, output),
        "calibration": classification_charts.calibration_bins(truth, output),
        "thresholds": classification_charts.threshold_counts(truth, output, classification_charts.THRESHOLDS),
    }


def _regression(held_out: HeldOut, shared: dict[str, Any]) -> RegressionEvaluation:
    truth, output, figure = held_out.truth, held_out.output, held_out.bootstrap.figure
    is_covered = regression_charts.find_covered(truth, held_out.intervals)
    return RegressionEvaluation(
        **shared,
        r2=figure(metrics.r2, truth, output),
        relative_error=figure(metrics.relative_error, truth, output),
        median_error=figure(metrics.median_error, truth, output),
        sample=regression_charts.draw_pairs(truth, output),
        residuals=regression_charts.residual_bins(truth, output),
        too_high=proportion(int((output > truth).sum()), len(truth)),
        too_low=proportion(int((output < truth).sum()), len(truth)),
        baseline=baselines.value_baseline(held_out),
        coverage=None if is_covered is None else proportion(int(is_covered.sum()), len(is_covered)),
        coverage_bins=[] if is_covered is None else regression_charts.coverage_bins(output, is_covered),
    )


def _band_shares(held_out: HeldOut) -> list[BandShare]:
    shares = []
    for band in held_out.bands:
        rows = np.flatnonzero(held_out.decisions == band.value)
        if held_out.is_flagged is not None:
            focus = proportion(int(held_out.truth[rows].sum()), len(rows))
        elif len(rows):
            focus = held_out.bootstrap.figure(metrics.mean_truth, held_out.truth, held_out.output, rows)
        else:
            focus = rounded_figure(0.0, 0.0, 0.0, 0)
        share = proportion(len(rows), len(held_out.truth))
        shares.append(BandShare(value=band.value, label=band.label or band.value, share=share, focus=focus))
    return shares
