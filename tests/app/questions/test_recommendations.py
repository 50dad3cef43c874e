"""Promises of what would have to change: what is proposed is true, small, allowed; what is called out of reach is so."""

import json
import math
import shutil
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import msgspec
import pytest
from starlette.testclient import TestClient

from service.bundles.bundle_opening import open_model
from service.bundles.model import Model
from service.publishing.plain_rows import plain_rows
from service.questions.recommendations import recommendations
from service.schemas import Goal, ProbabilityGoal, RecommendationRequest, Row, Value, ValueGoal
from tests.support.bundle_copies import let_change
from tests.support.explained_models import CountingScorer
from tests.support.formula_models import FLAT_ROW, NOTE, PET_ROW
from tests.support.problem_check import JSON, check_problem
from tests.support.recommendation_checks import FREE_CREDIT_FIELDS, at_goal, reached_by_hand
from tests.support.sklearn_pipelines import split_of

BANDS = {"credit-default": ["approve", "ask", "refuse"], "credit-scorecard": ["approve", "ask", "refuse"]}


def ask(service: TestClient, model: str, **question: Any) -> Any:
    return service.post(f"/v1/models/{model}/recommendations", json=question)


CREDIT_GRID: dict[str, list[Value]] = {
    "months_late_now": list(range(9)),
    "share_used_now": [0.0, 0.1, 0.3, 0.5, 0.8, 1.0, 1.5],
    "share_used_average": [0.0, 0.1, 0.3, 0.5, 0.8, 1.0, 1.5],
    "share_paid": [0.1, 0.3, 0.6, 1.0],
    "last_payment": [1000.0, 5000.0, 20_000.0, 100_000.0, 500_000.0],
    "average_payment": [1000.0, 5000.0, 20_000.0, 100_000.0, 380_000.0],
    "credit_limit": [10_000.0, 50_000.0, 150_000.0, 300_000.0, 500_000.0, 1_000_000.0],
}


def test_of_refused_clients_nothing_is_called_out_of_reach_that_brute_force_reaches(bundles: Path, tmp_path: Path) -> None:
    """Three of seven fields at once over a coarse grid; some are fixed, so that the goal is out of reach for many."""
    shutil.copytree(bundles / "credit-default", tmp_path / "credit-default")
    let_change(tmp_path / "credit-default", FREE_CREDIT_FIELDS)
    model = open_model(tmp_path / "credit-default")
    unseen: list[Row] = plain_rows(model.card, split_of("credit-default").test.fields)
    said = msgspec.to_builtins(model.predict(unseen).predictions)
    refused = [row for row, each in zip(unseen, said, strict=True) if each["decision"] == "refuse"][:20]
    assert len(refused) == 20
    seen = {True: 0, False: 0}
    for index, row in enumerate(refused):
        for goal in (Goal(decision="approve"), Goal(probability=ProbabilityGoal(label="default", max=0.4))):
            fixed = [["months_late_now"], ["months_late_now", "share_paid"], ["share_used_now", "months_late_now"], []][
                index % 4
            ]
            request = RecommendationRequest(row=row, goal=goal, fixed=fixed)
            reachable = recommendations(model, request).reachable
            seen[reachable] += 1
            if not reachable:
                assert reached_by_hand(model, request, CREDIT_GRID, 3) == []
    assert min(seen.values()) >= 5, "both kinds are tried"


@pytest.mark.parametrize("name", ["credit-default", "credit-scorecard"])
def test_a_proposal_for_a_client_is_true_when_it_is_typed_in(name: str, service: TestClient, cards: dict[str, Any]) -> None:
    card = cards[name]
    fields = {field["name"]: field for field in card["inputs"]}
    reached = 0
    for row, band in product([*(each["row"] for each in card["examples"]), *card["real_rows"]], ("approve", "ask")):
        answer = ask(service, name, row=row, goal={"decision": band}).json()
        for result in answer["recommendations"]:
            changes = {change["field"]: change["to"] for change in result["changes"]}
            (said,) = service.post(f"/v1/models/{name}/predictions", json={"rows": [row | changes]}).json()["predictions"]
            assert said == result["prediction"]
            assert said["decision"] == band
            for field, to in changes.items():
                way_up = to > row[field]
                assert fields[field].get("changeable", "both") in {"both", "up" if way_up else "down"}
                steps = to / fields[field]["step"]
                assert steps == pytest.approx(round(steps), abs=1e-6)
            reached += 1
    assert reached > 5


