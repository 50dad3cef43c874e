"""A scorer's numbers → the answers that people and programs read: label, decision band, interval, warnings.

Knows: the card's output. Must not know: models, HTTP.
"""

import math
from bisect import bisect_right
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from service.errors import ModelFailed
from service.schemas import (
    Band,
    Card,
    Classification,
    FieldWarning,
    Interval,
    LabelPrediction,
    LabelPredictions,
    Predictions,
    Regression,
    ValuePrediction,
    ValuePredictions,
)
from service.scoring.columns import Columns

_NO_WARNINGS: list[FieldWarning] = []


class Answers(Protocol):
    def __call__(self, scores: NDArray[np.float64], columns: Columns) -> Predictions: ...

    def nothing(self) -> NDArray[np.float64]:
        """Return the scores of no rows; a model need not be asked, and some cannot be."""
        ...


def answers(card: Card) -> Answers:
    """Return the function that turns scores of this card's model into its answer."""
    if isinstance(card.output, Classification):
        return _LabelAnswers(card, card.output)
    return _ValueAnswers(card, card.output)


class _Decision:
    """Finds the band of a value by its lower ends."""

    def __init__(self, bands: tuple[Band, ...]) -> None:
        ordered = sorted(bands, key=lambda band: band.low)
        self._lows = [band.low for band in ordered]
        self._values = [band.value for band in ordered]

    def __call__(self, value: float) -> str | None:
        if not self._lows:
            return None
        return self._values[max(bisect_right(self._lows, value) - 1, 0)]


class _LabelAnswers:
    def __init__(self, card: Card, output: Classification) -> None:
        self._card = card
        self._labels = [label.value for label in output.labels]
        self._focus = self._labels.index(output.focus)
        self._decision = _Decision(output.bands)

    def nothing(self) -> NDArray[np.float64]:
        return np.empty((0, len(self._labels)))

    def __call__(self, scores: NDArray[np.float64], columns: Columns) -> Predictions:
        _check_scores(scores, (len(columns), len(self._labels)))
        warnings = columns.warnings.get
        best = scores.argmax(axis=1).tolist()
        return LabelPredictions(
            model=self._card.name,
            version=self._card.version,
            source="live",
            predictions=[
                LabelPrediction(
                    label=self._labels[label],
                    probabilities=dict(zip(self._labels, row)),  # noqa: B905 - the shape was checked, and this is hot
                    decision=self._decision(row[self._focus]),
                    warnings=warnings(place, _NO_WARNINGS),
                )
                for place, (row, label) in enumerate(zip(scores.tolist(), best, strict=True))
            ],
        )


class _ValueAnswers:
    def __init__(self, card: Card, output: Regression) -> None:
        self._card = card
        self._interval = output.interval
        self._decision = _Decision(output.bands)

    def nothing(self) -> NDArray[np.float64]:
        return np.empty((0, 1))

    def __call__(self, scores: NDArray[np.float64], columns: Columns) -> Predictions:
        _check_scores(scores, (len(columns), 1))
        warnings = columns.warnings.get
        return ValuePredictions(
            model=self._card.name,
            version=self._card.version,
            source="live",
            predictions=[
                ValuePrediction(
                    value=value,
                    interval=self._around(value),
                    decision=self._decision(value),
                    warnings=warnings(place, _NO_WARNINGS),
                )
                for place, value in enumerate(scores[:, 0].tolist())
            ],
        )

    def _around(self, value: float) -> Interval | None:
        if self._interval is None:
            return None
        factor = math.exp(self._interval.margin)
        return Interval(low=value / factor, high=value * factor, coverage=self._interval.coverage)


def _check_scores(scores: NDArray[np.float64], shape: tuple[int, int]) -> None:
    if scores.shape != shape:
        raise ModelFailed("The model answered in another shape than its card says.")
    if not math.isfinite(scores.sum()):
        raise ModelFailed("The model answered something that is no number.")
