"""Files that are dropped on the page Files, and the service that is watched while it scores them."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from client import Client
from tests.support.demo_pages import forget, serve_by
from tests.support.in_process_client import InProcess

WAIT_SECONDS = 30


class Watched(InProcess):
    """The service, which fails as told over the next files, and answers none before it may."""

    def __init__(self, app: TestClient) -> None:
        super().__init__(app)
        self.sent: list[str] = []
        self.troubles: list[Callable[[], requests.Response]] = []
        self.may_answer = threading.Event()
        self.may_answer.set()

    def send(self, request: requests.PreparedRequest, *arguments: Any, **options: Any) -> requests.Response:
        kind = str(request.headers.get("Content-Type", ""))
        if not kind.startswith(("text/csv", "application/vnd")):
            return super().send(request, *arguments, **options)
        self.sent.append(f"{request.path_url} {kind}")
        assert self.may_answer.wait(WAIT_SECONDS)
        return self.troubles.pop(0)() if self.troubles else super().send(request, *arguments, **options)


def watch(service: TestClient, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    """Let the demo ask the watched service."""
    client, adapter = Client("http://localhost"), Watched(service)
    client.session.mount("http://localhost", adapter)
    serve_by(client, monkeypatch)
    yield adapter
    adapter.may_answer.set()
    arrived()
    forget()


def arrived() -> None:
    """Wait until no file is on its way."""
    for thread in threading.enumerate():
        if thread.name == "file":
            thread.join(WAIT_SECONDS)


def drop(app: AppTest, content: bytes, name: str = "clients.csv") -> None:
    app.file_uploader[0].set_value((name, content, "text/csv")).run()
    arrived()
    app.run()
    assert not app.exception


def said(app: AppTest) -> str:
    return " ".join(each.value for each in [*app.warning, *app.error, *app.caption, *app.markdown])
