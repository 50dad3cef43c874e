"""A meeting while it is presented: the step on the screen, the guesses as they arrive, and the way to the audience.

A step is on the presenter's screen at once. A thread brings the newest one to the service, and tries again while the
service does not answer. Another thread listens to the service: to guesses, and to the steps of another window.
"""

import threading
import time
from collections.abc import Callable
from typing import cast

from client import GuessFigures, MeetingCalls, MeetingEvent, MeetingState, Refused, ServiceError
from demo.run_sheets.run_steps import OPENING, Audience, RunStep, make_state, step_of_state

RETRY_SECONDS = 1.0
IDLE_SECONDS = 60.0
"""So long after its last use a meeting stops listening."""


class LiveMeeting:
    """One meeting. Threads and visits share it."""

    def __init__(
        self, calls: MeetingCalls, meeting: str, state: MeetingState, announce: Callable[[MeetingState], object]
    ) -> None:
        """`announce` gets each step that the service cannot take now, with the revision of the last one that it has."""
        self._calls, self._meeting, self._announce = calls, meeting, announce
        self._lock = threading.Lock()
        self._revision, self._step, self._audience = state["revision"], step_of_state(state), _audience_of(state)
        self._is_sent = True
        self._sender: threading.Thread | None = None
        self._listener: threading.Thread | None = None
        self._last_use = time.monotonic()
        self._started_at: float | None = None
        self._guesses: dict[str, GuessFigures] = {}
        self.problem: ServiceError | None = None
        """Why the audience does not follow at the moment."""

    @property
    def step(self) -> RunStep:
        """The step on the screen."""
        return self._step

    @property
    def audience(self) -> Audience:
        """Whether the audience follows the presenter, or goes through the cases alone."""
        return self._audience

    @property
    def is_followed(self) -> bool:
        """Whether the service has the newest step."""
        return self._is_sent

    def elapsed_seconds(self) -> float:
        """Return the seconds since the first step after the opening; 0 before it."""
        return 0.0 if self._started_at is None else time.monotonic() - self._started_at

    def restart_timer(self) -> None:
        """Let the timer begin again: now, or on the opening with the next step."""
        self._started_at = None if self._step == OPENING else time.monotonic()

    def set_step(self, step: RunStep) -> None:
        """Show another step, and let the audience follow."""
        with self._lock:
            self._step, self._is_sent = step, False
            if self._started_at is None and step != OPENING:
                self._started_at = time.monotonic()
        self._start_sending()

    def set_audience(self, audience: Audience) -> None:
        """Let the audience follow, or go through the cases alone."""
        with self._lock:
            self._audience, self._is_sent = audience, False
        self._start_sending()

    def find_guesses(self, case: str | None) -> GuessFigures | None:
        """Return the guesses for a case, as far as the service has told them; None if there are none."""
        return self._guesses.get(case or "")

    def listen(self) -> None:
        """Listen to the service for another minute."""
        self._last_use = time.monotonic()
        with self._lock:
            if self._listener is None or not self._listener.is_alive():
                self._listener = threading.Thread(target=self._listen, name="meeting events", daemon=True)
                self._listener.start()

    def _start_sending(self) -> None:
        with self._lock:
            if self._sender is None or not self._sender.is_alive():
                self._sender = threading.Thread(target=self._send, name="meeting state", daemon=True)
                self._sender.start()

    def _send(self) -> None:
        """Bring the newest step to the service. Ends when it is there, or when the service refuses it."""
        pause, announced = threading.Event(), None
        while True:
            with self._lock:
                if self._is_sent:
                    self._sender = None
                    return
                step, audience = self._step, self._audience
            new_state = make_state(step, audience)
            try:
                state = self._calls.set_state(self._meeting, new_state)
            except Refused as error:  # for example a case that another window has removed
                with self._lock:
                    self.problem, self._is_sent = error, (step, audience) == (self._step, self._audience)
            except ServiceError as error:
                self.problem = error
                if new_state != announced:
                    announced = new_state
                    self._announce(cast(MeetingState, {**new_state, "revision": self._revision}))
                pause.wait(RETRY_SECONDS)
            else:
                with self._lock:
                    self.problem, self._revision = None, max(self._revision, state["revision"])
                    self._is_sent = (step, audience) == (self._step, self._audience)

    def _listen(self) -> None:
        """Take what the service tells, until nobody has asked for a while."""
        pause = threading.Event()
        while self._is_used():
            try:
                for event in self._calls.events(self._meeting):
                    self._take(event)
                    if not self._is_used():
                        return
            except Refused:
                return
            except ServiceError:
                pass
            pause.wait(RETRY_SECONDS)

    def _is_used(self) -> bool:
        return time.monotonic() - self._last_use < IDLE_SECONDS

    def _take(self, event: MeetingEvent) -> None:
        if event["event"] == "guesses":
            guesses = cast(GuessFigures, event["data"])
            self._guesses = self._guesses | {guesses["case"]: guesses}
        elif event["event"] == "state":
            self._take_state(cast(MeetingState, event["data"]))

    def _take_state(self, state: MeetingState) -> None:
        """Take a step of another window, if it is newer than what this one has sent."""
        with self._lock:
            if self._is_sent and state["revision"] > self._revision:
                self._revision, self._step, self._audience = state["revision"], step_of_state(state), _audience_of(state)
                if self._started_at is None and self._step != OPENING:
                    self._started_at = time.monotonic()


def _audience_of(state: MeetingState) -> Audience:
    return "alone" if state["audience"] == "alone" else "follow"
