"""The held-out rows and the scores of the served bundle for them: computed once, used by all parts of an evaluation."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.bundles.prediction_builder import answers
from service.bundles.scorers.scorer import Scorer
from service.evaluation.intervals import Resamples
from service.evaluation.metrics import AUC, RELATIVE_ERROR, Measure, Numbers
from service.rows.columns import Columns
from service.schemas import Band, Card, Classification, Interval

EVEN_CHANCE = 0.5


@dataclass(frozen=True)
class HeldOut:
    card: Card
    scorer: Scorer
    columns: Columns
    truth: Numbers
    """1 where the row has the focus label, else 0; or the true value."""
    answer: Numbers
    """The number that people read: the probability of the focus, or the value."""
    right: NDArray[np.bool_]
    """Whether the likeliest label is the true one; empty for a regression."""
    decisions: NDArray[Any]
    """The band of each row, None where the card has no bands."""
    intervals: list[Interval | None]

    @cached_property
    def resamples(self) -> Resamples:
        return Resamples(len(self.truth))

    @property
    def measure(self) -> Measure:
        return AUC if isinstance(self.card.output, Classification) else RELATIVE_ERROR

    @property
    def bands(self) -> tuple[Band, ...]:
        return self.card.output.bands

    @cached_property
    def flagged(self) -> NDArray[np.bool_] | None:
        """The rows in the worst band, or above an even chance where there are no bands; none for a regression."""
        if not isinstance(self.card.output, Classification):
            return None
        return self.decisions == self.bands[-1].value if self.bands else self.answer >= EVEN_CHANCE

    def outputs(self, columns: Columns) -> Numbers:
        """Return the number that people read for other rows than these."""
        return answers(self.card).outputs(self.scorer.score(columns), len(columns))


def held_out(card: Card, scorer: Scorer, columns: Columns, truth: NDArray[Any]) -> HeldOut:
    """Score the rows. `truth` holds the place of each row's label, or its value."""
    scores, answer = scorer.score(columns), answers(card)
    predictions: list[Any] = answer(scores, columns).predictions
    right = np.empty(0, dtype=np.bool_)
    if isinstance(card.output, Classification):
        labels = [label.value for label in card.output.labels]
        right = np.array([prediction.label == labels[i] for prediction, i in zip(predictions, truth, strict=True)])
        truth = truth == labels.index(card.output.focus)
    return HeldOut(
        card=card,
        scorer=scorer,
        columns=columns,
        truth=truth.astype(np.float64),
        answer=answer.outputs(scores, len(columns)),
        right=right,
        decisions=np.array([prediction.decision for prediction in predictions], dtype=object),
        intervals=[getattr(prediction, "interval", None) for prediction in predictions],
    )
