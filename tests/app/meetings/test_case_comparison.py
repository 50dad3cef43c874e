"""Promises of the comparison on people's cases: counted as `check-cases` counts them, differences first, on both databases."""

import random
import re
import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import msgspec
import numpy as np
import pytest
from starlette.testclient import TestClient

from service.bundles.model import Model
from service.bundles.prediction_builder import create_prediction_builder
from service.bundles.registry import Registry
from service.models.comparisons.right_answers import check_right_answers, read_cases
from service.settings import Settings
from tests.support.formula_models import FLAT, FLAT_ROW, PET, PET_ROW, FormulaScorer, pet_kinds
from tests.support.in_process_client import client_of
from tests.support.problem_check import check_problem
from tests.support.service_app import serve


def version_of(model: Model, version: str, scorer: FormulaScorer) -> Model:
    card = msgspec.structs.replace(model.card, version=version)
    return replace(model, card=card, scorer=scorer, builder=create_prediction_builder(card))


NEWER = version_of(PET, "newer", FormulaScorer(lambda matrix: np.asarray(pet_kinds(matrix)[:, ::-1])))
"""A version that takes the first kind of pet for the last one."""


@pytest.fixture
def app(url: str) -> Iterator[TestClient]:
    yield from serve(Settings(database_url=url), Registry.of([PET, NEWER, FLAT]))


def give(app: TestClient, **entry: Any) -> str:
    entry = {"model": "pet-kind", "version": "toy", "row": PET_ROW, "shown": {}, "verdict": "disagree"} | entry
    answer = app.post("/v1/feedback", json=entry, headers={"Idempotency-Key": uuid.uuid4().hex})
    assert answer.status_code == 201
    return str(answer.json()["id"])


def compare(app: TestClient, *versions: str, **more: Any) -> Any:
    candidates = [{"model": "pet-kind", "version": version} for version in versions]
    return app.post("/v1/feedback/comparisons", json={"model": "pet-kind", "candidates": candidates} | more)


def label(app: TestClient, row: dict[str, Any], version: str) -> str:
    answer = app.post("/v1/models/pet-kind/predictions", json={"rows": [row], "version": version}).json()
    return str(answer["predictions"][0]["label"])


def test_each_version_is_counted_and_the_cases_on_which_they_differ_come_first(app: TestClient) -> None:
    rows = [PET_ROW | {"weight": weight} for weight in (1.0, 5.0, 12.0, 40.0)]
    both = [(label(app, row, "toy"), label(app, row, "newer")) for row in rows]
    row, (old, new) = next((row, pair) for row, pair in zip(rows, both, strict=True) if pair[0] != pair[1])
    neither = next(kind for kind in ("cat", "dog", "rabbit") if kind not in {old, new})
    fixed = give(app, row=row, right_answer={"label": new})
    lost = give(app, row=row, right_answer={"label": neither})
    broken = give(app, row=row, right_answer={"label": old})
    refused = give(app, row={"weight": -5}, version="gone", right_answer={"label": old})
    give(app, row=row)
    give(app, row=row, verdict="unsure")
    give(app, model="flat-price", row=FLAT_ROW, right_answer={"value": 1.0})
    answer = compare(app, "toy", "newer").json()
    assert answer["cases"] == 4
    counts = [tuple(each[name] for name in ("version", "right", "wrong", "unanswered")) for each in answer["candidates"]]
    assert counts == [("toy", 1, 2, 1), ("newer", 1, 2, 1)]
    assert [item["id"] for item in answer["items"]] == [broken, fixed, refused, lost]
    right = [[each["is_right"] for each in item["answers"]] for item in answer["items"]]
    assert right == [[True, False], [False, True], [None, None], [False, False]]
    assert answer["items"][0]["row"] == row
    assert answer["items"][2]["answers"][0] == {"answer": None, "is_right": None}
    assert (
        client_of(app).feedback.compare_cases(
            "pet-kind", [{"model": "pet-kind", "version": "toy"}, {"model": "pet-kind", "version": "newer"}]
        )
        == answer
    )


def test_the_counts_are_those_that_check_cases_prints(app: TestClient, capsys: pytest.CaptureFixture[str]) -> None:
    draw = random.Random(5)
    for _ in range(40):
        said: list[dict[str, Any]] = [
            {"verdict": "agree"},
            {"right_answer": {"label": draw.choice(["cat", "dog", "rabbit"])}},
        ]
        row = PET_ROW | {"weight": draw.uniform(0.5, 60.0), "age": draw.choice([1, 9, 20])}
        give(app, row=row, **draw.choice(said))
    cases = read_cases(app.get("/v1/feedback/export", params={"format": "cases"}).json())
    assert cases is not None
    answer = compare(app, "toy", "newer").json()
    worse = sum(item["answers"][0]["is_right"] and not item["answers"][1]["is_right"] for item in answer["items"])
    assert check_right_answers(PET, NEWER, cases.cases) == int(worse > 0)
    printed = [int(number) for number in re.findall(r": (\d+) of", capsys.readouterr().out)]
    assert printed == [each["right"] for each in reversed(answer["candidates"])]


def test_one_meeting_is_compared_alone(app: TestClient) -> None:
    inside = give(app, right_answer={"label": "rabbit"}, meeting="m-1")
    give(app, right_answer={"label": "rabbit"})
    answer = compare(app, "toy", "newer", meeting="m-1").json()
    assert answer["cases"] == 1
    assert {item["id"] for item in answer["items"]} <= {inside}
    assert compare(app, "toy", meeting="m-2").json()["cases"] == 0


def test_what_is_not_served_cannot_be_compared(app: TestClient) -> None:
    check_problem(compare(app, "older"), 404, "unknown_version")
    check_problem(compare(app, "toy", model="nobody"), 404, "unknown_model")
    check_problem(compare(app, "toy", meeting="a\0b"), 404, "unknown_meeting")
    check_problem(compare(app), 422, "invalid_input")
    check_problem(compare(app, *["toy"] * 5), 422, "invalid_input")
