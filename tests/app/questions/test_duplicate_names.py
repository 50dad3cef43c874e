"""Promises of duplicate names: wherever a question gives a name twice, it is refused at that place; the last never wins."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from service.bundles.registry import Registry
from service.settings import Settings
from service.web.app import create_app
from tests.support.formula_models import FLAT
from tests.support.problem_check import JSON, check_problem

ROW = '{"area": 37.5, "rooms": 2, "state": "poor", "lift": false, "floor": 3}'
TWICE = ROW.replace("}", ', "area": 40}')
GOAL = '{"value": {"max": 100}}'
CASES = {
    "a row to predict": ("predictions", f'{{"rows": [{TWICE}]}}', "/rows/0/area"),
    "a row to explain": ("explanations", f'{{"rows": [{TWICE}]}}', "/rows/0/area"),
    "the rows": ("explanations", f'{{"rows": [{ROW}], "rows": [{ROW}]}}', "/rows"),
    "the row of a curve": ("curves", f'{{"row": {TWICE}, "fields": ["area"]}}', "/row/area"),
    "the pinned row": ("curves", f'{{"row": {ROW}, "fields": ["area"], "pinned": {TWICE}}}', "/pinned/area"),
    "the fields": ("curves", f'{{"row": {ROW}, "fields": ["area"], "fields": ["floor"]}}', "/fields"),
    "a flag": ("curves", f'{{"row": {ROW}, "fields": ["area"], "together": false, "together": false}}', "/together"),
    "a version": ("curves", f'{{"row": {ROW}, "fields": ["area"], "version": null, "version": null}}', "/version"),
    "the row to change": ("recommendations", f'{{"row": {TWICE}, "goal": {GOAL}}}', "/row/area"),
    "the goal": ("recommendations", f'{{"row": {ROW}, "goal": {GOAL}, "goal": {GOAL}}}', "/goal"),
    "the kind of a goal": (
        "recommendations",
        f'{{"row": {ROW}, "goal": {{"value": {{"max": 100}}, "value": {{"max": 1}}}}}}',
        "/goal/value",
    ),
    "an end of a goal": (
        "recommendations",
        f'{{"row": {ROW}, "goal": {{"value": {{"max": 100, "max": 1}}}}}}',
        "/goal/value/max",
    ),
    "an end that is null": (
        "recommendations",
        f'{{"row": {ROW}, "goal": {{"value": {{"max": 100, "min": null, "min": null}}}}}}',
        "/goal/value/min",
    ),
    "a range": (
        "recommendations",
        f'{{"row": {ROW}, "goal": {GOAL}, "ranges": {{"area": [20, 80], "area": [20, 30]}}}}',
        "/ranges/area",
    ),
    "the fixed fields": ("recommendations", f'{{"row": {ROW}, "goal": {GOAL}, "fixed": [], "fixed": ["area"]}}', "/fixed"),
    "a fixed field": (
        "recommendations",
        f'{{"row": {ROW}, "goal": {GOAL}, "fixed": ["area", "floor", "area"]}}',
        "/fixed/2",
    ),
    "a field of a curve": ("curves", f'{{"row": {ROW}, "fields": ["area", "floor", "area"]}}', "/fields/2"),
}


@pytest.fixture(scope="module")
def app() -> Iterator[TestClient]:
    with TestClient(create_app(Settings(), Registry.of([FLAT])), base_url="http://localhost") as client:
        yield client


@pytest.mark.parametrize(("question", "body", "pointer"), CASES.values(), ids=CASES)
@pytest.mark.parametrize("change", [("", ""), ('"poor"', r'"p\u006for"'), ('"area": 40', r'"\u0061rea": 40')], ids=str)
def test_a_name_that_is_given_twice_is_refused_where_it_is(
    question: str, body: str, pointer: str, change: tuple[str, str], app: TestClient
) -> None:
    """Escapes change nothing: in a value they could hide a name from a count, and in a name its copy."""
    answer = app.post(f"/v1/models/flat-price/{question}", content=body.replace(*change), headers=JSON)
    problem = check_problem(answer, 422, "invalid_input")
    assert [(each["pointer"], each["code"]) for each in problem["errors"]] == [(pointer, "duplicate_field")]
