"""A scorer's numbers → the answers that people and programs read: label, decision band, interval, warnings."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import repeat
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from service.errors import ModelFailed
from service.rows.columns import Columns
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
from wire.answer_columns import DECISION, HIGH, LABEL, LOW, VALUE, probability_column

_NO_WARNINGS: list[FieldWarning] = []


@dataclass(frozen=True)
class CodedColumn:
    """A column of few distinct labels: `codes` (rows,) are indices into `labels`."""

    labels: list[str | None]
    codes: NDArray[np.intp]


class Answers(Protocol):
    def __call__(self, scores: NDArray[np.float64], columns: Columns) -> Predictions: ...

    def nothing(self) -> NDArray[np.float64]:
        """Return the scores of no rows; a model need not be asked, and some cannot be."""
        ...

    def outputs(self, scores: NDArray[np.float64], rows: int) -> NDArray[np.float64]:
        """Return the number that people read, one a row: the probability of the card's focus, or the value."""
        ...

    def table(self, scores: NDArray[np.float64], rows: int) -> dict[str, CodedColumn | NDArray[np.float64]]:
        """Return the answer as columns, named as in a file."""
        ...


def output_of(card: Card, prediction: LabelPrediction | ValuePrediction) -> float:
    """Return the number that people read: the probability of the card's focus, or the value."""
    if isinstance(prediction, ValuePrediction):
        return prediction.value
    return prediction.probabilities[card.output.focus]  # type: ignore[union-attr]


def answers(card: Card) -> Answers:
    """Return the function that turns scores of this card's model into its answer."""
    if isinstance(card.output, Classification):
        return _LabelAnswers(card, card.output)
    return _ValueAnswers(card, card.output)


class _Decision:
    """Finds the band of values by the lower ends of all bands but the lowest."""

    def __init__(self, bands: tuple[Band, ...]) -> None:
        ordered = sorted(bands, key=lambda band: band.low)
        self._lows = np.array([band.low for band in ordered[1:]])
        self._values: list[str | None] = [band.value for band in ordered] or [None]

    def __call__(self, values: NDArray[np.float64]) -> list[str | None]:
        return [self._values[place] for place in self._places(values).tolist()]

    def coded(self, values: NDArray[np.float64]) -> CodedColumn:
        return CodedColumn(self._values, self._places(values))

    def _places(self, values: NDArray[np.float64]) -> NDArray[np.intp]:
        return self._lows.searchsorted(values, side="right")


class _LabelAnswers:
    def __init__(self, card: Card, output: Classification) -> None:
        self._card = card
        self._labels = [label.value for label in output.labels]
        self._focus = self._labels.index(output.focus)
        self._decision = _Decision(output.bands)

    def nothing(self) -> NDArray[np.float64]:
        return np.empty((0, len(self._labels)))

    def outputs(self, scores: NDArray[np.float64], rows: int) -> NDArray[np.float64]:
        _check_scores(scores, (rows, len(self._labels)))
        return scores[:, self._focus]

    def table(self, scores: NDArray[np.float64], rows: int) -> dict[str, CodedColumn | NDArray[np.float64]]:
        _check_scores(scores, (rows, len(self._labels)))
        found: dict[str, CodedColumn | NDArray[np.float64]] = {
            LABEL: CodedColumn([*self._labels], scores.argmax(axis=1)),
            DECISION: self._decision.coded(scores[:, self._focus]),
        }
        return found | {probability_column(label): scores[:, place] for place, label in enumerate(self._labels)}

    def __call__(self, scores: NDArray[np.float64], columns: Columns) -> Predictions:
        _check_scores(scores, (len(columns), len(self._labels)))
        # This is hot: with `map` the loop over the rows runs in C.
        labels = map(self._labels.__getitem__, scores.argmax(axis=1).tolist())
        probabilities = map(dict, map(zip, repeat(self._labels), scores.tolist()))
        decisions = self._decision(scores[:, self._focus])
        return LabelPredictions(
            model=self._card.name,
            version=self._card.version,
            source="live",
            predictions=list(map(LabelPrediction, labels, probabilities, decisions, _warnings(columns))),
        )


class _ValueAnswers:
    def __init__(self, card: Card, output: Regression) -> None:
        self._card = card
        self._interval = output.interval
        self._decision = _Decision(output.bands)

    def nothing(self) -> NDArray[np.float64]:
        return np.empty((0, 1))

    def outputs(self, scores: NDArray[np.float64], rows: int) -> NDArray[np.float64]:
        _check_scores(scores, (rows, 1))
        return scores[:, 0]

    def table(self, scores: NDArray[np.float64], rows: int) -> dict[str, CodedColumn | NDArray[np.float64]]:
        values = self.outputs(scores, rows)
        found: dict[str, CodedColumn | NDArray[np.float64]] = {DECISION: self._decision.coded(values), VALUE: values}
        if self._interval is None:
            return found
        low, high = self._ends(values)
        return found | {LOW: low, HIGH: high}

    def __call__(self, scores: NDArray[np.float64], columns: Columns) -> Predictions:
        _check_scores(scores, (len(columns), 1))
        values = scores[:, 0]
        decisions = self._decision(values)
        return ValuePredictions(
            model=self._card.name,
            version=self._card.version,
            source="live",
            predictions=list(map(ValuePrediction, values.tolist(), self._around(values), decisions, _warnings(columns))),
        )

    def _around(self, values: NDArray[np.float64]) -> Iterable[Interval | None]:
        if self._interval is None:
            return repeat(None)
        low, high = self._ends(values)
        return map(Interval, low.tolist(), high.tolist(), repeat(self._interval.coverage))

    def _ends(self, values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        factor = math.exp(self._interval.margin) if self._interval else math.nan
        return values / factor, values * factor


def _warnings(columns: Columns) -> Iterable[list[FieldWarning]]:
    if not columns.warnings:
        return repeat(_NO_WARNINGS)
    return (columns.warnings.get(place, _NO_WARNINGS) for place in range(len(columns)))


def _check_scores(scores: NDArray[np.float64], shape: tuple[int, int]) -> None:
    if not isinstance(scores, np.ndarray) or scores.shape != shape:
        raise ModelFailed("The model answered in another shape than its card says.")
    if not math.isfinite(np.add.reduce(scores, axis=None)):
        raise ModelFailed("The model answered something that is no number.")
