"""The threads of a model, each with a process: they take batches of calls, score them, and replace a process that fails.

A batch of several calls that takes unusually long, or that the process does not survive, is scored again call by call, so
that only the call that is to blame fails. A single call may take until its deadline. Meanwhile a second process serves the
others.
"""

import logging
import math
import threading
import time
from concurrent.futures import Future
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.errors import ModelFailed, ModelTimeout, Overloaded
from service.model_process.call_queue import Call, CallQueue
from service.model_process.worker_process import (
    CannotStart,
    ProcessEnded,
    ProcessPlan,
    ScoringFailed,
    TooSlow,
    WorkerProcess,
)

_MIN_PATIENCE_SECONDS = 2.0
_PATIENCE_FACTOR = 4
"""A batch takes unusually long after so many times the seconds of the slowest one so far."""
_MAX_PATIENCE_SHARE = 0.25
"""… or after this share of the time that its first deadline leaves."""
_LOOK_SECONDS = 0.1
_IDLE_SECONDS = 10.0
"""The second process ends when it had nothing to do for so long."""
_MAX_PROCESSES = 2
_START_SECONDS = 60.0
_FREE_STARTS = 2
_MAX_DELAY_SECONDS = 10.0
_SHORT_DELAY_SECONDS = 1.0
ENDED = "The process of the model ended while it scored these rows."
_log = logging.getLogger("service.model")


class ProcessRunners:
    """What the threads of one model share. They do not know its ModelProcess, whose end is their end."""

    def __init__(self, plan: ProcessPlan, labels: int) -> None:
        self.plan, self.labels = plan, labels
        self.queue = CallQueue()
        self.slowest_seconds = 0.0
        self.is_first_busy = False
        self._failures = 0
        self._next_start = 0.0
        self._runners = 0
        self._lock = threading.Lock()

    def add(self, opened: "Future[dict[str, Any]] | None" = None) -> None:
        """Start one more process, unless there are enough."""
        with self._lock:
            if self._runners >= _MAX_PROCESSES:
                return
            self._runners += 1
        runner = _Runner(self, is_first=opened is not None)
        threading.Thread(target=runner.run, args=[opened], name=f"model {self.plan.name}", daemon=True).start()

    def remove(self) -> None:
        with self._lock:
            self._runners -= 1

    def note_failure(self) -> None:
        """After two failures without an answer between them, the next starts are delayed, each twice as long."""
        with self._lock:
            self._failures += 1
            if self._failures > _FREE_STARTS:
                delay = min(_MAX_DELAY_SECONDS, 2.0 ** (self._failures - _FREE_STARTS - 1))
                self._next_start = time.monotonic() + delay

    def note_success(self, seconds: float) -> None:
        self._failures = 0
        self.slowest_seconds = max(self.slowest_seconds, seconds)

    def seconds_to_start(self) -> float:
        return max(0.0, self._next_start - time.monotonic())


