"""Deadlines of work for a caller, who sets one with `give_up_after`. Scorers and readers of files end their work then."""

import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from service.errors import ModelTimeout

_POLL_SECONDS = 0.02


@dataclass
class _Deadline:
    """It is in the past as soon as the caller has gone: work that goes on in a thread then ends too."""

    at: float
    """Seconds of time.monotonic()."""


_deadline: ContextVar[_Deadline] = ContextVar("deadline", default=_Deadline(math.inf))  # noqa: B039 - it never changes


@contextmanager
def give_up_after(seconds: float) -> Iterator[None]:
    """Set the deadline of all work inside the block, unless an earlier one is set. Threads of anyio inherit it.

    The end of the block ends the work that such a thread has not finished.
    """
    deadline = _Deadline(min(_deadline.get().at, time.monotonic() + seconds))
    token = _deadline.set(deadline)
    try:
        yield
    finally:
        _deadline.reset(token)
        deadline.at = -math.inf


def current_deadline() -> float:
    """Return the deadline, in seconds of time.monotonic(), or infinity. Raises ModelTimeout if it has passed."""
    deadline = _deadline.get().at
    if deadline != math.inf and time.monotonic() >= deadline:
        raise ModelTimeout
    return deadline


class StoppableRun(Protocol):
    """A run that ends, with an error, soon after `terminate` is set: the RunOptions of ONNX Runtime."""

    terminate: bool


class Watchdog:
    """Stops runs at their deadlines, from one thread. It sleeps while there are no runs."""

    def __init__(self) -> None:
        self._runs: dict[int, tuple[StoppableRun, float]] = {}
        self._has_runs = threading.Event()
        self._start_once = threading.Lock()
        self._is_started = False

    @contextmanager
    def watch(self, run: StoppableRun, deadline: float) -> Iterator[None]:
        """Stop `run` if the block lasts beyond the deadline."""
        self._start()
        self._runs[id(run)] = run, deadline
        if not self._has_runs.is_set():
            self._has_runs.set()
        try:
            yield
        finally:
            del self._runs[id(run)]

    def _start(self) -> None:
        if self._is_started:
            return
        with self._start_once:
            if not self._is_started:
                threading.Thread(target=self._stop_late_runs, name="watchdog", daemon=True).start()
                self._is_started = True

    def _stop_late_runs(self) -> None:
        while self._has_runs.wait():
            self._has_runs.clear()
            time.sleep(_POLL_SECONDS)
            runs = list(self._runs.values())
            if runs:
                self._has_runs.set()
            for run, deadline in runs:
                if time.monotonic() >= deadline:
                    run.terminate = True


@cache
def watchdog() -> Watchdog:
    """Return the watchdog of this process."""
    return Watchdog()
