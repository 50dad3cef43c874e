"""Promises of what if: a curve says what single predictions say, along values that a person could type."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from service.bundles.bundle_files import read_card
from service.bundles.bundle_opening import open_model
from service.bundles.model import Model
from service.errors import InvalidInput
from service.publishing.gate import pipeline_scores
from service.questions.curves import curves
from service.rows.fault_pointers import pointer
from service.schemas import Category, CurveRequest, Input, Regression, Row
from tests.support.formula_models import FLAT, FLAT_ROW, FLAT_ROWS, NOTE, PET, PET_ROW, PET_ROWS, model_of
from tests.support.problem_check import JSON, check_problem
from tests.support.sklearn_pipelines import pipeline_of

TABULAR = ["credit-default", "credit-scorecard", "diamond-price"]


def ask(service: TestClient, model: str, **question: Any) -> Any:
    return service.post(f"/v1/models/{model}/curves", json=question)


def alone(service: TestClient, model: str, row: Row) -> Any:
    (prediction,) = service.post(f"/v1/models/{model}/predictions", json={"rows": [row]}).json()["predictions"]
    return prediction


def number(prediction: dict[str, Any], focus: str | None) -> float:
    return float(prediction["probabilities"][focus] if focus else prediction["value"])


@pytest.mark.parametrize("name", TABULAR)
def test_every_point_is_what_a_prediction_of_its_own_says(name: str, service: TestClient, cards: dict[str, Any]) -> None:
    card = cards[name]
    focus = card["output"].get("focus")
    for row in card["real_rows"][:2]:
        names = [field["name"] for field in card["inputs"]]
        answer = ask(service, name, row=row, fields=names, points=9).json()
        assert [curve["field"] for curve in answer["curves"]] == names
        for curve in answer["curves"]:
            for point in curve["points"]:
                single = alone(service, name, row | {curve["field"]: point["value"]})
                assert number(point["prediction"], focus) == pytest.approx(number(single, focus), rel=1e-6, abs=1e-7)
                assert point["prediction"]["warnings"] == single["warnings"]


@pytest.mark.parametrize("name", TABULAR)
def test_the_curve_at_the_current_value_is_the_prediction_to_the_last_digit(
    name: str, service: TestClient, cards: dict[str, Any]
) -> None:
    card = cards[name]
    for row in card["real_rows"][:15]:
        said = alone(service, name, row)
        for curve in ask(service, name, row=row, fields=list(row)).json()["curves"]:
            (here,) = [point for point in curve["points"] if point["value"] == row[curve["field"]]]
            assert here["prediction"] == said


CREDIT_ROWS = st.fixed_dictionaries(
    {
        "months_late_now": st.integers(0, 8),
        "share_used_now": st.floats(0, 1.5),
        "worst_delay": st.integers(0, 8),
        "months_delayed": st.integers(0, 6),
        "share_used_average": st.floats(0, 1.5),
        "share_paid": st.floats(0, 1),
        "last_payment": st.integers(0, 100_000),
        "average_payment": st.integers(0, 100_000),
        "credit_limit": st.integers(10_000, 500_000),
    }
)


def check_here(model: Model, row: Row) -> None:
    """Hold every curve of a row, at the row's own value, against the row's prediction: equal to the last digit."""
    names = [field.name for field in model.card.inputs]
    answer = curves(model, CurveRequest(row=row, fields=names, points=7))
    (said,) = model.predict([row]).predictions
    assert answer.prediction == said
    for curve in answer.curves:
        (here,) = [point for point in curve.points if point.value == row[curve.field]]
        assert here.prediction == said


@given(FLAT_ROWS)
def test_a_curve_at_the_current_value_is_the_prediction_for_any_flat_nulls_among_them(row: Row) -> None:
    check_here(FLAT, row)


@given(PET_ROWS)
def test_a_curve_at_the_current_value_is_the_prediction_for_any_pet_nulls_among_them(row: Row) -> None:
    check_here(PET, row)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(row=CREDIT_ROWS)
def test_a_curve_at_the_current_value_is_the_prediction_for_any_client(row: Row, credit: Model) -> None:
    check_here(credit, row)


@pytest.fixture(scope="module")
def credit(bundles: Path) -> Model:
    return open_model(bundles / "credit-default")


def test_a_curve_is_the_one_that_scikit_learn_draws(service: TestClient, bundles: Path) -> None:
    card = read_card(bundles / "credit-scorecard")
    row = card.real_rows[3]
    (curve,) = ask(service, card.name, row=row, fields=["share_used_average"]).json()["curves"]
    values = [point["value"] for point in curve["points"]]
    frame = pd.DataFrame([row | {"share_used_average": value} for value in values])[[field.name for field in card.inputs]]
    expected = pipeline_scores(card, pipeline_of(card.name), frame)[:, 1]
    np.testing.assert_allclose(
        [point["prediction"]["probabilities"]["default"] for point in curve["points"]], expected, rtol=1e-5
    )


def test_the_slope_of_a_curve_is_the_slope_of_the_formula() -> None:
    (curve,) = curves(FLAT, CurveRequest(row=FLAT_ROW, fields=["area"])).curves
    points: list[Any] = curve.points
    for one, other in pairwise(points):
        middle = (one.value + other.value) / 2
        slope = (other.prediction.value - one.prediction.value) / (other.value - one.value)
        assert slope == pytest.approx(1 - 0.1 * (middle - 60))  # by hand, at state "poor"


def test_categories_come_in_the_order_of_the_card_and_null_where_it_is_allowed() -> None:
    result = curves(FLAT, CurveRequest(row=FLAT_ROW, fields=["state", "lift", "rooms"])).curves
    assert [[point.value for point in curve.points] for curve in result] == [
        [None, "poor", "good", "new", "odd"],
        [False, True],
        [1, 2, 3, 4, 5, 6],
    ]
    assert [curve.seen for curve in result] == [None, None, (1, 6)]
    assert [warning.code for warning in result[0].points[4].prediction.warnings] == ["unseen_category"]


def test_a_value_that_is_null_comes_first_and_is_the_prediction() -> None:
    (curve,) = curves(PET, CurveRequest(row=PET_ROW, fields=["noise"])).curves
    assert curve.points[0].value is None
    assert curve.points[0].prediction == PET.predict([PET_ROW]).predictions[0]
    assert len(curve.points) == 41
    (absent,) = curves(PET, CurveRequest(row={k: v for k, v in PET_ROW.items() if k != "noise"}, fields=["noise"])).curves
    assert absent == curve


@st.composite
def numeric_questions(draw: st.DrawFn) -> tuple[Input, float, int]:
    """A field with or without limits, a seen range and a step, a value that it takes, and a number of points."""
    kind = draw(st.sampled_from(["number", "integer"]))
    finite = st.floats(-1e6, 1e6) | st.sampled_from([0.0, 1e-9, 0.1, 5e-324, 3e38, -3e38])
    ends = st.integers(-(10**6), 10**6) if kind == "integer" else finite
    low, seen_low, seen_high, high = sorted(draw(st.lists(ends, min_size=4, max_size=4)))
    minimum, maximum = draw(st.sampled_from([(None, None), (low, None), (None, high), (low, high)]))
    field = Input(
        name="x",
        type=kind,  # type: ignore[arg-type]
        minimum=minimum,
        maximum=maximum,
        seen=draw(st.sampled_from([None, (seen_low, seen_high)])),
        step=draw(st.sampled_from([None, 0.01, 0.1, 1, 2.5, 500, 1e-12])),
    )
    least = min(-1e6, maximum or 0) if minimum is None else minimum
    most = max(1e6, least) if maximum is None else maximum
    own = draw(st.integers(int(least), int(most)) if kind == "integer" else st.floats(least, most))
    return field, own, draw(st.integers(2, 201))


@given(numeric_questions())
def test_a_numeric_curve_holds_the_own_value_in_order_within_the_limits_and_the_points(
    question: tuple[Input, float, int],
) -> None:
    field, own, points = question
    model = model_of("toy", (field,), Regression(), lambda matrix: np.sign(matrix[:, 0]))
    (curve,) = curves(model, CurveRequest(row={"x": own}, fields=["x"], points=points)).curves
    values: list[Any] = [point.value for point in curve.points]
    assert own in values
    assert type(values[values.index(own)]) is type(own)
    assert values == sorted(set(values))
    assert 1 <= len(values) <= points
    assert field.minimum is None or values[0] >= field.minimum
    assert field.maximum is None or values[-1] <= field.maximum
    assert field.type == "number" or all(type(value) is int for value in values)
    if field.seen is not None:
        assert min(own, field.seen[0]) <= values[0]
        assert values[-1] <= max(own, field.seen[1])
    if field.type == "number" and field.step in {0.01, 0.1} and field.minimum is None and values[-1] - values[0] < 1e6:
        assert all(value == round(value, 2) for value in values if value != own)


def test_a_range_without_a_step_is_cut_into_round_values_between_its_ends() -> None:
    (curve,) = curves(PET, CurveRequest(row=PET_ROW, fields=["weight"], points=5)).curves
    values: list[Any] = [point.value for point in curve.points]
    assert len(values) == 5
    assert (values[0], values[-1]) == (0.5, 60.0)
    assert 4.2 in values
    assert all(value == round(value, 2) for value in values)


def test_two_fields_at_once_say_what_single_predictions_say(toys: TestClient) -> None:
    for model, row, fields in (
        (FLAT, FLAT_ROW, ["area", "state"]),
        (PET, PET_ROW, ["noise", "weight"]),
        (PET, PET_ROW, ["indoor", "coat"]),
    ):
        answer = ask(toys, model.card.name, row=row, fields=fields, together=True).json()
        assert answer["curves"] == []
        surface = answer["surface"]
        one, other = surface["values"]
        assert max(len(one), len(other)) <= 21
        assert row[fields[0]] in one
        assert row[fields[1]] in other
        focus = getattr(model.card.output, "focus", None)
        for index in range(0, len(one) * len(other), 7):
            i, j = divmod(index, len(other))
            expected = number(alone(toys, model.card.name, row | {fields[0]: one[i], fields[1]: other[j]}), focus)
            assert surface["outputs"][i][j] == pytest.approx(expected, rel=1e-9)
        here = surface["outputs"][one.index(row[fields[0]])][other.index(row[fields[1]])]
        assert here == number(alone(toys, model.card.name, row), focus)


def test_a_text_beside_other_fields_stays_as_it_is() -> None:
    (curve,) = curves(NOTE, CurveRequest(row={"note": "fine", "stars": 2}, fields=["stars"])).curves
    assert [(point.value, point.prediction.value) for point in curve.points] == [(n, n * 10.0) for n in range(1, 6)]


GOOD = json.dumps(FLAT_ROW)
HOSTILE = {
    "no fields": ('"fields": []', "/fields", "out_of_range"),
    "an unknown field": ('"fields": ["area", "garden"]', "/fields/1", "unknown_field"),
    "a field twice": ('"fields": ["area", "area"]', "/fields/1", "duplicate_field"),
    "thirteen fields": (f'"fields": {json.dumps(["area"] * 13)}', "/fields", "out_of_range"),
    "a field that is a number": ('"fields": [3]', "/fields/0", "wrong_type"),
    "a million points": ('"fields": ["area"], "points": 1000000', "/points", "out_of_range"),
    "one point": ('"fields": ["area"], "points": 1', "/points", "out_of_range"),
    "no points": ('"fields": ["area"], "points": 0', "/points", "out_of_range"),
    "minus points": ('"fields": ["area"], "points": -5', "/points", "out_of_range"),
    "NaN points": ('"fields": ["area"], "points": NaN', "/points", "wrong_type"),
    "endless points": ('"fields": ["area"], "points": ' + "9" * 5000, "/points", "wrong_type"),
    "points as text": ('"fields": ["area"], "points": "5"', "/points", "wrong_type"),
    "one field together": ('"fields": ["area"], "together": true', "/fields", "out_of_range"),
    "three fields together": ('"fields": ["area", "rooms", "lift"], "together": true', "/fields", "out_of_range"),
    "too many points together": ('"fields": ["area", "rooms"], "together": true, "points": 42', "/points", "out_of_range"),
    "something else": ('"fields": ["area"], "surprise": 1', "/surprise", "unknown_field"),
}


@pytest.mark.parametrize(("question", "pointer", "code"), HOSTILE.values(), ids=HOSTILE)
def test_a_question_that_cannot_be_answered_is_refused_where_it_is_wrong(
    question: str, pointer: str, code: str, toys: TestClient
) -> None:
    answer = toys.post("/v1/models/flat-price/curves", content=f'{{"row": {GOOD}, {question}}}', headers=JSON)
    problem = check_problem(answer, 422, "invalid_input")
    assert (pointer, code) in [(error["pointer"], error["code"]) for error in problem["errors"]]


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("NaN", "not_finite"),
        ("1e999", "not_finite"),
        ('"x"', "wrong_type"),
        ("[" * 300 + "]" * 300, "wrong_type"),
        ("1", "out_of_range"),
    ],
)
def test_a_bad_row_is_refused_by_the_name_of_its_field(value: str, code: str, toys: TestClient) -> None:
    body = f'{{"row": {json.dumps(FLAT_ROW | {"area": "HERE"})}, "fields": ["rooms"]}}'.replace('"HERE"', value)
    problem = check_problem(toys.post("/v1/models/flat-price/curves", content=body, headers=JSON), 422, "invalid_input")
    assert [(error["pointer"], error["code"]) for error in problem["errors"]] == [("/row/area", code)]


def test_a_text_is_refused_with_a_sentence(service: TestClient, cards: dict[str, Any]) -> None:
    row = cards["comment-sentiment"]["real_rows"][0]
    problem = check_problem(ask(service, "comment-sentiment", row=row, fields=["comment"]), 422, "invalid_input")
    assert [(error["pointer"], error["code"]) for error in problem["errors"]] == [("/fields/0", "wrong_type")]
    assert "no range" in problem["errors"][0]["message"]


def test_another_version_is_not_answered(toys: TestClient) -> None:
    answer = ask(toys, "flat-price", row=FLAT_ROW, fields=["area"], version="another")
    check_problem(answer, 404, "unknown_version")


def test_a_map_of_a_hundred_categories_is_refused_and_their_curve_is_drawn() -> None:
    field = Input(name="town", type="category", categories=tuple(Category(value=f"t{n}") for n in range(100)))
    model = model_of("toy", (field, FLAT.card.inputs[0]), Regression(), lambda matrix: matrix[:, 0])
    row = {"town": "t5", "area": 50}
    (curve,) = curves(model, CurveRequest(row=row, fields=["town"])).curves
    assert [point.prediction.value for point in curve.points] == list(range(100))
    with pytest.raises(InvalidInput) as raised:
        curves(model, CurveRequest(row=row, fields=["area", "town"], together=True))
    assert [pointer(fault) for fault in raised.value.faults] == ["/fields/1"]
