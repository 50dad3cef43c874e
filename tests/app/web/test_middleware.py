"""Promises of service/web/middleware/ and service/settings.py: keys, ids, hosts, limits."""

import json
import logging
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from service.settings import Settings, read_settings
from tests.support.problem_check import check_problem
from tests.support.repository import ROOT
from tests.support.service_app import serve
from wire.settings_reader import WrongSettings

READ, ADMIN = "a-key-that-may-read", "a-key-for-feedback"


@pytest.fixture(scope="module")
def locked(bundles: Path) -> Any:
    yield from serve(Settings(bundles=str(bundles), api_keys=f"{READ}:read,{ADMIN}:feedback", max_in_flight=1))


PATHS = [
    "/v1/models",
    "/v1/models/credit-default",
    "/metrics",
    "/openapi.json",
    "/docs",
    "/nothing",
    "//v1/models",
    "/v1/./models",
]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST"])
def test_without_a_key_every_method_is_refused(path: str, method: str, locked: TestClient) -> None:
    answer = locked.request(method, path)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("key", ["", "Bearer", "Bearer wrong", f"Basic {READ}", f"Bearer {READ}x", "Bearer \xff"])
def test_a_wrong_key_is_a_problem_that_does_not_repeat_it(key: str, locked: TestClient) -> None:
    answer = locked.get("/v1/models", headers={b"Authorization": key.encode("latin-1")})
    problem = check_problem(answer, 401, "unauthorized")
    assert READ not in json.dumps(problem)


def test_a_key_without_the_scope_is_forbidden(locked: TestClient) -> None:
    with_key = {"Authorization": f"Bearer {ADMIN}"}
    check_problem(locked.get("/v1/models", headers=with_key), 403, "forbidden")
    check_problem(
        locked.post("/v1/models/credit-default/predictions", headers=with_key, json={"rows": []}), 403, "forbidden"
    )


def test_a_valid_key_may_read_every_route(locked: TestClient) -> None:
    with_key = {"Authorization": f"Bearer {READ}", "Host": "models.example.org"}
    assert locked.get("/v1/models", headers=with_key).status_code == 200
    assert locked.post("/v1/models/credit-default/predictions", headers=with_key, json={"rows": []}).status_code == 200
    assert b"witryna_requests_total" in locked.get("/metrics", headers=with_key).content


def test_health_needs_no_key(locked: TestClient) -> None:
    assert locked.get("/health/live").json() == {"status": "live", "models": [], "accepts_models": False}
    ready = locked.get("/health/ready").json()
    assert ready["status"] == "ready"
    assert {model["state"] for model in ready["models"]} == {"ready"}


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", ""])
def test_without_keys_a_foreign_host_name_is_refused(host: str, service: TestClient) -> None:
    check_problem(service.get("/v1/models", headers={"Host": host}), 403, "forbidden")


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1:8123", "[::1]:8000", "[::1]"])
def test_without_keys_this_machine_is_answered(host: str, service: TestClient) -> None:
    assert service.get("/v1/models", headers={"Host": host}).status_code == 200


def test_a_request_id_goes_in_and_out(service: TestClient) -> None:
    assert service.get("/nothing", headers={"X-Request-ID": "abc-1"}).json()["request_id"] == "abc-1"


@pytest.mark.parametrize("bad", ["a b", "x" * 65, "a;b", '"'])
def test_a_hostile_request_id_is_replaced(bad: str, service: TestClient) -> None:
    given = service.get("/nothing", headers={"X-Request-ID": bad}).headers["x-request-id"]
    assert given != bad
    assert given


def test_every_answer_forbids_sniffing(service: TestClient) -> None:
    assert service.get("/v1/models").headers["x-content-type-options"] == "nosniff"


