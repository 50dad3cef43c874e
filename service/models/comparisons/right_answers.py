"""Cases of feedback: how many of them two versions answer as people said, and which the newer one gets wrong."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from service.bundles.model import Model
from service.bundles.versions.bundle_folder import SHORT_VERSION
from service.errors import ServiceError
from service.schemas import FeedbackCase, FeedbackCases, LabelPrediction, RightAnswer, Row, ValuePrediction

_RELATIVE_TOLERANCE = 0.05
"""A value without an interval is right if it is so near to the right one."""
_MAX_NAMED = 20


@dataclass(frozen=True)
class CheckedAnswer:
    """A case, and whether the earlier and the newer version answer it rightly. None: it cannot be answered."""

    case: FeedbackCase
    was_right: bool | None
    is_right: bool | None
    answer: str
    """The answer of the newer version."""

    @property
    def is_worse(self) -> bool:
        return self.was_right is True and self.is_right is not True


def read_cases(content: object) -> FeedbackCases | None:
    """Return the cases of an export of feedback; None if the JSON is something else."""
    try:
        return msgspec.convert(content, FeedbackCases)
    except msgspec.ValidationError:
        return None


def check_right_answers(old: Model | None, new: Model, cases: Sequence[FeedbackCase]) -> int:
    """Print how many cases each version gets right, those that became wrong first. Return 1 if one did, else 0."""
    checked = [_check(old, new, case) for case in cases]
    right = sum(each.is_right is True for each in checked)
    _print(f"  {new.card.version[:SHORT_VERSION]}: {right} of {len(checked)} answers are those that people named")
    if old is not None:
        before = sum(each.was_right is True for each in checked)
        _print(f"  {old.card.version[:SHORT_VERSION]}: {before} of {len(checked)}")
    worse = [each for each in checked if each.is_worse]
    wrong = [each for each in checked if each.is_right is not True and not each.is_worse]
    for title, group in (("right before, wrong now", worse), ("wrong", wrong)):
        for each in group[:_MAX_NAMED]:
            _print(f"  {each.case.name}: {title}, {each.answer} instead of {_name(each.case.right_answer)}")
    return int(bool(worse))


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


def _check(old: Model | None, new: Model, case: FeedbackCase) -> CheckedAnswer:
    before = None if old is None else _answer(old, case.row)
    after = _answer(new, case.row)
    return CheckedAnswer(
        case,
        None if before is None else is_right(before, case.right_answer),
        None if after is None else is_right(after, case.right_answer),
        "no answer" if after is None else _name(_as_right_answer(after)),
    )


def _answer(model: Model, row: Row) -> LabelPrediction | ValuePrediction | None:
    """Return the prediction for a row that may be of another version; missing fields have their defaults."""
    complete: Mapping[str, object] = {field.name: row.get(field.name, field.default) for field in model.card.inputs}
    try:
        return model.predict([dict(complete)]).predictions[0]
    except ServiceError:
        return None


def _as_right_answer(prediction: LabelPrediction | ValuePrediction) -> RightAnswer:
    if prediction.decision is not None:
        return RightAnswer(decision=prediction.decision)
    if isinstance(prediction, LabelPrediction):
        return RightAnswer(label=prediction.label)
    return RightAnswer(value=prediction.value)


def _name(answer: RightAnswer) -> str:
    return answer.decision or answer.label or f"{answer.value:.6g}"


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")
