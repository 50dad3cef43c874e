"""Promises of recommendations under rules: no case contradicts itself, and fields that rules link move together."""

from itertools import product
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from service.bundles.background import build_background
from service.bundles.model import Model
from service.questions.curves import curves
from service.questions.recommendations import recommendations
from service.rows.checks import Checks
from service.rows.quick_reader import QuickReader
from service.schemas import (
    AtMost,
    Condition,
    CurveRequest,
    Goal,
    Implies,
    Input,
    RecommendationRequest,
    Regression,
    Row,
    Rule,
    Sum,
    ValueGoal,
)
from tests.support.formula_models import Formula, model_of

INPUTS = (
    Input(name="last", type="integer", minimum=0, maximum=9, seen=(0, 9)),
    Input(name="average", type="integer", minimum=0, maximum=9, seen=(0, 9), changeable="up"),
    Input(name="late", type="integer", minimum=0, maximum=4, seen=(0, 4), changeable="down"),
    Input(name="worst", type="integer", minimum=0, maximum=4, seen=(0, 4), changeable="no"),
    Input(name="sum", type="integer", minimum=0, maximum=18, seen=(0, 18)),
)
LAST = AtMost(lower="last", upper="average", factor=2, sentence="last")
LATE = AtMost(lower="late", upper="worst", sentence="late")
ALWAYS = Implies(if_=Condition(field="worst", equals=4), then=Condition(field="late", minimum=1), sentence="always")
TOTAL = Sum(fields=("last", "average"), total="sum", sentence="sum")
RANGES = {"last": 10, "average": 10, "late": 5, "worst": 5, "sum": 19}
ROW: Row = {"last": 2, "average": 2, "late": 3, "worst": 4, "sum": 4}


def ruled(rules: tuple[Rule, ...], formula: Formula) -> Model:
    plain = model_of("ruled", INPUTS, Regression(), formula)
    card = msgspec.structs.replace(plain.card, rules=rules)
    checks = Checks(card)
    background = build_background(card, checks, None)
    return Model(card, checks, QuickReader(card, checks), plain.scorer, plain.builder, background, plain.texts)


