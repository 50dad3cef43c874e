"""Promises of goals out of reach: the nearest result is as near as brute force comes, true, and its obstacles are real."""

import shutil
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from service.bundles.bundle_opening import open_model
from service.questions.recommendations import recommendations
from service.schemas import Goal, RecommendationRequest, Row, Value
from tests.support.bundle_copies import let_change
from tests.support.recommendation_checks import FREE_CREDIT_FIELDS

GRID: dict[str, list[Value]] = {
    "months_late_now": list(range(9)),
    "share_used_now": [0.0, 0.2, 0.5, 0.8, 1.0],
    "share_used_average": [0.0, 0.3, 0.6, 0.9],
    "share_paid": [0.0, 0.25, 0.5, 0.75, 1.0],
    "last_payment": [0.0, 1500.0, 5000.0, 20000.0, 1000000.0],
    "average_payment": [0.0, 2500.0, 10000.0, 1000000.0],
    "credit_limit": [10000.0, 50000.0, 150000.0, 490000.0, 1000000.0],
}
DIRECTIONS = {"months_late_now": -1, "share_used_now": -1, "share_used_average": -1}
DIRECTIONS |= {"share_paid": 1, "last_payment": 1, "average_payment": 1}
LATE: Row = {
    "months_late_now": 2,
    "share_used_now": 0.62,
    "worst_delay": 2,
    "months_delayed": 3,
    "share_used_average": 0.58,
    "share_paid": 0.35,
    "last_payment": 1500,
    "average_payment": 2000,
    "credit_limit": 50000,
}


