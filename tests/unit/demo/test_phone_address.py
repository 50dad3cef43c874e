"""Promises of the addresses for phones: they reach the demo from another machine, and a silent one is found out."""

import http.server
import threading
from collections.abc import Iterator

import pytest

from demo.settings import Settings
from demo.sharing.phone_address import answers, list_phone_addresses

SHARED = Settings(host="0.0.0.0", allowed_hosts="192.168.1.5, laptop.local, *.example.com", port=8600)


@pytest.mark.parametrize("page", ["http://localhost:8501/check", "http://127.0.0.1:8501/check", "http://[::1]:8501/", ""])
def test_a_demo_for_this_machine_alone_has_no_address_for_phones(page: str) -> None:
    assert list_phone_addresses(page, Settings()) == []


@pytest.mark.parametrize(
    ("page", "settings", "expected"),
    [
        ("http://localhost:8600/check", SHARED, ["http://192.168.1.5:8600", "http://laptop.local:8600"]),
        ("http://laptop.local:8600/check", SHARED, ["http://laptop.local:8600", "http://192.168.1.5:8600"]),
        ("https://demo.example.com/a/check?x=1", Settings(base_path="/a"), ["https://demo.example.com/a"]),
    ],
)
def test_the_address_in_the_browser_is_the_first_of_those_that_phones_can_use(
    page: str, settings: Settings, expected: list[str]
) -> None:
    assert list_phone_addresses(page, settings) == expected


class _Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/live/CODE" else 404)
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    with http.server.HTTPServer(("127.0.0.1", 0), _Page) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_only_an_address_with_the_page_answers(server: str) -> None:
    assert answers(f"{server}/live/CODE")
    assert not answers(f"{server}/live/other")
    assert not answers("http://127.0.0.1:9/live/CODE")
    assert not answers("no address")
