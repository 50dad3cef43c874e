"""Requests to the app without a server: a test decides when each piece of a body arrives, and sees each piece of an answer."""

import asyncio
import json
from typing import Any

from starlette.types import ASGIApp, Message

JSON_HEADERS = {"content-type": "application/json"}


class Call:
    """One request. It begins at once; the test sends its body with `send` and ends it with `end`."""

    def __init__(
        self, app: ASGIApp, method: str, path: str, headers: dict[str, str] | None = None, query: bytes = b""
    ) -> None:
        fields = {"host": "localhost"} | (headers or {})
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": query,
            "root_path": "",
            "headers": [(name.encode(), value.encode()) for name, value in fields.items()],
        }
        self._incoming: asyncio.Queue[Message] = asyncio.Queue()
        self._begun = asyncio.Event()
        self._reading = asyncio.Event()
        self._reading.set()
        self._progress = asyncio.Condition()
        self.status = 0
        self.headers: dict[str, str] = {}
        self.body = b""
        self.task = asyncio.ensure_future(app(scope, self._incoming.get, self._take))

    def send(self, body: bytes) -> "Call":
        self._incoming.put_nowait({"type": "http.request", "body": body, "more_body": True})
        return self

    def end(self, body: bytes = b"") -> "Call":
        self._incoming.put_nowait({"type": "http.request", "body": body, "more_body": False})
        return self

    def disconnect(self) -> "Call":
        self._incoming.put_nowait({"type": "http.disconnect"})
        return self

    def stop_reading(self) -> "Call":
        self._reading.clear()
        return self

    def read_on(self) -> "Call":
        self._reading.set()
        return self

    @property
    def unread(self) -> int:
        """How many messages of the request the app has not received."""
        return self._incoming.qsize()

    async def begun(self) -> None:
        """Wait for the head of the answer."""
        await asyncio.wait_for(self._begun.wait(), 10)

    async def received(self, text: bytes) -> "Call":
        """Wait until the answer, which may go on, contains a text."""
        async with self._progress:
            await asyncio.wait_for(self._progress.wait_for(lambda: text in self.body), 10)
        return self

    async def answered(self) -> "Call":
        """Wait for the end of the answer."""
        await asyncio.wait_for(self.task, 10)
        return self

    def json(self) -> Any:
        return json.loads(self.body)

    async def _take(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
            self._begun.set()
        else:
            await self._reading.wait()
            async with self._progress:
                self.body += message.get("body", b"")
                self._progress.notify_all()


async def turns(count: int = 20) -> None:
    """Run the event loop until nothing else can continue."""
    for _ in range(count):
        await asyncio.sleep(0)
