"""Promises of the outbox: an entry leaves the disk when the service has acknowledged it, and is stored once."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from client import FeedbackReceipt, NewFeedback, Refused, Unavailable
from demo.feedback.outbox import Outbox, Send

ENTRY: NewFeedback = {"model": "m", "version": "v", "row": {"a": 1}, "shown": {}, "verdict": "agree", "comment": "ą🏠"}


class Receiver:
    """Takes entries as the service does, or is away, or refuses them."""

    def __init__(self) -> None:
        self.stored: dict[str, NewFeedback] = {}
        self.calls = 0
        self.fault: Callable[[], Exception] | None = None
        self.changed = threading.Condition()

    def give(self, entry: NewFeedback, key: str) -> FeedbackReceipt:
        with self.changed:
            self.calls += 1
            self.changed.notify_all()
            if self.fault:
                raise self.fault()
            self.stored.setdefault(key, entry)
            return {"id": key, "created": "2026-11-30T10:00:00.000Z", "state": "new", "reply": None}

    def wait_for(self, condition: Callable[[], bool]) -> None:
        with self.changed:
            assert self.changed.wait_for(condition, timeout=30)


def away() -> Exception:
    return Unavailable("away", "")


def refusal() -> Exception:
    return Refused("no", "", status=422, code="invalid_input", errors=[])


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


def box(folder: Path, give: Send) -> Outbox:
    return Outbox(folder / "outbox", give, retry_seconds=0.01)


def waiting(folder: Path) -> list[str]:
    return [path.name for path in (folder / "outbox").glob("*.json")]


def test_an_acknowledged_entry_leaves_the_disk(tmp_path: Path, receiver: Receiver) -> None:
    outbox = box(tmp_path, receiver.give)
    receipt = outbox.submit(ENTRY, "first-key")
    assert receipt is not None
    assert receipt["id"] == "first-key"
    assert receiver.stored == {"first-key": ENTRY}
    assert waiting(tmp_path) == []
    assert not outbox.is_waiting("first-key")


def test_an_entry_waits_while_the_service_is_away_and_is_sent_when_it_is_back(tmp_path: Path, receiver: Receiver) -> None:
    receiver.fault = away
    outbox = box(tmp_path, receiver.give)
    assert outbox.submit(ENTRY, "first-key") is None
    assert outbox.is_waiting("first-key")
    receiver.wait_for(lambda: receiver.calls > 3)
    with receiver.changed:
        receiver.fault = None
    receiver.wait_for(lambda: "first-key" in receiver.stored)
    assert receiver.stored == {"first-key": ENTRY}


def test_an_entry_outlives_the_program(tmp_path: Path, receiver: Receiver) -> None:
    def never(_entry: NewFeedback, _key: str) -> Any:
        raise Unavailable("away", "")

    box(tmp_path, never).submit(ENTRY, "first-key")
    assert waiting(tmp_path) == ["first-key.json"]
    box(tmp_path, receiver.give)
    receiver.wait_for(lambda: receiver.stored == {"first-key": ENTRY})


def test_a_refused_entry_is_told_and_does_not_wait(tmp_path: Path, receiver: Receiver) -> None:
    receiver.fault = refusal
    outbox = box(tmp_path, receiver.give)
    with pytest.raises(Refused):
        outbox.submit(ENTRY, "first-key")
    assert not outbox.is_waiting("first-key")


def test_an_entry_that_is_refused_later_is_kept_aside_and_the_next_ones_are_sent(tmp_path: Path, receiver: Receiver) -> None:
    def give(entry: NewFeedback, key: str) -> FeedbackReceipt:
        if key == "bad-key" and receiver.fault is None:
            raise refusal()
        return receiver.give(entry, key)

    receiver.fault = away
    outbox = box(tmp_path, give)
    for key in ("bad-key", "good-key"):
        outbox.submit(ENTRY, key)
    with receiver.changed:
        receiver.fault = None
    receiver.wait_for(lambda: receiver.stored == {"good-key": ENTRY})
    assert [path.name for path in (tmp_path / "outbox").iterdir() if path.suffix == ".refused"] == ["bad-key.refused"]


def test_a_damaged_file_is_kept_aside_and_the_others_are_sent(tmp_path: Path, receiver: Receiver) -> None:
    (tmp_path / "outbox").mkdir()
    (tmp_path / "outbox" / "half.json").write_text('{"model": "m", ')
    receiver.fault = away
    outbox = box(tmp_path, receiver.give)
    outbox.submit(ENTRY, "good-key")
    with receiver.changed:
        receiver.fault = None
    receiver.wait_for(lambda: receiver.stored == {"good-key": ENTRY})
    assert (tmp_path / "outbox" / "half.damaged").exists()


def test_without_room_on_the_disk_an_entry_still_reaches_the_service(
    tmp_path: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    outbox = box(tmp_path, receiver.give)

    def full(*_arguments: Any, **_options: Any) -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.NamedTemporaryFile", full)
    assert outbox.submit(ENTRY, "first-key") is not None
    receiver.fault = away
    with pytest.raises(OSError, match="No space"):
        outbox.submit(ENTRY, "other-key")
