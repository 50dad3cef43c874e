"""Promises of headers: what every answer says to browsers and caches, and requests whose headers contradict each other."""

import base64
import hashlib
import re
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from service.bundles.registry import Registry
from service.settings import Settings
from tests.support.formula_models import FLAT
from tests.support.problem_check import check_problem
from tests.support.service_app import serve

READ, FEEDBACK = "a-key-that-may-read", "a-key-for-feedback"
PAGES = ["/docs", "/docs/oauth2-redirect", "/openapi.json", "/static-offline-docs/swagger-ui.css", "/nothing"]


@pytest.fixture(scope="module")
def locked() -> Iterator[TestClient]:
    yield from serve(Settings(api_keys=f"{READ}:read,{FEEDBACK}:feedback"), Registry.of([FLAT]))


@pytest.mark.parametrize(
    "path", ["/v1/models", "/v1/models/flat-price", "/health/live", "/v1/models/none", "/docs", "/nothing"]
)
def test_no_cache_keeps_an_answer(path: str, toys: TestClient) -> None:
    assert toys.get(path).headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/v1/models", "/nothing", "/openapi.json"])
def test_an_answer_that_is_no_page_may_load_nothing_and_stand_in_no_frame(path: str, toys: TestClient) -> None:
    assert toys.get(path).headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"


@pytest.mark.parametrize("path", ["/docs", "/docs/oauth2-redirect"])
def test_a_page_runs_its_scripts_alone_and_stands_in_no_frame(path: str, toys: TestClient) -> None:
    answer = toys.get(path)
    policies = answer.headers.get_list("content-security-policy")
    assert len(policies) == 1, "a browser applies all of them"
    rules = dict(rule.strip().split(" ", 1) for rule in policies[0].split(";"))
    assert rules["frame-ancestors"] == rules["default-src"] == "'none'"
    inline = re.findall(r"<script>(.*?)</script>", answer.text, re.DOTALL)
    assert inline
    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in inline]
    assert rules["script-src"].split() == ["'self'", *(f"'sha256-{each}'" for each in hashes)]
    assert not re.search(r"https?:|unsafe|\*", rules["script-src"] + rules["connect-src"])


@pytest.mark.parametrize("name", ["Host", "Authorization", "Content-Type", "Content-Encoding"])
def test_a_header_with_one_value_may_not_come_twice(name: str, toys: TestClient) -> None:
    headers = [(name.encode(), b"localhost"), (name.lower().encode(), b"evil.example")]
    answer = toys.get("/v1/models", headers=headers if name == "Host" else [(b"host", b"localhost"), *headers])
    assert name.lower() in check_problem(answer, 400, "invalid_request")["detail"].lower()


def test_a_list_in_two_headers_is_no_fault(toys: TestClient) -> None:
    headers = [(b"host", b"localhost"), (b"accept", b"application/json"), (b"accept", b"text/csv")]
    assert toys.get("/v1/models", headers=headers).status_code == 200


@pytest.mark.parametrize("path", PAGES)
def test_a_key_of_another_scope_opens_no_page(path: str, locked: TestClient) -> None:
    check_problem(locked.get(path, headers={"Authorization": f"Bearer {FEEDBACK}"}), 403, "forbidden")
    expected = 404 if path == "/nothing" else 200
    assert locked.get(path, headers={"Authorization": f"Bearer {READ}"}).status_code == expected
