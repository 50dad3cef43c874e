"""The event stream of one phone: each event is the whole state, so that a phone that comes late or back misses nothing."""

import asyncio
from contextlib import suppress

from starlette.types import Receive, Send

from demo.live.room import Room
from wire.languages import Language

PING_SECONDS = 15.0
"""Proxies end a connection without traffic; a phone that hears nothing for longer asks again."""
_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]
_PING, _GONE = b"event: ping\ndata:\n\n", b"event: gone\ndata:\n\n"


async def send_events(room: Room, language: Language, receive: Receive, send: Send) -> None:
    """Send the events of a room until the phone or the meeting is gone."""
    await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
    room.join()
    sending = asyncio.create_task(_send_stages(room, language, send))
    leaving = asyncio.create_task(_await_leaving(receive))
    try:
        await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        room.leave()
        for task in (sending, leaving):
            task.cancel()
            with suppress(asyncio.CancelledError, OSError):
                await task


async def _send_stages(room: Room, language: Language, send: Send) -> None:
    number = 0
    while number >= 0:
        try:
            async with asyncio.timeout(PING_SECONDS):
                number, event = await room.next_event(language, number)
        except TimeoutError:
            await _send_part(send, _PING)
            continue
        await _send_part(send, event if number >= 0 else _GONE)
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _send_part(send: Send, part: bytes) -> None:
    await send({"type": "http.response.body", "body": part, "more_body": True})


async def _await_leaving(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
