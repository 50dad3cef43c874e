"""Calls that wait for a process, and which of them are scored together."""

import threading
import time
from collections import deque
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from service.errors import ModelFailed

MAX_BATCH_ROWS = 1024
"""Calls are joined up to so many rows; a call with more rows is scored alone."""


@dataclass(eq=False)
class Call:
    """Rows that a thread waits for."""

    numbers: NDArray[np.float64]
    texts: dict[str, list[str]]
    deadline: float
    result: "Future[NDArray[np.float64]]" = field(default_factory=Future)
    must_be_alone: bool = False

    def finish(self, scores: NDArray[np.float64]) -> None:
        with suppress(InvalidStateError):  # the caller has gone
            self.result.set_result(scores)

    def fail(self, error: Exception) -> None:
        with suppress(InvalidStateError):
            self.result.set_exception(error)

    def is_wanted(self) -> bool:
        return not self.result.cancelled() and time.monotonic() < self.deadline


class CallQueue:
    """Calls in the order of their arrival. Any thread puts one, the threads with a process take batches."""

    def __init__(self) -> None:
        self._calls: deque[Call] = deque()
        self._changed = threading.Condition()
        self.is_closed = False

    def put(self, call: Call) -> None:
        """Add a call. It fails if the queue is closed."""
        with self._changed:
            if not self.is_closed:
                self._calls.append(call)
                self._changed.notify()
                return
        call.fail(ModelFailed())

    def put_back(self, calls: list[Call]) -> None:
        """Put calls in front again; each is scored alone from now on."""
        with self._changed:
            for call in reversed(calls):
                call.must_be_alone = True
                self._calls.appendleft(call)
            self._changed.notify_all()

    def take(self, seconds: float | None) -> list[Call]:
        """Wait for calls and return those that are scored together; none if the queue is closed or `seconds` have passed."""
        with self._changed:
            while True:
                while self._calls and not self._calls[0].is_wanted():
                    self._calls.popleft()
                if self.is_closed or self._calls:
                    break
                if not self._changed.wait(seconds):
                    return []
            if self.is_closed:
                return []
            batch = [self._calls.popleft()]
            rows = len(batch[0].numbers)
            while not batch[0].must_be_alone and self._calls and not self._calls[0].must_be_alone:
                rows += len(self._calls[0].numbers)
                if rows > MAX_BATCH_ROWS:
                    break
                call = self._calls.popleft()
                if call.is_wanted():
                    batch.append(call)
            return batch

    def is_waiting(self) -> bool:
        """Return whether calls wait."""
        return bool(self._calls)

    def close(self) -> None:
        """End all that wait: callers get an error, and `take` returns nothing."""
        with self._changed:
            self.is_closed = True
            calls, self._calls = self._calls, deque()
            self._changed.notify_all()
        for call in calls:
            call.fail(ModelFailed())