def test_a_proposal_asks_for_no_step_more_than_is_needed(service: TestClient, cards: dict[str, Any]) -> None:
    card = cards["credit-scorecard"]  # its answer only rises or only falls with each field
    steps = {field["name"]: field["step"] for field in card["inputs"]}
    kinds = set()
    for row, share in product([row for row in card["real_rows"] if row["months_late_now"]], (0.7, 0.85)):
        (now,) = service.post("/v1/models/credit-scorecard/predictions", json={"rows": [row]}).json()["predictions"]
        goal = {"probability": {"label": "default", "max": share * now["probabilities"]["default"]}}
        answer = ask(service, "credit-scorecard", row=row, goal=goal).json()
        for result in answer["recommendations"]:
            proposed = row | {change["field"]: change["to"] for change in result["changes"]}
            kinds.add(len(result["changes"]))
            for change in result["changes"]:
                back = change["to"] + math.copysign(steps[change["field"]], change["from"] - change["to"])
                if abs(back - change["from"]) > abs(change["to"] - change["from"]):
                    back = change["from"]
                less = proposed | {change["field"]: back}
                (said,) = service.post("/v1/models/credit-scorecard/predictions", json={"rows": [less]}).json()[
                    "predictions"
                ]
                breaks_rule = any(warning["code"] == "contradiction" for warning in said["warnings"])
                assert not at_goal(goal, said) or breaks_rule
    assert kinds >= {1, 2}, "a single change is offered, and two smaller ones instead"


def test_a_price_is_reached_from_both_sides(service: TestClient, cards: dict[str, Any]) -> None:
    for row in cards["diamond-price"]["real_rows"][:10]:
        for goal in ({"value": {"min": 6000}}, {"value": {"max": 900}}, {"value": {"min": 2000, "max": 2500}}):
            answer = ask(service, "diamond-price", row=row, goal=goal).json()
            assert answer["reachable"]
            assert all(at_goal(goal, result["prediction"]) for result in answer["recommendations"])


def test_the_same_question_gets_the_same_answer(service: TestClient, cards: dict[str, Any]) -> None:
    row = cards["credit-default"]["real_rows"][1]
    answers = {ask(service, "credit-default", row=row, goal={"decision": "approve"}).content for _ in range(3)}
    assert len(answers) == 1


def test_a_text_never_moves(service: TestClient, cards: dict[str, Any]) -> None:
    for row in cards["comment-sentiment"]["real_rows"][:10]:
        (said,) = service.post("/v1/models/comment-sentiment/predictions", json={"rows": [row]}).json()["predictions"]
        answer = ask(service, "comment-sentiment", row=row, goal={"decision": "positive"}).json()
        assert answer["reachable"] == (said["decision"] == "positive")
        assert answer["recommendations"] == []
    (result,) = recommendations(
        NOTE, RecommendationRequest(row={"note": "so", "stars": 1}, goal=Goal(value=ValueGoal(min=40)))
    ).recommendations
    assert [(change.field, change.from_, change.to) for change in result.changes] == [("stars", 1, 4)]


def test_an_answer_scores_few_rows_in_few_calls(models: dict[str, Model]) -> None:
    """The search scores up to 12,000 rows for one more field; three fields, and the finds again, are enough for these clients."""
    counting = CountingScorer(models["credit-default"].scorer)
    model = replace(models["credit-default"], scorer=counting)
    for row in model.card.real_rows[:8]:
        for band in ("approve", "ask", "refuse"):
            counting.rows = counting.calls = 0
            recommendations(model, RecommendationRequest(row=row, goal=Goal(decision=band)))
            assert 1 <= counting.rows <= 3 * 12_000
            assert counting.calls <= 20


