"""Promises of the steps of a meeting while the service does not answer: kept with its last revision, then sent by themselves."""

import threading
from typing import Any, cast

import pytest

from client import MeetingCalls, Unavailable
from demo.run_sheets import live_meeting
from demo.run_sheets.live_meeting import LiveMeeting
from demo.run_sheets.run_steps import RunStep

STATE: Any = {"revision": 7, "case": None, "phase": "waiting", "show": None, "audience": "follow"}
FIRST, SECOND = RunStep("one", "guess", None), RunStep("one", "answer", "why")
PATIENCE_SECONDS = 30
"""Stops a test that would otherwise hang."""


class Service:
    """Takes steps while it answers."""

    def __init__(self) -> None:
        self.answers, self.taken, self.arrived = False, list[Any](), threading.Event()

    def set_state(self, _id: str, state: Any) -> Any:
        if not self.answers:
            raise Unavailable("gone")
        self.taken.append(dict(state))
        self.arrived.set()
        return STATE | state | {"revision": 8}


@pytest.fixture
def meeting_calls(monkeypatch: pytest.MonkeyPatch) -> Service:
    monkeypatch.setattr(live_meeting, "RETRY_SECONDS", 0.01)
    return Service()


def test_steps_of_an_outage_are_kept_with_the_revision_that_the_service_has_and_the_newest_is_sent(
    meeting_calls: Service,
) -> None:
    kept: list[Any] = []
    both = threading.Event()

    def keep(state: Any) -> None:
        kept.append(state)
        if state["phase"] == "answer":
            both.set()

    live = LiveMeeting(cast(MeetingCalls, meeting_calls), "m1", STATE, keep)
    live.set_step(FIRST)
    live.set_step(SECOND)
    assert both.wait(PATIENCE_SECONDS)
    assert live.step == SECOND
    assert not live.is_followed
    assert {state["revision"] for state in kept} == {7}
    assert kept[-1] == STATE | {"case": "one", "phase": "answer", "show": "why"}
    meeting_calls.answers = True
    assert meeting_calls.arrived.wait(PATIENCE_SECONDS)
    assert meeting_calls.taken[-1]["phase"] == "answer"
    assert [state["phase"] for state in kept].count("answer") == 1, "it is kept once, however often it is tried"
