"""The real client against the real app in this process: a requests adapter over Starlette's test client, no socket."""

from typing import Any

import requests
from requests.adapters import BaseAdapter
from starlette.testclient import TestClient

from client import Client


class InProcess(BaseAdapter):
    """Carries a request of the client to the app and its answer back."""

    def __init__(self, app: TestClient) -> None:
        super().__init__()
        self._app = app

    def send(self, request: requests.PreparedRequest, *_arguments: Any, **_options: Any) -> requests.Response:
        answer = self._app.request(
            str(request.method), str(request.path_url), content=request.body, headers=dict(request.headers)
        )
        response = requests.Response()
        response.status_code = answer.status_code
        response.headers.update(answer.headers)
        response._content = answer.content  # noqa: SLF001 - what requests' own adapters set through urllib3
        response.request = request
        return response

    def close(self) -> None:
        pass


def client_of(app: TestClient) -> Client:
    client = Client("http://localhost")
    client.session.mount("http://localhost", InProcess(app))
    return client
