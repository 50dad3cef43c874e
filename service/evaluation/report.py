"""How good a model is on rows that it has never seen: everything that evaluation.json says."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from service.bundles.scorers.scorer import Scorer
from service.evaluation import classification_charts, metrics, regression_charts
from service.evaluation.groups import divisions
from service.evaluation.held_out import HeldOut, held_out
from service.evaluation.importance import importance
from service.evaluation.intervals import figure, share
from service.evaluation.segments import segments
from service.evaluation.weak_spots import weak_spots
from service.rows.columns import Columns
from service.schemas import (
    BandShare,
    Card,
    Classification,
    ClassificationEvaluation,
    Evaluation,
    Input,
    RegressionEvaluation,
)


def evaluate(
    card: Card,
    scorer: Scorer,
    columns: Columns,
    truth: NDArray[Any],
    *,
    aside: pd.DataFrame,
    attributes: tuple[Input, ...],
) -> Evaluation:
    """Return the evaluation of a bundle on held-out rows; `attributes` names the columns of `aside` to compare by."""
    rows = held_out(card, scorer, columns, truth)
    split = divisions(card, columns, aside, attributes)
    shared: dict[str, Any] = {
        "rows": len(columns),
        "metric": rows.measure.name,
        "metric_label": rows.measure.label,
        "overall": rows.resamples.figure(rows.measure.of, rows.truth, rows.answer),
        "bands": _bands(rows),
        "importance": importance(rows),
        "segments": segments(rows, split),
        "weak_spots": weak_spots(rows, split),
    }
    if isinstance(card.output, Classification):
        return _classification(rows, card.output.focus, shared)
    return _regression(rows, shared)


def _classification(rows: HeldOut, focus: str, shared: dict[str, Any]) -> ClassificationEvaluation:
    truth, answer = rows.truth, rows.answer
    return ClassificationEvaluation(
        **shared,
        focus=focus,
        focus_rows=int(truth.sum()),
        auc=rows.resamples.figure(metrics.auc, truth, answer),
        accuracy=share(int(rows.right.sum()), len(truth)),
        brier=rows.resamples.figure(metrics.brier, truth, answer),
        average_precision=rows.resamples.figure(metrics.average_precision, truth, answer),
        roc=classification_charts.roc(truth, answer),
        precision=classification_charts.precision(truth, answer),
        calibration=classification_charts.calibration(truth, answer),
        thresholds=classification_charts.thresholds(truth, answer),
    )


def _regression(rows: HeldOut, shared: dict[str, Any]) -> RegressionEvaluation:
    truth, answer = rows.truth, rows.answer
    held = regression_charts.inside(truth, rows.intervals)
    return RegressionEvaluation(
        **shared,
        r2=rows.resamples.figure(metrics.r2, truth, answer),
        relative_error=rows.resamples.figure(metrics.relative_error, truth, answer),
        median_error=rows.resamples.figure(metrics.median_error, truth, answer),
        sample=regression_charts.sample(truth, answer),
        residuals=regression_charts.residuals(truth, answer),
        too_high=share(int((answer > truth).sum()), len(truth)),
        too_low=share(int((answer < truth).sum()), len(truth)),
        coverage=None if held is None else share(int(held.sum()), len(held)),
        coverage_bins=[] if held is None else regression_charts.coverage_bins(answer, held),
    )


def _bands(rows: HeldOut) -> list[BandShare]:
    shares = []
    for band in rows.bands:
        inside = np.flatnonzero(rows.decisions == band.value)
        if rows.flagged is not None:
            focus = share(int(rows.truth[inside].sum()), len(inside))
        elif len(inside):
            focus = rows.resamples.figure(metrics.mean_truth, rows.truth, rows.answer, inside)
        else:
            focus = figure(0.0, 0.0, 0.0, 0)
        shares.append(
            BandShare(
                value=band.value, label=band.label or band.value, share=share(len(inside), len(rows.truth)), focus=focus
            )
        )
    return shares