@pytest.fixture(scope="module")
def model(bundles: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The credit model with seven free fields, so that the search has much to choose from."""
    folder = tmp_path_factory.mktemp("free") / "credit-default"
    shutil.copytree(bundles / "credit-default", folder)
    let_change(folder, FREE_CREDIT_FIELDS)
    return open_model(folder)


def risks(model: Any, rows: list[Row]) -> Any:
    return np.array([each.probabilities["default"] for each in model.predict(rows).predictions])


def contradicts(prediction: Any) -> bool:
    return any(warning.code == "contradiction" for warning in prediction.warnings)


@pytest.mark.parametrize("fixed", [["credit_limit", "months_late_now"], ["months_late_now", "share_paid", "last_payment"]])
def test_the_nearest_result_is_as_near_as_trying_a_grid_of_all_allowed_changes(model: Any, fixed: list[str]) -> None:
    answer = recommendations(model, RecommendationRequest(row=LATE, goal=Goal(decision="approve"), fixed=fixed))
    assert (answer.reachable, answer.recommendations) == (False, [])
    assert answer.nearest
    choices = {
        name: [LATE[name], *(value for value in values if DIRECTIONS.get(name, 0) * (value - LATE[name]) >= 0)]
        for name, values in GRID.items()
        if name not in fixed
    }
    rows = [LATE | dict(zip(choices, values, strict=True)) for values in product(*choices.values())]
    rows = [row for row, each in zip(rows, model.predict(rows).predictions, strict=True) if not contradicts(each)]
    own, best = risks(model, [LATE])[0], risks(model, rows).min()
    assert best >= 0.2, "the goal is out of reach"
    nearest = answer.nearest.prediction.probabilities["default"]
    assert nearest <= best + 0.06 * (own - best)
    assert not contradicts(answer.nearest.prediction), "the rules of the card hold"
    changes = {change.field: change.to for change in answer.nearest.changes}
    assert not set(changes) & {*fixed, "worst_delay", "months_delayed"}
    assert risks(model, [LATE | changes])[0] == pytest.approx(nearest, abs=1e-9), "true when it is typed in"
    for name, value in changes.items():
        assert DIRECTIONS.get(name, 0) * (value - LATE[name]) >= 0, name


def test_an_obstacle_is_a_locked_field_that_would_bring_the_nearest_result_clearly_nearer(model: Any) -> None:
    fixed = ["months_late_now", "share_paid"]
    answer = recommendations(model, RecommendationRequest(row=LATE, goal=Goal(decision="approve"), fixed=fixed))
    assert answer.nearest
    nearest = LATE | {change.field: change.to for change in answer.nearest.changes}
    gap = risks(model, [nearest])[0] - 0.2
    values: dict[str, list[Value]] = {"months_late_now": list(range(9)), "worst_delay": list(range(9))}
    values |= {"months_delayed": list(range(7)), "share_paid": [step / 100 for step in range(101)]}
    variants = {name: [nearest | {name: value} for value in each] for name, each in values.items()}
    possible = {
        name: [row for row, each in zip(rows, model.predict(rows).predictions, strict=True) if not contradicts(each)]
        for name, rows in variants.items()
    }
    least = {name: risks(model, rows).min() for name, rows in possible.items()}
    expected = {name for name, risk in least.items() if risk - 0.2 <= 0.9 * gap}
    assert set(answer.obstacles) == expected
    assert answer.obstacles == sorted(answer.obstacles, key=least.__getitem__), "the best first"


def test_a_goal_within_reach_has_neither_a_nearest_result_nor_obstacles(model: Any) -> None:
    for row in (LATE | {"months_delayed": 1, "share_paid": 0.1, "share_used_now": 0.55}, LATE | {"months_late_now": 0}):
        answer = recommendations(model, RecommendationRequest(row=row, goal=Goal(probability=None, decision="ask")))
        assert answer.reachable
        assert (answer.nearest, answer.obstacles) == (None, [])


def test_where_everything_is_fixed_there_is_no_nearest_result(model: Any) -> None:
    answer = recommendations(model, RecommendationRequest(row=LATE, goal=Goal(decision="approve"), fixed=list(LATE)))
    assert (answer.reachable, answer.nearest) == (False, None)
    assert answer.obstacles


def test_a_bundled_example_is_approved_after_a_change_of_two_fields(service: Any) -> None:
    card = service.get("/v1/models/credit-default").json()
    results = []
    for example in card["examples"]:
        body = {"row": example["row"], "goal": {"decision": "approve"}}
        answer = service.post("/v1/models/credit-default/recommendations", json=body).json()
        results += [len(each["changes"]) for each in answer["recommendations"]]
    assert 2 in results


@pytest.mark.parametrize("name", ["credit-default", "credit-scorecard"])
def test_a_client_is_asked_for_nothing_but_what_can_still_be_paid(service: Any, name: str) -> None:
    """Averages, delays and payments of past months stay, and the limit is the bank's decision."""
    card = service.get(f"/v1/models/{name}").json()
    changed = set()
    for row in [*(example["row"] for example in card["examples"]), *card["real_rows"]]:
        for band in ("approve", "ask"):
            answer = service.post(f"/v1/models/{name}/recommendations", json={"row": row, "goal": {"decision": band}}).json()
            proposals = [*answer["recommendations"], *([answer["nearest"]] if answer["nearest"] else [])]
            changed |= {change["field"] for proposal in proposals for change in proposal["changes"]}
    assert changed == {"months_late_now", "share_used_now"}
    assert card["change_note"]


def test_a_client_two_months_late_gets_no_advice_that_is_out_of_reach(service: Any) -> None:
    body = {"row": LATE, "goal": {"decision": "approve"}}
    answer = service.post("/v1/models/credit-default/recommendations", json=body).json()
    assert (answer["reachable"], answer["recommendations"]) == (False, [])
    assert [(each["field"], each["to"]) for each in answer["nearest"]["changes"]] == [("months_late_now", 0)]


def test_a_proposal_for_a_diamond_is_a_stone_with_the_same_proportions(service: Any) -> None:
    card = service.get("/v1/models/diamond-price").json()
    for row in card["real_rows"][:20]:
        for goal in ({"min": 6000}, {"max": 900}):
            body = {"row": row, "goal": {"value": goal}}
            answer = service.post("/v1/models/diamond-price/recommendations", json=body).json()
            changed = {change["field"] for each in answer["recommendations"] for change in each["changes"]}
            assert changed <= {"carat", "cut", "color", "clarity"}
    assert card["change_note"]
