"""Promises of usualness on the bundled models."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from service.bundles.bundle_opening import open_model
from service.questions.usualness import usualness
from tests.support.sklearn_pipelines import split_of


@pytest.mark.parametrize("name", ["credit-default", "credit-scorecard", "diamond-price"])
def test_held_out_rows_of_a_bundle_are_as_usual_as_those_it_learned_from(name: str, bundles: Path) -> None:
    model = open_model(bundles / name)
    held_out = split_of(name).test.fields[[field.name for field in model.card.inputs]].sample(2000, random_state=0)
    rows = json.loads(held_out.to_json(orient="records", double_precision=15))
    matrix = model.checks.columns(rows).numbers
    percentiles = np.array([each.percentile for each in usualness(model.background, matrix) if each])
    assert len(percentiles) == len(rows)
    assert np.median(percentiles) == pytest.approx(50, abs=5)
    assert (percentiles >= 90).mean() == pytest.approx(0.1, abs=0.03)


def test_a_text_has_no_badge(service: TestClient) -> None:
    body = {"rows": [{"comment": "What a day"}]}
    (result,) = service.post("/v1/models/comment-sentiment/explanations", json=body).json()["explanations"]
    assert result["usualness"] is None


def test_a_diamond_of_a_size_that_nobody_saw_is_rare(service: TestClient, cards: dict[str, Any]) -> None:
    row = cards["diamond-price"]["real_rows"][0] | {"carat": 4.9}
    (result,) = service.post("/v1/models/diamond-price/explanations", json={"rows": [row]}).json()["explanations"]
    assert result["usualness"]["fields"][0] == "carat"
    assert result["usualness"]["percentile"] >= 90


@pytest.mark.parametrize("together", [False, True])
def test_a_curve_says_of_its_row_what_an_explanation_says(
    service: TestClient, cards: dict[str, Any], *, together: bool
) -> None:
    row = cards["diamond-price"]["real_rows"][0] | {"carat": 4.9}
    (why,) = service.post("/v1/models/diamond-price/explanations", json={"rows": [row]}).json()["explanations"]
    body = {"row": row, "fields": ["carat", "depth"], "together": together}
    assert service.post("/v1/models/diamond-price/curves", json=body).json()["usualness"] == why["usualness"]


def test_every_proposal_says_how_usual_the_case_would_be_that_it_makes(service: TestClient, cards: dict[str, Any]) -> None:
    row = next(each["row"] for each in cards["diamond-price"]["examples"] if each["name"] == "engagement-ring")
    body = {"row": row, "goal": {"value": {"max": 1500}}}
    result = service.post("/v1/models/diamond-price/recommendations", json=body).json()["recommendations"]
    changed = [row | {change["field"]: change["to"] for change in each["changes"]} for each in result]
    why = service.post("/v1/models/diamond-price/explanations", json={"rows": changed}).json()["explanations"]
    assert len(result) > 0
    assert [each["usualness"] for each in result] == [each["usualness"] for each in why]
