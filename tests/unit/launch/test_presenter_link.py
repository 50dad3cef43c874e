"""Promises of the presenter's link of `make demo`: it is printed if the service gives one, and nothing breaks without it."""

import http.server
import threading
from collections.abc import Iterator

import pytest

from launch.sharing import request_link


@pytest.fixture
def link_server() -> Iterator[tuple[str, dict[str, tuple[int, bytes]]]]:
    """A service that answers each key as the test says."""
    answers: dict[str, tuple[int, bytes]] = {}

    class Answers(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            status, body = answers[self.headers.get("Authorization", "")]
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", answers
        server.shutdown()


def test_the_link_has_the_token_and_more_parameters(link_server: tuple[str, dict[str, tuple[int, bytes]]]) -> None:
    url, answers = link_server
    answers["Bearer secret"] = (201, b'{"token": "wl_a&b"}')
    assert request_link(url, "secret", "http://demo:1") == "http://demo:1/sign-in?token=wl_a%26b"
    link = request_link(url, "secret", "http://demo:1", open="start", model="my own")
    assert link == "http://demo:1/sign-in?token=wl_a%26b&open=start&model=my+own"


@pytest.mark.parametrize("answer", [(403, b"{}"), (404, b"nothing"), (201, b"no JSON"), (201, b"[]"), (201, b"{}")])
def test_without_a_token_there_is_no_link(
    answer: tuple[int, bytes], link_server: tuple[str, dict[str, tuple[int, bytes]]]
) -> None:
    url, answers = link_server
    answers[""] = answer
    assert request_link(url, "", "http://demo:1") is None


def test_without_a_service_there_is_no_link() -> None:
    assert request_link("http://127.0.0.1:9", "", "http://demo:1") is None
