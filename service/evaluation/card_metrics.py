"""The metrics on a card: the model's quality on held-out rows, with bootstrap intervals, and its error margin."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.evaluation.intervals import SEED
from service.schemas import Metric, Text

_RESAMPLES = 200
_LABELS: dict[str, Text] = {
    "auc": {"en": "Puts the right one first (AUC)", "pl": "Trafne uszeregowanie (AUC)"},
    "accuracy": {"en": "Right answers", "pl": "Trafne odpowiedzi"},
    "brier": {"en": "Error of the probabilities (Brier)", "pl": "Błąd prawdopodobieństw (Brier)"},
    "r2": {"en": "Explained variation (R²)", "pl": "Wyjaśniona zmienność (R²)"},
    "median_error": {
        "en": "Typical error, as a part of the true value",
        "pl": "Typowy błąd, jako część prawdziwej wartości",
    },
    "coverage": {"en": "True values inside the range", "pl": "Prawdziwe wartości w przedziale"},
}


def classification(label: NDArray[Any], probabilities: NDArray[np.float64], focus: int) -> tuple[Metric, ...]:
    """Return how well the focus is told from all others (AUC, Brier score), and how often the likeliest label is right."""
    from sklearn.metrics import accuracy_score, brier_score_loss, roc_auc_score

    figures: dict[str, Callable[..., float]] = {
        "auc": lambda label, said: roc_auc_score(label == focus, said[:, focus]),
        "accuracy": lambda label, said: accuracy_score(label, said.argmax(axis=1)),
        "brier": lambda label, said: brier_score_loss(label == focus, said[:, focus]),
    }
    return _with_intervals(figures, label, probabilities)


def regression(truth: NDArray[Any], value: NDArray[np.float64], margin: float) -> tuple[Metric, ...]:
    """Return R², the median relative error and the share of truths within value·e^±margin."""
    from sklearn.metrics import r2_score

    figures: dict[str, Callable[..., float]] = {
        "r2": r2_score,
        "median_error": lambda truth, value: float(np.median(np.abs(value / truth - 1))),
        "coverage": lambda truth, value: float(np.mean(np.abs(np.log(value / truth)) <= margin)),
    }
    return _with_intervals(figures, truth, value)


def conformal_margin(truth: NDArray[Any], value: NDArray[np.float64], coverage: float) -> float:
    """Return the half-width of a split conformal interval on the logarithm.

    The (n + 1)·coverage-th smallest of n errors: Lei et al., Distribution-Free Predictive Inference for Regression,
    JASA 2018.
    """
    errors = np.sort(np.abs(np.log(value / truth)))
    place = math.ceil((len(errors) + 1) * coverage) - 1
    return float(errors[min(place, len(errors) - 1)])


def _with_intervals(
    figures: dict[str, Callable[..., float]], truth: NDArray[Any], answer: NDArray[np.float64]
) -> tuple[Metric, ...]:
    random = np.random.default_rng(SEED)
    samples = [random.integers(0, len(truth), len(truth)) for _ in range(_RESAMPLES)]
    metrics = []
    for name, figure in figures.items():
        low, high = np.quantile([figure(truth[rows], answer[rows]) for rows in samples], [0.025, 0.975])
        value = round(float(figure(truth, answer)), 6)
        metrics.append(
            Metric(
                name=name,
                value=value,
                rows=len(truth),
                low=round(float(low), 6),
                high=round(float(high), 6),
                label=_LABELS[name],
            )
        )
    return tuple(metrics)
