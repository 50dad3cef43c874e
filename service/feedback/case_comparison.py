"""Which of the cases whose right answer people named each version gets right, and on which cases versions differ."""

from collections.abc import Sequence
from itertools import islice

from service.bundles.model import Model
from service.feedback.case_judgement import Judgement, judge
from service.feedback.feedback_answers import whole_feedback
from service.feedback.feedback_export import known_cases
from service.schemas import FeedbackCase
from service.schemas.meetings.compared_cases import CandidateCounts, CaseAnswer, CaseComparison, ComparedCase
from service.store.meetings.feedback_records import iterate_feedback
from service.store.store import Store

MAX_CASES = 1_000
MAX_ITEMS = 200


def compare_cases(store: Store, model: str, meeting: str | None, candidates: Sequence[Model]) -> CaseComparison:
    """Return how many cases of a model each candidate answers as people said. Raises StorageUnavailable."""
    filters = {"model": model} | ({} if meeting is None else {"meeting": meeting})
    entries = (whole_feedback(record) for record in iterate_feedback(store, filters))
    cases = list(islice(known_cases(entries), MAX_CASES))
    judgements = [judge(candidate, cases) for candidate in candidates]
    counts = [_count(candidate, each) for candidate, each in zip(candidates, judgements, strict=True)]
    compared = [_compared(case, answers) for case, *answers in zip(cases, *judgements, strict=True)]
    failed = [each for each in compared if not all(answer.is_right for answer in each.answers)]
    failed.sort(key=lambda each: not any(answer.is_right for answer in each.answers))
    return CaseComparison(
        cases=len(cases), candidates=counts, items=failed[:MAX_ITEMS], omitted=max(0, len(failed) - MAX_ITEMS)
    )


def _count(candidate: Model, judgements: Sequence[Judgement]) -> CandidateCounts:
    right, wrong, unanswered = (sum(each.is_right is value for each in judgements) for value in (True, False, None))
    card = candidate.card
    return CandidateCounts(model=card.name, version=card.version, right=right, wrong=wrong, unanswered=unanswered)


def _compared(case: FeedbackCase, judgements: Sequence[Judgement]) -> ComparedCase:
    return ComparedCase(
        id=case.name,
        version=case.version,
        row=case.row,
        right_answer=case.right_answer,
        answers=[CaseAnswer(answer=each.answer, is_right=each.is_right) for each in judgements],
    )
