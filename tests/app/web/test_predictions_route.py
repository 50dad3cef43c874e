"""Promises of POST /v1/models/{model}/predictions: the right numbers, and one clear error for everything else."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from starlette.testclient import TestClient

from service.bundles.bundle_files import read_card
from service.publishing.gate import pipeline_scores
from service.training.recipes import RECIPES
from tests.support.bad_requests import bad_bodies, bad_values
from tests.support.problem_check import JSON, check_problem
from tests.support.sklearn_pipelines import pipeline_of, split_of

CREDIT = "/v1/models/credit-default/predictions"


def numbers(answer: dict[str, Any]) -> list[list[float]]:
    return [
        list(each["probabilities"].values()) if "probabilities" in each else [each["value"]]
        for each in answer["predictions"]
    ]


@pytest.mark.parametrize("name", sorted(set(RECIPES) - {"garment"}))  # the gate compares it; to fit it takes 10 s
def test_the_api_gives_the_scores_of_the_pipeline(name: str, service: TestClient, bundles: Path) -> None:
    card = read_card(bundles / name)
    fields = split_of(name).test.fields.iloc[:500][[field.name for field in card.inputs]]
    rows = json.loads(fields.to_json(orient="records", double_precision=15))
    answer = service.post(f"/v1/models/{name}/predictions", json={"rows": rows}).json()
    expected = pipeline_scores(card, pipeline_of(name), fields).reshape(len(fields), -1)
    np.testing.assert_allclose(numbers(answer), expected, rtol=1e-5, atol=1e-6)
    assert answer["model"] == name
    assert answer["version"] == card.version
    assert answer["source"] == "live"


@pytest.mark.parametrize("name", sorted(RECIPES))
def test_one_row_alone_gets_the_number_that_it_gets_among_a_thousand(
    name: str, service: TestClient, cards: dict[str, Any]
) -> None:
    rows = cards[name]["real_rows"][:20]
    together = numbers(service.post(f"/v1/models/{name}/predictions", json={"rows": rows * 50}).json())[: len(rows)]
    alone = [numbers(service.post(f"/v1/models/{name}/predictions", json={"rows": [row]}).json())[0] for row in rows]
    np.testing.assert_array_equal(alone, together)


def test_the_decision_is_the_band_that_holds_the_probability(service: TestClient, cards: dict[str, Any]) -> None:
    for name in ("credit-default", "credit-scorecard", "comment-sentiment"):
        output = cards[name]["output"]
        answer = service.post(f"/v1/models/{name}/predictions", json={"rows": cards[name]["real_rows"]}).json()
        decisions = set()
        for each in answer["predictions"]:
            probability = each["probabilities"][output["focus"]]
            (band,) = [band for band in output["bands"] if band["low"] <= probability < band["high"]]
            assert each["decision"] == band["value"]
            assert each["label"] == max(each["probabilities"], key=each["probabilities"].get)
            decisions.add(each["decision"])
        assert len(decisions) > 1


def test_the_interval_holds_about_nine_of_ten_unseen_prices(service: TestClient) -> None:
    test = split_of("diamond-price").test
    rows = json.loads(test.fields.to_json(orient="records", double_precision=15))[:8000]
    answer = service.post("/v1/models/diamond-price/predictions", json={"rows": rows}).json()
    ranges = pd.DataFrame([each["interval"] for each in answer["predictions"]])
    inside = (ranges["low"] <= test.truth[:8000]) & (test.truth[:8000] <= ranges["high"])
    assert 0.88 <= inside.mean() <= 0.92
    assert set(ranges["coverage"]) == {0.9}


def test_a_value_outside_the_training_range_is_scored_with_a_warning(service: TestClient, cards: dict[str, Any]) -> None:
    row = cards["diamond-price"]["examples"][0]["row"] | {"carat": 5.4}
    (prediction,) = service.post("/v1/models/diamond-price/predictions", json={"rows": [row]}).json()["predictions"]
    assert prediction["warnings"] == [{"field": "carat", "code": "outside_training_range"}]


def test_a_request_may_name_the_served_version(service: TestClient, cards: dict[str, Any]) -> None:
    card = cards["credit-default"]
    row = card["examples"][0]["row"]
    assert service.post(CREDIT, json={"rows": [row], "version": card["version"]}).status_code == 200
    answer = service.post(CREDIT, json={"rows": [row], "version": "another"})
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_version")


@pytest.mark.parametrize("value", bad_values().values(), ids=bad_values())
def test_a_bad_value_is_refused_in_one_shape_that_names_row_and_field(
    value: str, service: TestClient, cards: dict[str, Any]
) -> None:
    good = cards["credit-default"]["examples"][0]["row"]
    bad = json.dumps(good | {"credit_limit": "HERE"}).replace('"HERE"', value)
    answer = service.post(CREDIT, content=f'{{"rows": [{json.dumps(good)}, {bad}]}}', headers=JSON)
    problem = check_problem(answer, 422, "invalid_input")
    assert [error["pointer"] for error in problem["errors"]] == ["/rows/1/credit_limit"]
    assert service.post(CREDIT, json={"rows": [good]}).status_code == 200


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ('"extra": 1', "extra", "unknown_field"),
        ('"credit_limit": 20000', "credit_limit", "duplicate_field"),
    ],
)
def test_an_extra_or_duplicate_field_is_named(
    change: str, field: str, code: str, service: TestClient, cards: dict[str, Any]
) -> None:
    row = json.dumps(cards["credit-default"]["examples"][0]["row"])[:-1] + ", " + change + "}"
    answer = service.post(CREDIT, content=f'{{"rows": [{row}]}}', headers=JSON)
    problem = check_problem(answer, 422, "invalid_input")
    assert [(error["pointer"], error["code"]) for error in problem["errors"]] == [(f"/rows/0/{field}", code)]


def test_an_unknown_category_is_refused_by_name(service: TestClient, cards: dict[str, Any]) -> None:
    row = cards["diamond-price"]["examples"][0]["row"] | {"cut": "Superb"}
    problem = check_problem(service.post("/v1/models/diamond-price/predictions", json={"rows": [row]}), 422, "invalid_input")
    assert [(error["pointer"], error["code"]) for error in problem["errors"]] == [("/rows/0/cut", "unknown_category")]
    assert "Superb" not in json.dumps(problem)


@bad_bodies
def test_a_bad_body_is_refused_in_one_shape(
    body: bytes, headers: dict[str, str], status: int, code: str, service: TestClient
) -> None:
    answer = service.post(CREDIT, content=body, headers=headers)
    check_problem(answer, status, code)


def test_zero_rows_are_answered(service: TestClient) -> None:
    assert service.post(CREDIT, json={"rows": []}).json()["predictions"] == []


@pytest.mark.parametrize("name", ["nobody", "..", "%2e%2e", "UPPER", "a" * 300, "credit-default%00"])
def test_an_unknown_model_is_404_whatever_its_name(name: str, service: TestClient) -> None:
    for answer in (service.get(f"/v1/models/{name}"), service.post(f"/v1/models/{name}/predictions", json={"rows": []})):
        assert answer.status_code in {404, 405}
        check_problem(answer, answer.status_code, answer.json()["code"])