class _Runner:
    """A thread with a process: takes batches of calls, and gives them their scores."""

    def __init__(self, work: ProcessRunners, *, is_first: bool) -> None:
        self._work, self._is_first = work, is_first
        self._process: WorkerProcess | None = None

    def run(self, opened: "Future[dict[str, Any]] | None") -> None:
        try:
            if opened is not None and not self._open_first(opened):
                return
            while batch := self._work.queue.take(None if self._is_first else _IDLE_SECONDS):
                self._work.is_first_busy |= self._is_first
                self._serve(batch)
                self._work.is_first_busy &= not self._is_first
                if not self._is_first and not self._work.is_first_busy:
                    break
                if self._process is None and self._work.seconds_to_start() == 0:
                    self._try_to_start()
        finally:
            self._work.remove()
            self._end_process()

    def _open_first(self, opened: "Future[dict[str, Any]]") -> bool:
        try:
            opened.set_result(self._start(math.inf))
        except BaseException as error:  # noqa: BLE001 - the caller gets it
            opened.set_exception(error)
            return False
        return True

    def _start(self, deadline: float) -> dict[str, Any]:
        """Start a process. Raises CannotStart, TooSlow, ProcessEnded."""
        self._process = WorkerProcess(self._work.plan)
        try:
            return self._process.open(min(deadline, time.monotonic() + _START_SECONDS))
        except ProcessEnded:
            raise CannotStart(f"its process ended at the start ({_exit_reason(self._end_process())})") from None
        except TooSlow:
            self._end_process()
            raise CannotStart(f"its process does not start within {_START_SECONDS:g} s") from None
        except CannotStart:
            self._end_process()
            raise

    def _serve(self, batch: list[Call]) -> None:
        """Score the calls of a batch together. Each call gets its result, or waits again, alone."""
        if self._process is None and not self._restart(batch):
            return
        assert self._process is not None  # noqa: S101 - started above
        start = time.monotonic()
        try:
            scores = self._ask(self._process, batch, start)
        except ScoringFailed as error:
            self._work.note_success(0.0)
            self._fail(batch, ModelFailed(str(error)))
        except TooSlow:
            self._replace("takes too long", batch, ModelTimeout())
        except ProcessEnded:
            self._replace("ended", batch, ModelFailed(ENDED))
        else:
            self._work.note_success(time.monotonic() - start)
            at = 0
            for call in batch:
                call.finish(scores[at : at + len(call.numbers)])
                at += len(call.numbers)

    def _restart(self, batch: list[Call]) -> bool:
        seconds = self._work.seconds_to_start()
        if seconds > _SHORT_DELAY_SECONDS:
            busy = Overloaded("The process of this model ended several times.", retry_after_seconds=math.ceil(seconds))
            self._fail(batch, busy, alone=True)
            return False
        time.sleep(seconds)
        if not self._try_to_start():
            self._fail(batch, ModelFailed("The process of the model cannot be started."), alone=True)
            return False
        return True

    def _try_to_start(self) -> bool:
        try:
            self._start(math.inf)
        except CannotStart as error:
            _log.error("the process of %s cannot be started: %s", self._work.plan.name, error)
            self._work.note_failure()
            return False
        return True

    def _ask(self, process: WorkerProcess, batch: list[Call], start: float) -> NDArray[np.float64]:
        """Return the scores of all rows. Raises TooSlow, ProcessEnded, ScoringFailed."""
        deadline = min(call.deadline for call in batch)
        usual = max(_MIN_PATIENCE_SECONDS, _PATIENCE_FACTOR * self._work.slowest_seconds)
        patience = start + min(usual, _MAX_PATIENCE_SHARE * (deadline - start))
        if len(batch) > 1:
            deadline = patience
        numbers = np.concatenate([call.numbers for call in batch]) if len(batch) > 1 else batch[0].numbers
        texts = {name: [text for call in batch for text in call.texts[name]] for name in batch[0].texts}
        process.send_rows(numbers, texts, deadline)
        seconds = patience - start
        while not process.is_answering(min(seconds, deadline - time.monotonic())):
            if time.monotonic() >= deadline or self._work.queue.is_closed:
                raise TooSlow
            if self._work.queue.is_waiting():
                self._work.add()
            seconds = _LOOK_SECONDS
        return process.receive_scores(len(numbers), self._work.labels, deadline)

    def _replace(self, event: str, batch: list[Call], error: ModelFailed | ModelTimeout) -> None:
        """End the process; a call that was alone gets `error`. The next batch starts a new process."""
        reason = _exit_reason(self._end_process())
        _log.warning("the process of %s %s (%s); calls: %d", self._work.plan.name, event, reason, len(batch))
        if isinstance(error, ModelFailed):  # a call that hangs delays the next start by its own time already
            self._work.note_failure()
        self._fail(batch, error)

    def _fail(self, batch: list[Call], error: Exception, *, alone: bool = False) -> None:
        """Give one call its error. Several calls are scored again one by one, unless `alone`: each has the error then."""
        if len(batch) == 1 or alone:
            for call in batch:
                call.fail(error)
        else:
            self._work.queue.put_back(batch)

    def _end_process(self) -> int:
        process, self._process = self._process, None
        return process.kill() if process is not None else 0


def _exit_reason(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"
