"""Reads server-sent events (HTML Living Standard, section 9.2) of the service."""

from collections.abc import Iterable, Iterator
from typing import Any

from client.errors import InvalidAnswer
from client.shape_check import ShapeError, check
from wire import strict_json

_MAX_LINE_BYTES = 32 * 2**20


def read_events(pieces: Iterable[bytes]) -> Iterator[tuple[str, Any]]:
    """Yield the name and the JSON of each event. Raises InvalidAnswer."""
    name, data = "", b""
    for line in _lines(pieces):
        field, _, value = line.partition(b": ")
        if field == b"event":
            name = value.decode("utf-8", "replace")
        elif field == b"data":
            data = value
        elif not line and data:
            try:
                yield name, strict_json.parse(data)
            except (ValueError, RecursionError):
                raise InvalidAnswer("An event is not JSON.") from None
            name, data = "", b""


def check_event(data: Any, shape: Any) -> None:
    """Raise InvalidAnswer unless the data of an event have a shape."""
    try:
        check(data, shape, "event")
    except ShapeError as error:
        raise InvalidAnswer(f"An event does not have its shape: {error}.") from None


def _lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for piece in pieces:
        *lines, rest = (rest + piece).split(b"\n")
        if len(rest) > _MAX_LINE_BYTES:
            raise InvalidAnswer("An event is too long.")
        yield from lines
