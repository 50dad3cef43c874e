"""Promises of what would have to change, on models by formula: small, allowed, true, and found wherever brute force finds it."""

from collections.abc import Iterator
from itertools import combinations, product
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from service.bundles.model import Model
from service.questions.recommendations import recommendations
from service.schemas import Goal, ProbabilityGoal, RecommendationRequest, Row, Value, ValueGoal
from tests.support.formula_models import FLAT, FLAT_ROW, FLAT_ROWS, PET, PET_ROWS
from tests.support.recommendation_checks import at_goal, check, is_at_goal, may_move, reached_by_hand

FLAT_GOALS = st.one_of(
    st.sampled_from(["dear", "cheap"]).map(lambda band: Goal(decision=band)),
    st.tuples(st.floats(0, 250), st.floats(0, 60)).map(lambda pair: Goal(value=ValueGoal(min=pair[0], max=sum(pair)))),
    st.floats(0, 250).map(lambda end: Goal(value=ValueGoal(max=end))),
)


PET_GOALS = st.one_of(
    st.sampled_from(["surely", "maybe", "hardly"]).map(lambda band: Goal(decision=band)),
    st.tuples(st.sampled_from(["cat", "dog", "rabbit"]), st.floats(0, 1), st.floats(0, 1)).map(
        lambda three: Goal(probability=ProbabilityGoal(label=three[0], min=min(three[1:]), max=max(three[1:])))
    ),
)


def questions(model: Model, rows: st.SearchStrategy[Row], goals: st.SearchStrategy[Goal]) -> st.SearchStrategy[Any]:
    names = [field.name for field in model.card.inputs]
    numeric = [field.name for field in model.card.inputs if field.type in {"number", "integer"}]
    ends = st.tuples(st.floats(-10, 100), st.floats(-10, 100)).map(lambda pair: (min(pair), max(pair)))
    return st.builds(
        RecommendationRequest,
        row=rows,
        goal=goals,
        fixed=st.lists(st.sampled_from(names), max_size=2, unique=True),
        ranges=st.dictionaries(st.sampled_from(numeric), ends, max_size=2),
    )


@settings(max_examples=100)
@given(questions(FLAT, FLAT_ROWS, FLAT_GOALS))
def test_what_is_proposed_for_a_value_is_allowed_different_and_true(request: RecommendationRequest) -> None:
    check(FLAT, request, recommendations(FLAT, request))


@settings(max_examples=100)
@given(questions(PET, PET_ROWS, PET_GOALS))
def test_what_is_proposed_for_one_of_three_labels_is_allowed_different_and_true(request: RecommendationRequest) -> None:
    check(PET, request, recommendations(PET, request))


def moves_by_hand(model: Model, request: RecommendationRequest, most: int) -> Iterator[dict[str, Value]]:
    """Every change of up to so many fields of the toy flat."""
    every: dict[str, list[Value]] = {
        "area": [float(value) for value in range(20, 81, 5)],
        "rooms": list(range(1, 7)),
        "state": ["poor", "good", "new"],
        "lift": [True, False],
    }
    fields = {field.name: field for field in model.card.inputs}
    for count in range(1, most + 1):
        for names in combinations(every, count):
            for values in product(*(every[name] for name in names)):
                moved = dict(zip(names, values, strict=True))
                free = all(name not in request.fixed for name in names)
                if free and all(may_move(fields[name], request.row[name], to, request.ranges) for name, to in moved.items()):
                    yield moved


def way(row: Row, moved: dict[str, Any]) -> float:
    """How far a change goes, in shares of the seen ranges."""
    widths = {"area": 60, "rooms": 5, "state": 3, "lift": 1}
    states = {"poor": 0, "good": 1, "new": 2, "odd": 3}
    total = 0.0
    for name, to in moved.items():
        one, other = row[name], to
        if name == "state":
            one, other = states.get(one), states[to]
        total += 1.0 if one is None else abs(other - one) / widths[name]
    return total


@settings(max_examples=40)
@given(questions(FLAT, FLAT_ROWS, FLAT_GOALS))
def test_what_brute_force_finds_is_found_with_as_few_fields_and_as_short_a_way(request: RecommendationRequest) -> None:
    if is_at_goal(request.goal, FLAT, request.row):
        return
    moves = list(moves_by_hand(FLAT, request, 4))
    rows = [request.row | moved for moved in moves]
    goal = msgspec.to_builtins(request.goal)
    said = [msgspec.to_builtins(prediction) for prediction in FLAT.predict(rows).predictions] if rows else []
    reaching = [moved for moved, prediction in zip(moves, said, strict=True) if at_goal(goal, prediction)]
    answer = recommendations(FLAT, request)
    fewest = min(map(len, reaching), default=0)
    if not reaching:
        assert not answer.reachable
        return
    assert answer.reachable
    if fewest > 2:
        return
    best = {change.field: change.to for change in answer.recommendations[0].changes}
    assert len(best) == fewest
    shortest = min(way(request.row, moved) for moved in reaching if len(moved) == fewest)
    assert way(request.row, best) <= shortest + 1e-9


PET_GRID: dict[str, list[Value]] = {
    "weight": [0.5, 1.0, 2.0, 4.0, 7.0, 10.0, 15.0, 20.0, 30.0, 40.0, 50.0, 60.0],
    "age": list(range(16)),
    "coat": ["short", "long"],
    "noise": [index / 2 for index in range(-10, 11)],
    "indoor": [True, False],
}


@settings(max_examples=60)
@given(questions(PET, PET_ROWS, PET_GOALS))
def test_of_a_pet_nothing_is_called_out_of_reach_that_brute_force_reaches(request: RecommendationRequest) -> None:
    if not is_at_goal(request.goal, PET, request.row) and not recommendations(PET, request).reachable:
        assert reached_by_hand(PET, request, PET_GRID, 5) == []


def test_a_goal_that_one_combination_of_783_reaches_is_found() -> None:
    row = {"area": 10, "rooms": 0, "state": None, "lift": False, "floor": 3}
    request = RecommendationRequest(row=row, goal=Goal(value=ValueGoal(min=0, max=0)))
    answer = recommendations(FLAT, request)
    assert answer.reachable
    changed = row | {change.field: change.to for change in answer.recommendations[0].changes}
    assert is_at_goal(request.goal, FLAT, changed)


def test_where_everything_is_fixed_nothing_is_in_reach() -> None:
    request = RecommendationRequest(row=FLAT_ROW, goal=Goal(decision="dear"), fixed=list(FLAT_ROW))
    answer = recommendations(FLAT, request)
    assert (answer.reachable, answer.recommendations) == (False, [])
