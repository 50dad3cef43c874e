"""The base path below which a proxy publishes a program, such as `/api`.

A proxy may forward the prefix or remove it. `BasePath` accepts both, so that one setting fits every proxy.
"""

import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from wire.settings_reader import WrongSettings

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_BASE_PATH = re.compile(r"(/[A-Za-z0-9][A-Za-z0-9._~-]*)*/?", re.ASCII)


def read_base_path(variable: str, text: str) -> str:
    """Return a base path without a slash at its end; "" and "/" are no base path. Raises WrongSettings."""
    if not _BASE_PATH.fullmatch(text):
        raise WrongSettings(f"{variable} must look like /models or /team/models.")
    return text.rstrip("/")


class BasePath:
    """Gives an ASGI app the whole path and the base path as its `root_path`, as the ASGI specification demands."""

    def __init__(self, app: App, base_path: str) -> None:
        self._app, self._base_path = app, base_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        path = scope["path"]
        if scope["type"] == "http" and path == self._base_path:
            await _redirect(self._base_path + "/", scope["query_string"], send)  # links of the page are relative
            return
        if not path.startswith(self._base_path + "/"):
            path = self._base_path + path
        await self._app({**scope, "path": path, "root_path": self._base_path}, receive, send)


async def _redirect(path: str, query: bytes, send: Send) -> None:
    location = path.encode() + (b"?" + query if query else b"")
    headers = [(b"location", location), (b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 307, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
