"""The held-out rows with the scores of the served bundle, computed once for all parts of an evaluation."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.bundles.prediction_builder import create_prediction_builder
from service.bundles.scorers.scorer import Scorer
from service.evaluation.intervals import Bootstrap
from service.evaluation.metrics import ACCURACY, AUC, RELATIVE_ERROR, ComparisonMetric, Numbers
from service.rows.columns import Columns
from service.schemas import Band, Card, Classification, Interval

DEFAULT_THRESHOLD = 0.5


@dataclass(frozen=True)
class HeldOut:
    """Held-out rows with truth and output. All parts have the same order."""

    card: Card
    scorer: Scorer
    columns: Columns
    truth: Numbers
    """1 if the row has the focus label, else 0; or the true value."""
    output: Numbers
    """The number that people read: the probability of the focus, or the value."""
    is_correct: NDArray[np.bool_] | None
    """Whether the likeliest label is the true one; None for a regression."""
    scores: Numbers
    """(rows, labels) probabilities, or (rows, 1) values."""
    decisions: NDArray[Any]
    """The band of each row; None if the card has no bands."""
    intervals: list[Interval | None]

    @cached_property
    def bootstrap(self) -> Bootstrap:
        return Bootstrap(len(self.truth))

    @property
    def has_probabilities(self) -> bool:
        """Whether the output is a probability, which has an order; not the 0 or 1 of a label, nor a value."""
        return isinstance(self.card.output, Classification) and self.card.output.scores == "probabilities"

    @property
    def metric(self) -> ComparisonMetric:
        if isinstance(self.card.output, Classification):
            return AUC if self.has_probabilities else ACCURACY
        return RELATIVE_ERROR

    @property
    def bands(self) -> tuple[Band, ...]:
        return self.card.output.bands

    @cached_property
    def is_flagged(self) -> NDArray[np.bool_] | None:
        """Whether a row is in the worst band or, without bands, at 0.5 or above; None for a regression."""
        if not isinstance(self.card.output, Classification):
            return None
        return self.decisions == self.bands[-1].value if self.bands else self.output >= DEFAULT_THRESHOLD

    @cached_property
    def should_be_flagged(self) -> NDArray[np.bool_] | None:
        """Whether the truth of a row belongs to the flagged side of the scale; None for a regression."""
        if not isinstance(self.card.output, Classification):
            return None
        is_low_flagged = len(self.bands) > 1 and self.bands[-1].low < self.bands[0].low
        return np.asarray(self.truth == (0 if is_low_flagged else 1))

    def outputs_of(self, columns: Columns) -> Numbers:
        """Score other rows; return the number that people read."""
        return create_prediction_builder(self.card).outputs(self.scorer.score(columns), len(columns))


def score_held_out(card: Card, scorer: Scorer, columns: Columns, truth: NDArray[Any]) -> HeldOut:
    """Score the rows. `truth` holds the index of each row's label in the card, or each row's value."""
    builder = create_prediction_builder(card)
    scores = builder.check(scorer.score(columns), len(columns))
    predictions: list[Any] = builder(scores, columns).predictions
    is_correct = None
    if isinstance(card.output, Classification):
        labels = [label.value for label in card.output.labels]
        is_correct = np.array([each.label == labels[i] for each, i in zip(predictions, truth, strict=True)])
        truth = truth == labels.index(card.output.focus)
    return HeldOut(
        card=card,
        scorer=scorer,
        columns=columns,
        truth=truth.astype(np.float64),
        output=builder.outputs(scores, len(columns)),
        is_correct=is_correct,
        scores=scores,
        decisions=np.array([prediction.decision for prediction in predictions], dtype=object),
        intervals=[getattr(prediction, "interval", None) for prediction in predictions],
    )
