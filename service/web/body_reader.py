"""The body of a POST, read within limits."""

from starlette.types import Receive, Scope

from service.errors import ClientGone, InvalidRequest, MethodNotAllowed, Overloaded, TooLarge, UnsupportedType
from service.settings import Settings

_BODIES_AT_ONCE = 32
"""All bodies under way together may hold as much memory as so many of the largest."""


class Bodies:
    """Reads bodies; knows how much all those under way hold."""

    def __init__(self, settings: Settings) -> None:
        self._max_bytes = settings.max_body_bytes
        self._held_bytes, self._max_held_bytes = 0, settings.max_body_bytes * _BODIES_AT_ONCE

    async def read(self, scope: Scope, receive: Receive) -> bytes:
        """Return the body of a POST. A compressed one is refused: its real size is unknown until it is spent."""
        if scope["method"] != "POST":
            raise MethodNotAllowed(allow="POST")
        headers = dict(scope["headers"])
        kind = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
        if kind != b"application/json":
            raise UnsupportedType("Send JSON, with Content-Type: application/json.")
        if headers.get(b"content-encoding", b"identity").lower() != b"identity":
            raise UnsupportedType("Send the body uncompressed.")
        if scope["query_string"]:  # passed over, a ?version= would be answered by another version than the caller believes
            raise InvalidRequest("A question in JSON takes no parameters in its address: `version` belongs into the body.")
        length = headers.get(b"content-length", b"0")
        size = int(length[:20]) if length.isdigit() else 0
        parts: list[bytes] = []
        arrived, more = 0, True
        try:
            while more:
                if max(size, arrived) > self._max_bytes:
                    raise TooLarge(f"A request may hold {self._max_bytes:,} bytes.")
                if self._held_bytes > self._max_held_bytes:
                    raise Overloaded
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise ClientGone
                part = message.get("body", b"")
                arrived += len(part)
                self._held_bytes += len(part)
                parts.append(part)
                more = message.get("more_body", False)
        finally:
            self._held_bytes -= arrived
        if arrived > self._max_bytes:
            raise TooLarge(f"A request may hold {self._max_bytes:,} bytes.")
        return b"".join(parts)
