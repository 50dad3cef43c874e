"""Layers around the demo's pages: safe headers, and the origins from which a browser may connect."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HEADERS = [(b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"no-referrer")]
_POLICY_VIOLATION = 1008
"""The WebSocket close code of RFC 6455. Before the handshake ends a server answers it with HTTP status 403."""


class SecurityHeaders:
    """Adds to every answer the headers that forbid content sniffing, referrers, and frames of other origins than these."""

    def __init__(self, app: ASGIApp, embedding_origins: Sequence[str] = ()) -> None:
        self._app = app
        self._headers = [*_HEADERS, *_framing_headers(embedding_origins)]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *self._headers]
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _framing_headers(origins: Sequence[str]) -> list[tuple[bytes, bytes]]:
    """Return the headers that let pages of these origins alone show a page in a frame. X-Frame-Options can name none."""
    if not origins:
        return [(b"x-frame-options", b"DENY"), (b"content-security-policy", b"frame-ancestors 'none'")]
    return [(b"content-security-policy", f"frame-ancestors {' '.join(origins)}".encode())]


class WebSocketOrigins:
    """Refuses the WebSocket of a page that another site serves. A frame's origin is that of the demo, whoever shows it.

    A proxy may change the `Host` header, so the `Origin` of the browser is compared with the allowed hosts alone.
    Streamlit then sees the host of the origin: with another one it would resolve names and ask another host for the
    address of this machine. Without an origin it would not read the cookie of a log-in.
    """

    def __init__(self, app: ASGIApp, hosts: Sequence[str]) -> None:
        self._app, self._hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return
        origins = [value.decode("latin-1") for name, value in scope["headers"] if name == b"origin"]
        if not all(is_allowed_origin(origin, self._hosts) for origin in origins):
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
            return
        hosts = [(b"host", urlsplit(origin).netloc.encode("latin-1")) for origin in origins[:1]]
        headers = [(name, value) for name, value in scope["headers"] if not (hosts and name == b"host")]
        await self._app({**scope, "headers": [*hosts, *headers]}, receive, send)


def is_allowed_origin(origin: str, hosts: Sequence[str]) -> bool:
    """Return whether the host of an origin (`https://models.example.com:8443`) is allowed. `*.name` allows subdomains."""
    try:
        parts = urlsplit(origin)
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return False
    if parts.scheme not in {"http", "https"} or not host:
        return False
    name = f"[{host}]" if ":" in host else host
    return any(
        allowed in {"*", name} or (allowed.startswith("*.") and name.endswith(allowed[1:]))
        for allowed in (each.lower().rstrip(".") for each in hosts)
    )
