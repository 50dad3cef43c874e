"""The real client over the real app in this process: an adapter of requests over Starlette's test client, without a socket."""

import io
from typing import Any

import requests
from requests.adapters import BaseAdapter
from starlette.testclient import TestClient

from client import Client


class InProcess(BaseAdapter):
    """Sends a request of the client to the app and returns its answer."""

    def __init__(self, app: TestClient) -> None:
        super().__init__()
        self._app = app

    def send(self, request: requests.PreparedRequest, *_arguments: Any, **_options: Any) -> requests.Response:
        headers = dict(request.headers)
        answer = self._app.request(str(request.method), str(request.path_url), content=request.body, headers=headers)
        response = requests.Response()
        response.status_code = answer.status_code
        response.headers.update(answer.headers)
        response.raw = io.BytesIO(answer.content)
        response.request = request
        return response

    def close(self) -> None:
        pass


def client_of(app: TestClient, secret: str | None = None) -> Client:
    """Return the client whose service is `app`, with a secret of its own if one is given."""
    client = Client("http://localhost", secret)
    client.session.mount("http://localhost", InProcess(app))
    return client
