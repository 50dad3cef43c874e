"""Phones of an audience without a network: requests to the demo's pages for phones, and event streams."""

import asyncio
import json
from typing import Any

from starlette.types import ASGIApp

from tests.support.asgi_calls import JSON_HEADERS, Call

SECONDS = 20
"""Stops a test that would otherwise hang. No promise depends on it."""


class Phone:
    """One browser with a cookie of its own. `code` is that of the meeting."""

    def __init__(self, app: ASGIApp, code: str, number: int = 0, language: str = "en") -> None:
        self._app, self._base, self._query = app, f"/live/{code}", f"lang={language}".encode()
        self.headers = {"cookie": f"witryna-visitor={number:022d}", "accept": "text/html"}
        self.stream: Call | None = None

    async def get(self, path: str = "", **headers: str) -> Call:
        return await Call(self._app, "GET", self._base + path, self.headers | headers, self._query).end().answered()

    async def post(self, path: str, body: Any, **headers: str) -> Call:
        call = Call(self._app, "POST", self._base + path, self.headers | JSON_HEADERS | headers, self._query)
        return await call.end(json.dumps(body).encode()).answered()

    async def listen(self) -> "Phone":
        """Open the event stream."""
        self.stream = Call(self._app, "GET", f"{self._base}/events", self.headers, self._query)
        await self.stream.begun()
        return self

    def events(self) -> list[dict[str, Any]]:
        """Return the stages that have come so far."""
        assert self.stream is not None
        parts = self.stream.body.decode().split("\n\n")[:-1]
        return [json.loads(part.partition("data: ")[2]) for part in parts if part.startswith("event: stage")]

    @property
    def stage(self) -> dict[str, Any]:
        """Return the stage that the phone shows now; empty if none has come."""
        return (self.events() or [{}])[-1]

    async def shows(self, case: str, phase: str, words: str = "") -> dict[str, Any]:
        """Wait until the phone shows a phase of a case, with some words in it."""
        async with asyncio.timeout(SECONDS):
            while (self.stage.get("case"), self.stage.get("phase")) != (case, phase) or words not in self.stage["html"]:
                await asyncio.sleep(0.01)
        return self.stage

    async def hang_up(self) -> None:
        assert self.stream is not None
        await self.stream.disconnect().answered()


async def listening(phones: list[Phone]) -> list[Phone]:
    """Return phones with their event streams open."""
    return [await phone.listen() for phone in phones]
