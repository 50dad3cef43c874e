"""Whether a version of a model answers a case as a person said: the one judgement for programs, pages and commands."""

from collections.abc import Sequence
from dataclasses import dataclass

from service.bundles.model import Model
from service.errors import InvalidInput, ModelFailed, ServiceError
from service.schemas import FeedbackCase, LabelPrediction, RightAnswer, Row, ValuePrediction

_RELATIVE_TOLERANCE = 0.05
"""A value without an interval is right if it is so near to the right one."""


@dataclass(frozen=True)
class Judgement:
    """The answer of a version to a case, and whether it is right. Both are None if the version does not take the row."""

    answer: RightAnswer | None
    is_right: bool | None


def judge(model: Model, cases: Sequence[FeedbackCase]) -> list[Judgement]:
    """Return the judgement of each case. Its row may be of another version; missing fields have their defaults."""
    defaults = {field.name: field.default for field in model.card.inputs}
    rows: list[Row] = [{name: case.row.get(name, value) for name, value in defaults.items()} for case in cases]
    return [
        Judgement(None, None)
        if prediction is None
        else Judgement(as_right_answer(prediction), is_right(prediction, case.right_answer))
        for case, prediction in zip(cases, _predict(model, rows), strict=True)
    ]


def is_right(prediction: LabelPrediction | ValuePrediction, right: RightAnswer) -> bool:
    """Return whether a prediction is what a person named. A value is right if the interval of the prediction holds it."""
    if right.decision is not None:
        return prediction.decision == right.decision
    if isinstance(prediction, LabelPrediction):
        return prediction.label == right.label
    if right.value is None:
        return False
    interval = prediction.interval
    if interval is not None:
        return interval.low <= right.value <= interval.high
    return abs(prediction.value - right.value) <= _RELATIVE_TOLERANCE * abs(right.value)


def as_right_answer(prediction: LabelPrediction | ValuePrediction) -> RightAnswer:
    """Return a prediction as a person names an answer: the decision, or else the label or the value."""
    if prediction.decision is not None:
        return RightAnswer(decision=prediction.decision)
    if isinstance(prediction, LabelPrediction):
        return RightAnswer(label=prediction.label)
    return RightAnswer(value=prediction.value)


def _predict(model: Model, rows: list[Row]) -> list[LabelPrediction | ValuePrediction | None]:
    """Return the prediction of each row; None for those that the model cannot answer, which halves of the rows find."""
    if not rows:
        return []
    try:
        return list(model.predict(rows).predictions)
    except (InvalidInput, ModelFailed):
        if len(rows) == 1:
            return [None]
        middle = len(rows) // 2
        return [*_predict(model, rows[:middle]), *_predict(model, rows[middle:])]
    except ServiceError:
        return [None] * len(rows)
