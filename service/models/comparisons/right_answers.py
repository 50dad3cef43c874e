"""Cases of feedback: how many of them two versions answer as people said, and which the newer one gets wrong."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from service.bundles.model import Model
from service.bundles.versions.bundle_folder import SHORT_VERSION
from service.feedback.case_judgement import Judgement, judge
from service.schemas import FeedbackCase, FeedbackCases, RightAnswer

_MAX_NAMED = 20


@dataclass(frozen=True)
class CheckedAnswer:
    """A case, and what the earlier and the newer version answer. Without an earlier version, `before` answers nothing."""

    case: FeedbackCase
    before: Judgement
    now: Judgement

    @property
    def is_worse(self) -> bool:
        return self.before.is_right is True and self.now.is_right is not True


def read_cases(content: object) -> FeedbackCases | None:
    """Return the cases of an export of feedback; None if the JSON is something else."""
    try:
        return msgspec.convert(content, FeedbackCases)
    except msgspec.ValidationError:
        return None


def check_right_answers(old: Model | None, new: Model, cases: Sequence[FeedbackCase]) -> int:
    """Print how many cases each version gets right, those that became wrong first. Return 1 if one did, else 0."""
    before = [Judgement(None, None)] * len(cases) if old is None else judge(old, cases)
    checked = [CheckedAnswer(*each) for each in zip(cases, before, judge(new, cases), strict=True)]
    right = sum(each.now.is_right is True for each in checked)
    _print(f"  {new.card.version[:SHORT_VERSION]}: {right} of {len(checked)} answers are those that people named")
    if old is not None:
        was_right = sum(each.before.is_right is True for each in checked)
        _print(f"  {old.card.version[:SHORT_VERSION]}: {was_right} of {len(checked)}")
    worse = [each for each in checked if each.is_worse]
    wrong = [each for each in checked if each.now.is_right is not True and not each.is_worse]
    for title, group in (("right before, wrong now", worse), ("wrong", wrong)):
        for each in group[:_MAX_NAMED]:
            answer = "no answer" if each.now.answer is None else _name(each.now.answer)
            _print(f"  {each.case.name}: {title}, {answer} instead of {_name(each.case.right_answer)}")
    return int(bool(worse))


def _name(answer: RightAnswer) -> str:
    return answer.decision or answer.label or f"{answer.value:.6g}"


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")