def test_the_frameworks_own_errors_have_the_one_shape(service: TestClient) -> None:
    check_problem(service.get("/nothing"), 404, "not_found")
    answer = service.put("/v1/models")
    check_problem(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == "GET, POST"
    assert service.get("/v1/models/credit-default/predictions").headers["allow"] == "POST"


@pytest.mark.parametrize("question", ["predictions", "explanations", "curves", "recommendations"])
@pytest.mark.parametrize("query", ["version=0", "verison=0", "x"])
def test_a_question_in_json_with_a_parameter_in_its_address_is_refused_not_answered_without_it(
    query: str, question: str, service: TestClient
) -> None:
    answer = service.post(f"/v1/models/diamond-price/{question}?{query}", json={"rows": []})
    assert "belongs into the body" in check_problem(answer, 400, "invalid_request")["detail"]


def test_a_wrong_parameter_is_not_called_bad_json(service: TestClient) -> None:
    file, csv = b"carat\n1\n", {"Content-Type": "text/csv"}
    for answer in (
        service.get("/v1/runs?after=%00"),
        service.get("/v1/runs?kind=nightly"),
        service.post("/v1/models/diamond-price/predictions?decimal=foo", content=file, headers=csv),
    ):
        assert "JSON" not in check_problem(answer, 400, "invalid_request")["title"]


def test_texts_come_in_the_callers_language(service: TestClient) -> None:
    def question(language: str) -> str:
        answer = service.get("/v1/models/credit-default", headers={"Accept-Language": language})
        assert answer.headers["content-language"] in {"en", "pl"}
        return str(answer.json()["question"])

    english, polish = "Will this client pay next month?", "Czy ten klient zapłaci w przyszłym miesiącu?"
    assert question("pl-PL,pl;q=0.9,en;q=0.8") == polish
    assert question("en-GB,pl;q=0.2") == english
    assert question("de,pl;q=0.5,en;q=0.4") == polish
    assert question("de") == english
    assert question("pl;q=x, en;q=0.1") == english


def test_the_docs_page_asks_no_foreign_host(service: TestClient) -> None:
    page = service.get("/docs").text
    assert "https://" not in page
    assert service.get("/static-offline-docs/swagger-ui-bundle.js").status_code == 200


def test_a_misspelt_setting_is_refused_by_name() -> None:
    with pytest.raises(WrongSettings, match="SERVICE_PROT"):
        read_settings({"SERVICE_PROT": "8001"})


@pytest.mark.parametrize(
    ("name", "value"), [("SERVICE_PORT", "eight"), ("SERVICE_MAX_ROWS", ""), ("SERVICE_API_KEYS", "short:read")]
)
def test_a_setting_that_does_not_fit_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(WrongSettings, match=name):
        read_settings({name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "99999"),
        ("PORT", "0"),
        ("MAX_IN_FLIGHT", "0"),
        ("MAX_ROWS", "0"),
        ("MAX_BODY_BYTES", "-1"),
        ("MAX_FILE_BYTES", "0"),
        ("MAX_FILE_ROWS", "-5"),
        ("STORED_MAX_AGE_HOURS", "-1"),
        ("FEATURES_MAX_AGE_HOURS", "nan"),
        ("MODEL_SECONDS", "0"),
        ("HEADER_SECONDS", "inf"),
        ("BODY_STALL_SECONDS", "-3"),
    ],
)
def test_a_number_out_of_range_is_refused_with_the_range(name: str, value: str) -> None:
    with pytest.raises(WrongSettings, match=rf"SERVICE_{name} .* from \S+ to \S+\."):
        read_settings({f"SERVICE_{name}": value})


def test_every_number_of_the_settings_has_a_range_that_holds_its_default() -> None:
    defaults = {name: value for name, value in asdict(Settings()).items() if not isinstance(value, str)}
    assert len(defaults) == 21
    assert read_settings({f"SERVICE_{name.upper()}": str(value) for name, value in defaults.items()}) == Settings()
    for name in defaults:
        for beyond in ("-1", "9" * 19):
            with pytest.raises(WrongSettings, match=rf"SERVICE_{name.upper()} .* from \S+ to \S+\."):
                read_settings({f"SERVICE_{name.upper()}": beyond})


def test_a_folder_of_models_that_is_named_and_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongSettings, match="SERVICE_BUNDLES"):
        read_settings({"SERVICE_BUNDLES": str(tmp_path / "nowhere")})
    assert read_settings({"SERVICE_BUNDLES": str(tmp_path)}).bundles == str(tmp_path)


@pytest.mark.parametrize(("argument", "code"), [("--help", 0), ("--port=80", 2), ("now", 2)])
def test_an_argument_starts_no_service_but_shows_how_to(argument: str, code: int) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "service", argument], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == code
    assert "usage: python -m service" in ended.stdout + ended.stderr


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/v1/models", "/v1/models/diamond-price", "/nothing"])
def test_head_is_answered_as_get_without_the_body(path: str, service: TestClient) -> None:
    head, get = service.head(path), service.get(path)
    assert (head.status_code, head.content) == (get.status_code, b"")
    assert head.headers["content-type"] == get.headers["content-type"]


@pytest.mark.parametrize("keys", ["no-scope-in-this-one", "a-long-enough-secret:", "a-long-enough-secret:all", ":read"])
def test_keys_without_a_known_scope_are_refused(keys: str) -> None:
    with pytest.raises(WrongSettings, match="SERVICE_API_KEYS"):
        read_settings({"SERVICE_API_KEYS": keys})


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org", ""])
def test_an_address_that_others_can_reach_needs_keys(host: str) -> None:
    with pytest.raises(WrongSettings, match="SERVICE_API_KEYS"):
        read_settings({"SERVICE_HOST": host})
    assert read_settings({"SERVICE_HOST": host, "SERVICE_API_KEYS": f"{READ}:read"}).host == host


def test_a_secret_is_in_no_log_line(
    locked: TestClient, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG):
        locked.get("/v1/models", headers={"Authorization": f"Bearer {READ}"})
    written = capfd.readouterr()
    assert READ not in caplog.text + written.out + written.err
    assert '"route":"/v1/models"' in written.err