def first_minus_third(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(matrix[:, 0] - matrix[:, 2])


def holds(rules: tuple[Rule, ...], row: Row) -> bool:
    """The rules in plain words."""
    checks: dict[str, bool] = {
        "last": row["last"] <= 2 * row["average"],
        "late": row["late"] <= row["worst"],
        "always": row["worst"] != 4 or row["late"] >= 1,
        "sum": row["last"] + row["average"] == row["sum"],
    }
    return all(bool(checks[str(rule.sentence)]) for rule in rules)


def may_change(row: Row, changed: Row) -> bool:
    rises, falls = changed["average"] >= row["average"], changed["late"] <= row["late"]
    return bool(rises and falls and changed["worst"] == row["worst"])


def recommended_rows(model: Model, row: Row, at_least: float, **limits: Any) -> list[Row]:
    """Return the recommended rows."""
    request = RecommendationRequest(row=row, goal=Goal(value=ValueGoal(min=at_least)), **limits)
    answer = recommendations(model, request)
    assert answer.reachable or not answer.recommendations
    return [row | {change.field: change.to for change in each.changes} for each in answer.recommendations]


def test_a_linked_field_moves_with_the_one_that_needs_it() -> None:
    model = ruled((LAST,), first_minus_third)
    (first, *_) = recommended_rows(model, ROW, 5, fixed=["late"])
    assert first == ROW | {"last": 8, "average": 4}


def test_without_rules_the_field_moves_alone() -> None:
    (first, *_) = recommended_rows(ruled((), first_minus_third), ROW, 5, fixed=["late"])
    assert first == ROW | {"last": 8}


def test_a_case_that_cannot_be_true_is_not_proposed() -> None:
    """Late in all months and not late now cannot be: `late` may go down to 1, not to 0."""
    model = ruled((LATE, ALWAYS), lambda matrix: -matrix[:, 2])
    assert recommended_rows(model, ROW, -1) == [ROW | {"late": 1}]
    assert recommended_rows(model, ROW, 0) == []


def test_a_fixed_field_does_not_move_with_another() -> None:
    model = ruled((LAST,), first_minus_third)
    assert recommended_rows(model, ROW, 5, fixed=["late", "average"]) == []
    assert recommended_rows(model, ROW, 1, fixed=["late", "average"], ranges={"last": (0, 9)}) == [ROW | {"last": 4}]


def test_a_sum_moves_with_its_parts() -> None:
    model = ruled((TOTAL,), first_minus_third)
    rows = recommended_rows(model, ROW, 3, fixed=["late"])
    assert rows
    for row in rows:
        assert row["last"] + row["average"] == row["sum"]
        assert row["last"] >= 6


@settings(max_examples=100, deadline=None)
@given(
    row=st.fixed_dictionaries({name: st.integers(0, count - 1) for name, count in RANGES.items()}),
    rules=st.sets(st.sampled_from([LAST, LATE, ALWAYS, TOTAL]), min_size=1).map(lambda rules: tuple(sorted(rules, key=str))),
    at_least=st.integers(-3, 9),
    slopes=st.tuples(*[st.integers(-1, 1)] * 5),
)
def test_every_proposal_keeps_the_rules_and_one_is_made_where_trying_all_rows_makes_one(
    row: Row, rules: tuple[Rule, ...], at_least: int, slopes: tuple[int, ...]
) -> None:
    model = ruled(rules, lambda matrix: matrix @ np.array(slopes))
    rows = recommended_rows(model, row, at_least)
    names = list(RANGES)
    score = dict(zip(names, slopes, strict=True))
    for changed in rows:
        assert holds(rules, changed)
        assert may_change(row, changed)
        assert sum(score[name] * changed[name] for name in names) >= at_least
    if rows or sum(score[name] * row[name] for name in names) >= at_least:
        return
    free = [range(RANGES[name]) if name != "worst" else [row["worst"]] for name in names]
    possible = [dict(zip(names, values, strict=True)) for values in product(*free)]
    reached = [
        other
        for other in possible
        if may_change(row, other) and holds(rules, other) and sum(score[name] * other[name] for name in names) >= at_least
    ]
    assert reached == []


def obstacles(model: Model, row: Row, at_least: float, fixed: list[str]) -> list[str]:
    request = RecommendationRequest(row=row, goal=Goal(value=ValueGoal(min=at_least)), fixed=fixed)
    return recommendations(model, request).obstacles


@pytest.mark.parametrize(
    ("rules", "fixed", "expected"),
    [
        ((), ["late"], ["worst"]),
        ((LATE,), ["late"], []),  # late three times, so the worst delay cannot be 0
        ((LATE,), [], ["worst"]),  # `late` goes down to 0 with it
    ],
)
def test_a_field_is_no_obstacle_for_a_value_that_contradicts_the_others(
    rules: tuple[Rule, ...], fixed: list[str], expected: list[str]
) -> None:
    model = ruled(rules, lambda matrix: 10.0 * (matrix[:, 3] == 0))
    assert obstacles(model, ROW, 9, fixed) == expected


@settings(max_examples=100, deadline=None)
@given(
    row=st.fixed_dictionaries({name: st.integers(0, count - 1) for name, count in RANGES.items()}),
    rules=st.sets(st.sampled_from([LAST, LATE, ALWAYS, TOTAL])).map(lambda rules: tuple(sorted(rules, key=str))),
    slopes=st.tuples(*[st.integers(-1, 1)] * 5),
)
def test_the_obstacles_are_those_of_trying_every_value_that_keeps_the_rules(
    row: Row, rules: tuple[Rule, ...], slopes: tuple[int, ...]
) -> None:
    at_least = 20
    values = np.array([row[name] for name in RANGES])
    gaps = {
        name: [
            at_least - slopes[index] * (value - row[name]) - values @ np.array(slopes)
            for value in range(count)
            if holds(rules, row | {name: value})
        ]
        for index, (name, count) in enumerate(RANGES.items())
    }
    own_gap = at_least - values @ np.array(slopes)
    expected = {name for name, of_name in gaps.items() if of_name and max(0, min(of_name)) <= 0.9 * own_gap + 1e-9}
    assume(own_gap > 0)
    model = ruled(rules, lambda matrix: matrix @ np.array(slopes))
    assert set(obstacles(model, row, at_least, list(RANGES))) == expected


def test_points_of_a_curve_that_contradict_are_marked() -> None:
    model = ruled((LAST, LATE), first_minus_third)
    answer = curves(model, CurveRequest(row=ROW, fields=["last", "late"]))
    for curve in answer.curves:
        for point in curve.points:
            row = ROW | {curve.field: point.value}
            codes = [warning.code for warning in point.prediction.warnings]
            assert ("contradiction" in codes) == (not holds((LAST, LATE), row)), row


def test_a_surface_marks_the_combinations_that_contradict() -> None:
    model = ruled((LAST,), first_minus_third)
    surface = curves(model, CurveRequest(row=ROW, fields=["last", "average"], together=True)).surface
    assert surface is not None
    firsts, seconds = surface.values
    expected = [[not holds((LAST,), ROW | {"last": last, "average": mean}) for mean in seconds] for last in firsts]
    assert surface.contradictions == expected
    plain = curves(ruled((), first_minus_third), CurveRequest(row=ROW, fields=["last", "average"], together=True)).surface
    assert plain is not None
    assert "contradictions" not in msgspec.to_builtins(plain)


@pytest.mark.parametrize("rules", [(), (LAST,)])
def test_a_row_that_is_at_its_goal_needs_no_proposal(rules: tuple[Rule, ...]) -> None:
    request = RecommendationRequest(row=ROW, goal=Goal(value=ValueGoal(min=-100)))
    answer = recommendations(ruled(rules, first_minus_third), request)
    assert answer.reachable
    assert answer.recommendations == []
