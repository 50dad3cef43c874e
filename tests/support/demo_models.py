"""The models over which tests draw the demo's pages, and the requests that a page sends."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from client import Client
from tests.support.demo_pages import serve_by
from tests.support.formula_models import TOYS
from tests.support.in_process_client import client_of

BUNDLED = ("comment-sentiment", "credit-default", "credit-scorecard", "diamond-price")
BUILT = ("toy-pets", "toy-rents")
EVERY_MODEL = (*BUNDLED, *TOYS, *BUILT)


@pytest.fixture
def request_log(monkeypatch: pytest.MonkeyPatch, service: TestClient, toys_and_built: TestClient, request: Any) -> list[str]:
    """Let the demo call the real app, over the bundled models or the toys. Returns the requests that it sends."""
    model = getattr(request, "param", BUNDLED[0])
    client = client_of(service if model in BUNDLED else toys_and_built)
    return listen(client, monkeypatch)


def listen(client: Client, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    paths: list[str] = []
    client.session.hooks["response"].append(
        lambda answer, **_: paths.append(f"{answer.request.method} {answer.request.path_url}")
    )
    serve_by(client, monkeypatch)
    return paths


def questions(request_log: list[str]) -> list[str]:
    """Return the requests to models, without those of cards."""
    return [path for path in request_log if path.startswith("POST") or path.partition("?")[0].endswith("/evaluation")]


every_model = pytest.mark.parametrize(
    ("request_log", "model"), [(name, name) for name in EVERY_MODEL], indirect=["request_log"], ids=EVERY_MODEL
)
