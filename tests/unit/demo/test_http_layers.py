"""Promises of the demo's HTTP layers: a WebSocket opens only for a page of an allowed host, a frame only for an origin."""

import asyncio
from typing import Any

import pytest

from demo.settings import Settings, read_settings
from demo.web.http_layers import SecurityHeaders, WebSocketOrigins
from wire.settings_reader import WrongSettings

HOSTS = Settings(allowed_hosts="models.example.com, *.Models.example.org").hosts()


def connect(*headers: tuple[bytes, bytes], kind: str = "websocket") -> tuple[list[Any], list[Any]]:
    """Return the scopes that reached the page and the messages that were sent."""
    scopes: list[Any] = []
    messages: list[Any] = []

    async def page(scope: Any, _receive: Any, _send: Any) -> None:
        scopes.append(scope)

    async def receive() -> Any:
        raise AssertionError("nothing is read before the decision")

    async def send(message: Any) -> None:
        messages.append(message)

    asyncio.run(WebSocketOrigins(page, HOSTS)({"type": kind, "headers": list(headers)}, receive, send))
    return scopes, messages


@pytest.mark.parametrize(
    "origin",
    [
        "http://localhost:8501",
        "http://127.0.0.1:1",
        "http://[::1]:8501",
        "https://models.example.com",
        "https://models.example.com:8443",
        "https://models.example.com.",
        "https://one.models.example.org",
    ],
)
def test_a_page_of_an_allowed_host_connects_whatever_host_a_proxy_names(origin: str) -> None:
    (scope,), messages = connect((b"host", b"127.0.0.1:8501"), (b"origin", origin.encode()))
    assert messages == []
    headers = [(b"host", origin.partition("//")[2].encode()), (b"origin", origin.encode())]
    assert scope["headers"] == headers, "Streamlit looks nothing up for a page of its own host"


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "http://models.example.com.evil.example",
        "http://evilmodels.example.org",
        "http://models.example.org",
        "null",
        "",
        "localhost",
        "file://localhost",
        "http://",
        "http://[::1",
        "http://models.example.com@evil.example",
        "http://\xff",
    ],
)
def test_a_page_of_another_site_is_refused_before_streamlit_sees_it(origin: str) -> None:
    scopes, (message,) = connect((b"host", b"localhost:8501"), (b"origin", origin.encode("latin-1")))
    assert (scopes, message["type"]) == ([], "websocket.close")


def test_every_origin_of_a_request_counts() -> None:
    scopes, _ = connect((b"origin", b"http://localhost:8501"), (b"origin", b"http://evil.example"))
    assert scopes == []


def test_a_program_without_an_origin_connects_and_a_request_keeps_its_origin() -> None:
    assert connect()[0] == [{"type": "websocket", "headers": []}]
    (scope,), _ = connect((b"origin", b"http://evil.example"), kind="http")
    assert scope["headers"] == [(b"origin", b"http://evil.example")]


def headers_of_an_answer(**environment: str) -> list[tuple[str, str]]:
    sent: list[Any] = []

    async def page(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200})

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        raise AssertionError("an answer needs no body of the request")

    layer = SecurityHeaders(page, read_settings(environment).embedding_origins())
    asyncio.run(layer({"type": "http"}, receive, send))
    return [(name.decode(), value.decode()) for name, value in sent[0]["headers"]]


def test_no_page_of_another_origin_shows_the_demo_in_a_frame() -> None:
    headers = headers_of_an_answer()
    assert ("x-frame-options", "DENY") in headers
    assert ("content-security-policy", "frame-ancestors 'none'") in headers


def test_the_origins_of_the_setting_alone_show_the_demo_in_a_frame() -> None:
    headers = headers_of_an_answer(DEMO_EMBED_ORIGINS="https://intranet.example.com, http://[::1]:8080")
    assert ("content-security-policy", "frame-ancestors https://intranet.example.com http://[::1]:8080") in headers
    assert "x-frame-options" not in dict(headers), "it could name no origin, and would forbid all"


@pytest.mark.parametrize(
    "origins",
    ["*", "https://*", "intranet.example.com", "https://a.b/page", "https://a.b; script-src *", "https://a.b 'self'"],
)
def test_an_origin_that_a_browser_would_read_otherwise_stops_the_start(origins: str) -> None:
    with pytest.raises(WrongSettings, match="DEMO_EMBED_ORIGINS"):
        read_settings({"DEMO_EMBED_ORIGINS": origins})
