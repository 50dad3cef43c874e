"""How soon a bad request is refused: within half a second, however large it is."""

import json
import time
from collections.abc import Mapping
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.support.bad_requests import bad_bodies, bad_values
from tests.support.problem_check import JSON

CREDIT = "/v1/models/credit-default/predictions"


def seconds(service: TestClient, body: bytes, headers: Mapping[str, str], status: int) -> float:
    started = time.perf_counter()
    answer = service.post(CREDIT, content=body, headers=headers)
    taken = time.perf_counter() - started
    assert answer.status_code == status
    return taken


@pytest.mark.parametrize("value", bad_values().values(), ids=bad_values())
def test_a_bad_value_is_refused_within_half_a_second(value: str, service: TestClient, cards: dict[str, Any]) -> None:
    good = cards["credit-default"]["examples"][0]["row"]
    bad = json.dumps(good | {"credit_limit": "HERE"}).replace('"HERE"', value)
    assert seconds(service, f'{{"rows": [{json.dumps(good)}, {bad}]}}'.encode(), JSON, 422) < 0.5


@bad_bodies
def test_a_bad_body_is_refused_within_half_a_second(
    body: bytes, headers: dict[str, str], status: int, code: str, service: TestClient
) -> None:
    assert seconds(service, body, headers, status) < 0.5, code
