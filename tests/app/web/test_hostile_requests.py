"""Promises of requests that are wrong in rare ways: a clear refusal that names what to change, and never a 500."""

import asyncio
import json
import threading
from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from service.bundles.registry import Registry
from service.rows.checks import MAX_ERRORS
from service.settings import Settings
from service.web.app import create_app
from tests.support.asgi_calls import JSON_HEADERS, Call
from tests.support.formula_models import FLAT, FLAT_ROW
from tests.support.problem_check import check_problem
from tests.support.row_files import MEDIA

QUESTIONS = ["predictions", "explanations", "curves", "recommendations"]
PREDICTIONS = "/v1/models/flat-price/predictions"
JSON = {"Content-Type": "application/json"}
SURROGATE = b'"\\ud800": 1'


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_name_that_has_no_utf_8_is_refused(question: str, toys: TestClient) -> None:
    answer = toys.post(f"/v1/models/flat-price/{question}", content=b'{"rows": [], "row": {}, %s}' % SURROGATE, headers=JSON)
    check_problem(answer, 422, "invalid_input")


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_body_without_its_required_value_is_told_which_one(question: str, toys: TestClient) -> None:
    answer = toys.post(f"/v1/models/flat-price/{question}", json=FLAT_ROW)
    (error,) = check_problem(answer, 422, "invalid_input")["errors"]
    assert error["code"] == "missing_field"
    assert error["pointer"] == ("/rows" if question in {"predictions", "explanations"} else "/row")


def test_json_with_a_byte_order_mark_is_read(toys: TestClient) -> None:
    body = json.dumps({"rows": [FLAT_ROW]}).encode()
    marked, plain = (toys.post(PREDICTIONS, content=each, headers=JSON) for each in (b"\xef\xbb\xbf" + body, body))
    assert (marked.status_code, marked.json()) == (200, plain.json())


def test_a_wrong_type_is_told_all_that_the_route_takes(toys: TestClient) -> None:
    headers = {"Content-Type": "application/vnd.ms-excel"}
    detail = check_problem(toys.post(PREDICTIONS, content=b"x", headers=headers), 415, "unsupported_type")["detail"]
    assert all(media_type in detail for media_type in MEDIA.values())
    curves = toys.post("/v1/models/flat-price/curves", content=b"x", headers=headers)
    detail = check_problem(curves, 415, "unsupported_type")["detail"]
    assert "application/json" in detail
    assert "csv" not in detail


@pytest.mark.parametrize(
    "address",
    [
        "/v1/runs?kind=features&kind=predictions",
        "/v1/models/flat-price?version=toy&version=other",
        "/v1/models/flat-price/entities?after=&after=",
        "/nothing?a=1&a=1",
        "/v1/runs?" + "&".join(f"p{index}=1" for index in range(30)),
    ],
)
def test_a_parameter_may_come_once(address: str, toys: TestClient) -> None:
    check_problem(toys.get(address), 400, "invalid_request")


@pytest.mark.parametrize(
    ("address", "name", "known"),
    [
        ("/v1/models?lang=pl", "lang", ""),
        ("/v1/models/flat-price?verison=toy", "verison", "version"),
        ("/v1/models/flat-price/entities?page=2", "page", "after"),
        ("/v1/models/flat-price/entities/1?version=toy", "version", ""),
        ("/v1/runs?limit=5", "limit", "model, after, kind"),
        ("/metrics?x=1", "x", ""),
    ],
)
def test_a_parameter_that_has_no_effect_is_refused_by_name(address: str, name: str, known: str, toys: TestClient) -> None:
    detail = check_problem(toys.get(address), 400, "invalid_request")["detail"]
    assert detail.startswith(f"This address has no parameter {name}.")
    assert known in detail


def test_a_probe_of_health_may_have_parameters(toys: TestClient) -> None:
    assert toys.get("/health/live?at=17").status_code == 200


@pytest.mark.parametrize(
    "query", ["decimal=comma&decimal=point", "&".join(["decimal=comma"] * 11), "&".join("abcdefghijklmnopqrstuvwxyz"), "a"]
)
def test_a_file_with_a_repeated_or_unknown_parameter_is_refused(query: str, toys: TestClient) -> None:
    answer = toys.post(f"{PREDICTIONS}?{query}", content=b"area\n1\n", headers={"Content-Type": "text/csv"})
    check_problem(answer, 400, "invalid_request")


def test_of_many_unknown_names_a_hundred_are_named(toys: TestClient) -> None:
    row = FLAT_ROW | {f"name {index}": 1 for index in range(5000)}
    errors = check_problem(toys.post(PREDICTIONS, json={"rows": [row]}), 422, "invalid_input")["errors"]
    assert len(errors) == MAX_ERRORS
    assert {error["code"] for error in errors} == {"unknown_field"}


def test_a_large_body_is_read_beside_the_event_loop() -> None:
    """While it is read, other requests are answered: the reader waits here until one was."""
    answered = threading.Event()

    class WaitingReader:
        def __call__(self, body: bytes) -> Any:
            assert answered.wait(20)
            return FLAT.quick_reader(body)

    async def test() -> None:
        app = create_app(Settings(), Registry.of([replace(FLAT, quick_reader=WaitingReader())]))  # type: ignore[arg-type] # a stand-in
        body = json.dumps({"rows": [FLAT_ROW] * 2000}).encode() + b" " * 2**20
        large = Call(app, "POST", PREDICTIONS, JSON_HEADERS).end(body)
        assert (await Call(app, "GET", "/health/live").answered()).status == 200
        answered.set()
        assert (await large.answered()).status == 200

    asyncio.run(test())
