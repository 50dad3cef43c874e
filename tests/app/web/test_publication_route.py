"""Who may send a model to the service, and what is refused before anything of it is looked at."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from service.bundles.registry import Registry
from service.settings import Settings, read_settings
from service.web.app import create_app
from service.web.middleware.http_entry import HttpEntry
from tests.support.asgi_calls import Call, turns
from tests.support.problem_check import check_problem
from wire.settings_reader import WrongSettings

READ, ADMIN = "a-key-that-may-read", "a-key-that-may-all"
KEYS = f"{READ}:read+feedback,{ADMIN}:admin"
ZIP = {"Content-Type": "application/zip"}


def app_of(bundles: Path, **settings: Any) -> HttpEntry:
    given = {"api_keys": KEYS, "accept_models": "yes", "bundles": str(bundles)} | settings
    return create_app(Settings(**given), Registry.of([]))


def post(app: HttpEntry, key: str = ADMIN, headers: dict[str, str] = ZIP, **options: Any) -> Any:
    client = TestClient(app, base_url="http://localhost")
    return client.post("/v1/models", headers=headers | {"Authorization": f"Bearer {key}"}, **options)


def test_it_is_off_unless_somebody_turns_it_on(tmp_path: Path) -> None:
    assert Settings().accept_models == "no"
    problem = check_problem(post(app_of(tmp_path, accept_models="no"), content=b"PK"), 403, "models_not_accepted")
    assert "SERVICE_ACCEPT_MODELS is off" in problem["detail"]


def test_only_a_key_with_the_scope_admin_may_send_a_model(tmp_path: Path) -> None:
    check_problem(post(app_of(tmp_path), READ, content=b"PK"), 403, "forbidden")
    check_problem(post(app_of(tmp_path), "an-unknown-key-of-them", content=b"PK"), 401, "unauthorized")


@pytest.mark.parametrize("keys", ["", f"{READ}:read", f"{READ}:read+feedback"])
def test_a_service_without_a_key_of_that_scope_does_not_start_with_it(keys: str) -> None:
    with pytest.raises(WrongSettings, match="ACCEPT_MODELS=yes needs a key with the scope admin"):
        read_settings({"SERVICE_ACCEPT_MODELS": "yes", "SERVICE_API_KEYS": keys})
    assert read_settings({"SERVICE_ACCEPT_MODELS": "yes", "SERVICE_API_KEYS": KEYS}).accepts_models


@pytest.mark.parametrize("accepts", ["yes", "no"])
def test_health_says_whether_models_are_taken(accepts: str, tmp_path: Path) -> None:
    client = TestClient(app_of(tmp_path, accept_models=accepts), base_url="http://localhost")
    for path in ("/health/live", "/health/ready"):
        assert client.get(path).json()["accepts_models"] is (accepts == "yes")


def test_a_body_of_another_type_or_beyond_the_limit_is_refused(tmp_path: Path) -> None:
    check_problem(post(app_of(tmp_path), json={}, headers={}), 415, "unsupported_type")
    check_problem(post(app_of(tmp_path), content=b"PK", headers=ZIP | {"Content-Encoding": "gzip"}), 415, "unsupported_type")
    check_problem(post(app_of(tmp_path, max_file_bytes=100), content=b"P" * 101), 413, "too_large")
    check_problem(post(app_of(tmp_path), content=b"PK", params={"name": "other"}), 400, "invalid_request")


def test_one_model_is_taken_at_a_time_and_a_cut_upload_leaves_nothing(tmp_path: Path) -> None:
    async def run() -> None:
        app = app_of(tmp_path)
        headers = {"content-type": "application/zip", "authorization": f"Bearer {ADMIN}"}
        for _ in range(3):
            first = Call(app, "POST", "/v1/models", headers).send(b"PK")
            await turns()
            second = await Call(app, "POST", "/v1/models", headers).answered()
            assert (second.status, second.json()["code"]) == (503, "overloaded")
            assert int(second.headers["retry-after"]) > 0
            first.disconnect()
            await first.answered()
            assert first.status == 0
        assert list(tmp_path.iterdir()) == []

    asyncio.run(run())
