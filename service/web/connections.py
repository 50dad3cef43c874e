"""Each connection: deadlines for what it sends, and an answer's head and body in one packet."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


def punctual(header_seconds: float, stall_seconds: float) -> type[HttpToolsProtocol]:
    """Return uvicorn's protocol with deadlines: for the headers as a whole, and for each next part of a body."""

    class Punctual(HttpToolsProtocol):
        _due: float | None = None
        """The loop's time at which the connection is closed; None while nothing is expected of it."""
        _alarm: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(Corked(transport, self.loop))  # type: ignore[arg-type]
            self._expect_within(header_seconds)

        def on_message_begin(self) -> None:
            self._expect_within(header_seconds)
            super().on_message_begin()

        def on_headers_complete(self) -> None:
            self._expect_within(stall_seconds)
            super().on_headers_complete()

        def on_body(self, body: bytes) -> None:
            self._expect_within(stall_seconds)
            super().on_body(body)

        def on_message_complete(self) -> None:
            self._due = None
            super().on_message_complete()

        def connection_lost(self, exc: Exception | None) -> None:
            if self._alarm:
                self._alarm.cancel()
            super().connection_lost(exc)

        def _expect_within(self, seconds: float) -> None:
            """Move the deadline. The alarm is set anew only when it rings too early or is too late: rarely."""
            self._due = self.loop.time() + seconds
            if self._alarm is None or self._alarm.when() > self._due:
                self._set_alarm(self._due)

        def _set_alarm(self, due: float) -> None:
            if self._alarm:
                self._alarm.cancel()
            self._alarm = self.loop.call_at(due, self._ring)

        def _ring(self) -> None:
            self._alarm = None
            if self._due is None:
                return
            if self._due > self.loop.time():
                self._set_alarm(self._due)
            else:
                self.transport.close()

    return Punctual


class Corked:
    """A transport that holds a first write back until the next one, at most to the end of the loop's turn.

    uvicorn writes the head of an answer and its body apart: two system calls and two packets, each waking the caller.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport, self._loop = transport, loop
        self._held = b""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        if self._held:
            held, self._held = self._held, b""
            self._transport.write(held + data)
        elif data:
            self._held = data
            self._loop.call_soon(self._flush)

    def close(self) -> None:
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        if self._held:
            held, self._held = self._held, b""
            self._transport.write(held)
