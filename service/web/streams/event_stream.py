"""Server-sent events (HTML Living Standard, section 9.2) about a meeting."""

from collections.abc import AsyncIterator, Callable, Iterable

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from service.web.streams.meeting_watch import Following, Snapshot
from wire.media_types import EVENTS

Event = tuple[str, bytes]
"""The name of an event, and its data in JSON, which has no line breaks."""
_PING = b": ping\n\n"
_HEADERS = {"X-Accel-Buffering": "no"}
"""nginx would collect events until its buffer is full."""


def event_response(
    request: Request,
    following: Following,
    events: Callable[[Snapshot], Iterable[Event]],
    is_allowed: Callable[[Snapshot], bool],
) -> Response:
    """Return the answer that sends the events of a meeting that differ from those before.

    It ends when `is_allowed` is false: the secret or the code with which it was opened is not valid any more.
    """
    if request.scope.get("is_head"):
        return Response(media_type=EVENTS, headers=_HEADERS)
    return StreamingResponse(_pieces(following, events, is_allowed), media_type=EVENTS, headers=_HEADERS)


async def _pieces(
    following: Following, events: Callable[[Snapshot], Iterable[Event]], is_allowed: Callable[[Snapshot], bool]
) -> AsyncIterator[bytes]:
    sent: dict[str, bytes] = {}
    async for snapshot in following.snapshots():
        if snapshot is None:
            yield _PING
            continue
        if not is_allowed(snapshot):
            return
        for name, data in events(snapshot):
            if sent.get(name) != data:
                sent[name] = data
                yield b"event: %b\ndata: %b\n\n" % (name.encode(), data)