ROWS = {"flat-price": FLAT_ROW, "pet-kind": PET_ROW, "note-value": {"note": "calm", "stars": 1}}
GOOD_GOAL = '"goal": {"value": {"min": 150}}'
HOSTILE_FLAT = {
    "no goal": ('"goal": {}', "/goal", "one_goal"),
    "two goals": ('"goal": {"decision": "dear", "value": {"min": 1}}', "/goal", "one_goal"),
    "no goal at all": ('"fixed": []', "/goal", "missing_field"),
    "a goal of another kind": ('"goal": {"wish": 1}', "/goal/wish", "unknown_field"),
    "a goal that is a list": ('"goal": [1]', "/goal", "wrong_type"),
    "an unknown band": ('"goal": {"decision": "free"}', "/goal/decision", "unknown_category"),
    "a probability of a value": ('"goal": {"probability": {"label": "dog"}}', "/goal/probability", "wrong_goal"),
    "an empty value": ('"goal": {"value": {}}', "/goal/value", "missing_field"),
    "NaN": ('"goal": {"value": {"min": NaN}}', "/goal/value/min", "not_finite"),
    "1e999": ('"goal": {"value": {"max": 1e999}}', "/goal/value/max", "not_finite"),
    "the least above the most": ('"goal": {"value": {"min": 2, "max": 1}}', "/goal/value/min", "out_of_range"),
    "text for a value": ('"goal": {"value": {"min": "1"}}', "/goal/value/min", "wrong_type"),
    "deep nesting": ('"goal": {"value": ' + "[" * 300 + "]" * 300 + "}", "/goal/value", "wrong_type"),
    "an unknown fixed field": (GOOD_GOAL + ', "fixed": ["area", "garden"]', "/fixed/1", "unknown_field"),
    "a fixed number": (GOOD_GOAL + ', "fixed": [1]', "/fixed/0", "wrong_type"),
    "an unknown range": (GOOD_GOAL + ', "ranges": {"garden": [1, 2]}', "/ranges/garden", "unknown_field"),
    "a reversed range": (GOOD_GOAL + ', "ranges": {"area": [50, 40]}', "/ranges/area", "out_of_range"),
    "a range of a category": (GOOD_GOAL + ', "ranges": {"state": [0, 1]}', "/ranges/state", "wrong_type"),
    "an endless range": (GOOD_GOAL + ', "ranges": {"area": [0, Infinity]}', "/ranges/area", "not_finite"),
    "something else": (GOOD_GOAL + ', "surprise": 1', "/surprise", "unknown_field"),
}
HOSTILE_PET = {
    "a value of labels": ('"goal": {"value": {"min": 1}}', "/goal/value", "wrong_goal"),
    "an unknown label": ('"goal": {"probability": {"label": "bird"}}', "/goal/probability/label", "unknown_category"),
    "more than certain": ('"goal": {"probability": {"label": "dog", "max": 1.5}}', "/goal/probability/max", "out_of_range"),
    "less than nothing": ('"goal": {"probability": {"label": "dog", "min": -0.1}}', "/goal/probability/min", "out_of_range"),
    "NaN": ('"goal": {"probability": {"label": "dog", "min": NaN}}', "/goal/probability/min", "out_of_range"),
    "reversed": (
        '"goal": {"probability": {"label": "dog", "min": 0.6, "max": 0.5}}',
        "/goal/probability/min",
        "out_of_range",
    ),
}


@pytest.mark.parametrize(
    ("model", "question", "pointer", "code"),
    [("flat-price", *hostile) for hostile in HOSTILE_FLAT.values()]
    + [("pet-kind", *hostile) for hostile in HOSTILE_PET.values()]
    + [("note-value", '"goal": {"decision": "x"}', "/goal/decision", "wrong_goal")],
)
def test_a_goal_that_cannot_be_set_is_refused_where_it_is_wrong(
    model: str, question: str, pointer: str, code: str, toys: TestClient
) -> None:
    body = f'{{"row": {json.dumps(ROWS[model])}, {question}}}'
    problem = check_problem(
        toys.post(f"/v1/models/{model}/recommendations", content=body, headers=JSON), 422, "invalid_input"
    )
    assert [(error["pointer"], error["code"]) for error in problem["errors"]] == [(pointer, code)]
    assert all(error["message"] for error in problem["errors"])


def test_a_bad_row_is_refused_by_the_name_of_its_field(toys: TestClient) -> None:
    row = {name: value for name, value in FLAT_ROW.items() if name != "floor"} | {"area": "much", "garden": 1}
    answer = ask(toys, "flat-price", row=row, goal={"decision": "dear"})
    problem = check_problem(answer, 422, "invalid_input")
    assert {(error["pointer"], error["code"]) for error in problem["errors"]} == {
        ("/row/area", "wrong_type"),
        ("/row/floor", "missing_field"),
        ("/row/garden", "unknown_field"),
    }
