"""Promises of the client about server-sent events: whole events in order, however they arrive, and no other."""

from collections.abc import Iterable

import pytest

from client import InvalidAnswer
from client.meetings.event_reader import check_event, read_events
from client.shapes.meetings import MeetingState

STREAM = (
    ': ping\n\nevent: state\ndata: {"case": "ą"}\n\n: ping\n\n\n'
    "event: guesses\ndata: [1, 2]\n\nevent: later\nid: 7\nretry: 10\ndata: null\n\ndata: 1"
).encode()
EVENTS = [("state", {"case": "ą"}), ("guesses", [1, 2]), ("later", None)]


def pieces(size: int) -> Iterable[bytes]:
    return (STREAM[start : start + size] for start in range(0, len(STREAM), size))


@pytest.mark.parametrize("size", [1, 2, 7, 40, 1000])
def test_events_are_read_whole_however_they_arrive(size: int) -> None:
    assert list(read_events(pieces(size))) == EVENTS


@pytest.mark.parametrize("data", [b"{", b"\xff", b"NaN", b"[" * 100_000])
def test_an_event_that_is_not_json_is_an_error_of_the_service(data: bytes) -> None:
    with pytest.raises(InvalidAnswer):
        list(read_events([b"event: state\ndata: " + data + b"\n\n"]))


def test_an_event_without_an_end_is_not_collected_for_ever() -> None:
    with pytest.raises(InvalidAnswer, match="too long"):
        list(read_events(b"data: " + b"a" * 2**20 for _ in range(100)))


def test_an_event_of_another_shape_is_an_error_of_the_service() -> None:
    with pytest.raises(InvalidAnswer, match="its shape: event"):
        check_event({"case": None}, MeetingState)
