"""uvicorn's connections: deadlines for what a caller sends and reads, and head and body of an answer in one packet."""

import asyncio
import socket
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class DeadlineProtocol(HttpToolsProtocol):
    """uvicorn's protocol with deadlines: for all headers together, and for each next part of a body.

    The same time is the deadline for reading: an answer that waits in memory must become shorter in it.
    """

    header_seconds: float
    stall_seconds: float
    _deadline: float | None = None
    """The loop's time at which the connection is closed; None while nothing more has to arrive."""
    _timer: asyncio.TimerHandle | None = None
    _unread_bytes = 0
    _reader_timer: asyncio.TimerHandle | None = None
    _seconds_to_next: float | None = None
    """The time from now in which the next part must arrive, if the data that are being parsed change it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(BufferedTransport(transport, self.loop))  # type: ignore[arg-type]
        end_vanished(transport.get_extra_info("socket"), self.stall_seconds)
        self._expect_within(self.header_seconds)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)  # calls the methods below; a whole request needs no deadline
        if self._seconds_to_next is not None:
            self._expect_within(self._seconds_to_next)
            self._seconds_to_next = None

    def on_message_begin(self) -> None:
        self._seconds_to_next = self.header_seconds
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._seconds_to_next = self.stall_seconds
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._seconds_to_next = self.stall_seconds
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._deadline = self._seconds_to_next = None
        super().on_message_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        for timer in (self._timer, self._reader_timer):
            if timer:
                timer.cancel()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._watch_reader()

    def resume_writing(self) -> None:
        if self._reader_timer:
            self._reader_timer.cancel()
        super().resume_writing()

    def _watch_reader(self) -> None:
        self._unread_bytes = self.transport.get_write_buffer_size()
        self._reader_timer = self.loop.call_later(self.stall_seconds, self._check_reader)

    def _check_reader(self) -> None:
        if self.transport.get_write_buffer_size() < self._unread_bytes:
            self._watch_reader()
        else:
            self.transport.abort()  # `close` would wait for the reader

    def _expect_within(self, seconds: float) -> None:
        """Move the deadline. The timer is rarely set again: only if it ends after the deadline, or ended before it."""
        self._deadline = self.loop.time() + seconds
        if self._timer is None or self._timer.when() > self._deadline:
            self._set_timer(self._deadline)

    def _set_timer(self, deadline: float) -> None:
        if self._timer:
            self._timer.cancel()
        self._timer = self.loop.call_at(deadline, self._check_deadline)

    def _check_deadline(self) -> None:
        self._timer = None
        if self._deadline is None:
            return
        if self._deadline > self.loop.time():
            self._set_timer(self._deadline)
        else:
            self.transport.close()


def end_vanished(connection: socket.socket | None, seconds: float) -> None:
    """Let the system end the connection of a caller who has vanished without a word and confirms nothing (RFC 5482).

    A stream sends so little that it would take hours to fill the buffers of the system.
    """
    if connection is not None and hasattr(socket, "TCP_USER_TIMEOUT"):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(seconds * 1000))


def protocol_with_deadlines(header_seconds: float, stall_seconds: float) -> type[DeadlineProtocol]:
    """Return the protocol with these deadlines. uvicorn takes a class, so they are its attributes."""
    return type("ServiceProtocol", (DeadlineProtocol,), {"header_seconds": header_seconds, "stall_seconds": stall_seconds})


class BufferedTransport:
    """A transport that delays a first write until the next one, at most to the end of the loop's iteration.

    uvicorn writes the head and the body of an answer separately: two system calls and two packets, each wakes the caller.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport, self._loop = transport, loop
        self._buffer = b""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        if self._buffer:
            first, self._buffer = self._buffer, b""
            self._transport.write(first + data)
        elif data:
            self._buffer = data
            self._loop.call_soon(self._flush)

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def close(self) -> None:
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        if self._buffer:
            first, self._buffer = self._buffer, b""
            self._transport.write(first)
