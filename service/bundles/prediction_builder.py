"""Build predictions from the scores of a model: label, decision band, interval, warnings."""

import math
import sys
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import repeat
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from service.bundles.score_checks import Mask, check_probabilities, check_values, invalid_probabilities, invalid_values
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


class PredictionBuilder(Protocol):
    """Builds the predictions of one card. `scores` is (rows, labels), or (rows, 1) for a value.

    Each method raises ModelFailed if the scores have another shape, are not finite, or are no probabilities.
    """

    def __call__(self, scores: NDArray[np.float64], columns: Columns) -> Predictions:
        """Return one prediction per row."""
        ...

    def check(self, scores: NDArray[np.float64], rows: int) -> NDArray[np.float64]:
        """Return the scores, each probability from 0 to 1."""
        ...

    def invalid_rows(self, scores: NDArray[np.float64], rows: int) -> Mask:
        """Return the mask (rows,) of the rows whose scores `check` refuses. Raises ModelFailed for another shape."""
        ...

    def empty_scores(self) -> NDArray[np.float64]:
        """Return the scores of zero rows. Some models cannot score zero rows."""
        ...

    def outputs(self, scores: NDArray[np.float64], rows: int) -> NDArray[np.float64]:
        """Return one number per row (rows,): the probability of the card's focus, or the value."""
        ...

    def table(self, scores: NDArray[np.float64], rows: int) -> dict[str, CodedColumn | NDArray[np.float64]]:
        """Return the predictions as columns with the names of a file."""
        ...


def output_number(card: Card, prediction: LabelPrediction | ValuePrediction) -> float:
    """Return the number of a prediction: the probability of the card's focus, or the value."""
    if isinstance(prediction, ValuePrediction):
        return prediction.value
    return prediction.probabilities[card.output.focus]  # type: ignore[union-attr]


def create_prediction_builder(card: Card) -> PredictionBuilder:
    """Return the builder for the kind of output of a card."""
    if isinstance(card.output, Classification):
        return _LabelPredictionBuilder(card, card.output)
    return _ValuePredictionBuilder(card, card.output)


class _DecisionBands:
    """Finds the band of each value by the lower ends of all bands except the lowest."""

    def __init__(self, bands: tuple[Band, ...]) -> None:
        ordered = sorted(bands, key=lambda band: band.low)
        self._lows_list = [band.low for band in ordered[1:]]
        self._lows = np.array(self._lows_list)
        self._values: list[str | None] = [band.value for band in ordered] or [None]

    def __call__(self, values: NDArray[np.float64]) -> list[str | None]:
        if len(values) == 1:  # time-critical
            return [self._values[bisect_right(self._lows_list, values[0])]]
        return [self._values[index] for index in self._band_indices(values).tolist()]

    def to_column(self, values: NDArray[np.float64]) -> CodedColumn:
        return CodedColumn(self._values, self._band_indices(values))

    def _band_indices(self, values: NDArray[np.float64]) -> NDArray[np.intp]:
        return self._lows.searchsorted(values, side="right")


class _LabelPredictionBuilder:
    def __init__(self, card: Card, output: Classification) -> None:
        self._card = card
        self._labels = [label.value for label in output.labels]
        self._focus = self._labels.index(output.focus)
        self._decision = _DecisionBands(output.bands)

    def empty_scores(self) -> NDArray[np.float64]:
        return np.empty((0, len(self._labels)))

    def check(self, scores: NDArray[np.float64], rows: int) -> NDArray[np.float64]:
        return check_probabilities(scores, rows, len(self._labels))

    def invalid_rows(self, scores: NDArray[np.float64], rows: int) -> Mask:
        return invalid_probabilities(scores, rows, len(self._labels))

    def outputs(self, scores: NDArray[np.float64], rows: int) -> NDArray[np.float64]:
        return self.check(scores, rows)[:, self._focus]

    def table(self, scores: NDArray[np.float64], rows: int) -> dict[str, CodedColumn | NDArray[np.float64]]:
        scores = self.check(scores, rows)
        table: dict[str, CodedColumn | NDArray[np.float64]] = {
            LABEL: CodedColumn([*self._labels], scores.argmax(axis=1)),
            DECISION: self._decision.to_column(scores[:, self._focus]),
        }
        return table | {probability_column(label): scores[:, index] for index, label in enumerate(self._labels)}

    def __call__(self, scores: NDArray[np.float64], columns: Columns) -> Predictions:
        scores = self.check(scores, len(columns))
        # Time-critical: with `map` the loop over the rows runs in C.
        labels = map(self._labels.__getitem__, scores.argmax(axis=1).tolist())
        decisions = self._decision(scores[:, self._focus])
        return LabelPredictions(
            model=self._card.name,
            version=self._card.version,
            source="live",
            predictions=list(map(LabelPrediction, labels, self._probabilities(scores), decisions, _warnings(columns))),
        )

    def _probabilities(self, scores: NDArray[np.float64]) -> Iterable[dict[str, float]]:
        """Return label → probability for each row."""
        if len(self._labels) == 2:  # noqa: PLR2004 - time-critical: most classifiers have two labels, and this is twice as fast
            first, second = self._labels
            return [{first: one, second: other} for one, other in scores.tolist()]
        return map(dict, map(zip, repeat(self._labels), scores.tolist()))


class _ValuePredictionBuilder:
    def __init__(self, card: Card, output: Regression) -> None:
        self._card = card
        self._interval = output.interval
        self._factor = math.exp(self._interval.margin) if self._interval else 1.0
        self._limit = sys.float_info.max / self._factor
        self._decision = _DecisionBands(output.bands)

    def empty_scores(self) -> NDArray[np.float64]:
        return np.empty((0, 1))

    def check(self, scores: NDArray[np.float64], rows: int) -> NDArray[np.float64]:
        return check_values(scores, rows, self._limit)

    def invalid_rows(self, scores: NDArray[np.float64], rows: int) -> Mask:
        return invalid_values(scores, rows, self._limit)

    def outputs(self, scores: NDArray[np.float64], rows: int) -> NDArray[np.float64]:
        return self.check(scores, rows)[:, 0]

    def table(self, scores: NDArray[np.float64], rows: int) -> dict[str, CodedColumn | NDArray[np.float64]]:
        values = self.outputs(scores, rows)
        table: dict[str, CodedColumn | NDArray[np.float64]] = {DECISION: self._decision.to_column(values), VALUE: values}
        if self._interval is None:
            return table
        low, high = self._interval_ends(values)
        return table | {LOW: low, HIGH: high}

    def __call__(self, scores: NDArray[np.float64], columns: Columns) -> Predictions:
        values = self.outputs(scores, len(columns))
        decisions = self._decision(values)
        return ValuePredictions(
            model=self._card.name,
            version=self._card.version,
            source="live",
            predictions=list(map(ValuePrediction, values.tolist(), self._intervals(values), decisions, _warnings(columns))),
        )

    def _intervals(self, values: NDArray[np.float64]) -> Iterable[Interval | None]:
        if self._interval is None:
            return repeat(None)
        low, high = self._interval_ends(values)
        return map(Interval, low.tolist(), high.tolist(), repeat(self._interval.coverage))

    def _interval_ends(self, values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        ends = values / self._factor, values * self._factor
        return np.minimum(*ends), np.maximum(*ends)


def _warnings(columns: Columns) -> Iterable[list[FieldWarning]]:
    if not columns.warnings:
        return repeat(_NO_WARNINGS)
    return (columns.warnings.get(index, _NO_WARNINGS) for index in range(len(columns)))
