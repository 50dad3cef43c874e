"""A promise of recommendations for models of hundreds of fields: a goal out of reach costs a bounded number of rows."""

import pytest

from service.questions import change_search
from service.questions.levers import Pulls
from service.questions.recommendations import recommendations
from service.schemas import Recommendation
from service.schemas.answers import Goal, RecommendationRequest, ValueGoal
from tests.support.any_models import ANY_MODELS, WIDE_FIELDS

MAX_SCORED = 200_000


def test_a_goal_out_of_reach_of_five_hundred_fields_ends_with_the_nearest_result(monkeypatch: pytest.MonkeyPatch) -> None:
    counts: list[int] = []
    score = change_search.Search.score

    def count(search: change_search.Search, tried: list[Pulls]) -> list[change_search.Move]:
        counts.append(len(tried))
        return score(search, tried)

    monkeypatch.setattr(change_search.Search, "score", count)
    model = ANY_MODELS["wide"]
    row = {field.name: 0.0 for field in model.card.inputs}
    answer = recommendations(model, RecommendationRequest(row=row, goal=Goal(value=ValueGoal(min=1000.0))))
    assert not answer.reachable
    assert isinstance(answer.nearest, Recommendation)
    assert {change.field for change in answer.nearest.changes} == {"f400", "f007", "f333"}, "the fields that the model reads"
    assert len(model.card.inputs) == WIDE_FIELDS
    assert sum(counts) <= MAX_SCORED
