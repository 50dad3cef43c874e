"""Limits on work at once: slots for requests, threads for models."""

import asyncio
import contextlib
import math
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager
from functools import partial
from typing import Any, Generic, TypeVar

import anyio
import anyio.to_thread

from service.bundles.scorers.deadlines import give_up_after
from service.errors import ModelTimeout, Overloaded, ServiceError, StorageUnavailable

T = TypeVar("T")
A = TypeVar("A")
R = TypeVar("R")
_THREADS_PER_MODEL = 4
_MAX_WAITING_CALLS = 16
_EVENT_LOOP_SECONDS = 0.25
_PAUSE_SECONDS = 60.0
_MAX_BATCH = 200


class Slots(AbstractContextManager[None]):
    """Limits how many requests run at once. A request beyond the limit is refused; it does not wait."""

    def __init__(self, max_in_use: int, refusal: str = "", *, retry_after_seconds: int = 1) -> None:
        self._max_in_use = max_in_use
        self._refusal, self._retry_after_seconds = refusal, retry_after_seconds
        self.in_use = 0

    def __enter__(self) -> None:
        """Take a slot. Raises Overloaded if all are in use."""
        if self.in_use >= self._max_in_use:
            raise Overloaded(self._refusal, retry_after_seconds=self._retry_after_seconds)
        self.in_use += 1

    def __exit__(self, *_: object) -> None:
        self.in_use -= 1


class EventLoopWork:
    """Runs short work of a model on the event loop. Work that is not short is ended, so that other requests can go on.

    For a minute after that, the model gets no time on the event loop.
    """

    def __init__(self) -> None:
        self._pauses: dict[tuple[str, str], float] = {}
        """Model and version → until when it gets no time, in seconds of time.monotonic()."""

    def run(self, model: tuple[str, str], work: Callable[..., T], *arguments: Any) -> T | None:
        """Return the result of `work`, or None if it must run in a thread."""
        if self._pauses and time.monotonic() < self._pauses.get(model, 0):
            return None
        try:
            with give_up_after(_EVENT_LOOP_SECONDS):
                return work(*arguments)
        except ModelTimeout:
            self._pauses[model] = time.monotonic() + _PAUSE_SECONDS
            return None


class Threads:
    """A few threads for each model: a model that hangs cannot take the threads of the others."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._limiters: dict[str, anyio.CapacityLimiter] = {}
        self._no_limit = anyio.CapacityLimiter(math.inf)

    async def run(self, name: str, work: Callable[..., T], *arguments: Any, can_refuse: bool = True) -> T:
        """Run `work` in one of the threads of a model, or of the store.

        Raises Overloaded if too many calls wait for the threads and `can_refuse`, ModelTimeout if the work takes too long.
        """
        limiter = self._limiters.setdefault(name, anyio.CapacityLimiter(_THREADS_PER_MODEL))
        if can_refuse and limiter.statistics().tasks_waiting >= _MAX_WAITING_CALLS:
            raise Overloaded("This model is busy.")
        call = _Call(partial(work, *arguments), limiter, self._no_limit)
        try:
            with anyio.fail_after(self._seconds), give_up_after(self._seconds):
                result: T = await call.run()
                return result
        except TimeoutError:
            raise ModelTimeout from None


async def wait_for_process(seconds: float, work: Callable[..., Awaitable[T]], *arguments: Any) -> T:
    """Return the result of `work`, which waits for the process of a model. Raises ModelTimeout if it takes too long."""
    try:
        with give_up_after(seconds):
            async with asyncio.timeout(seconds):
                return await work(*arguments)
    except TimeoutError:
        raise ModelTimeout from None


class StoreCalls:
    """A few threads for questions to the store, each with a deadline: a silent store must not keep callers waiting."""

    def __init__(self, deadline_seconds: float) -> None:
        self._threads = Threads(deadline_seconds)

    async def run(self, work: Callable[..., T], *arguments: Any) -> T:
        """Run `work` in a thread. The deadline includes the wait for the thread. Raises StorageUnavailable."""
        try:
            return await self._threads.run("the store", work, *arguments, can_refuse=False)
        except ModelTimeout:
            raise StorageUnavailable("The storage does not answer in time. Try again in a moment.") from None


class BatchedCalls(Generic[A, R]):
    """Collects what arrives while an earlier call to the store runs, and gives it to one call: one commit for many people.

    The work gets a list and returns a result, or an error, for each entry.
    """

    def __init__(self, work: Callable[[list[A]], list[R | ServiceError]], calls: StoreCalls) -> None:
        self._work, self._calls = work, calls
        self._waiting: list[tuple[A, asyncio.Future[R]]] = []
        self._task: asyncio.Task[None] | None = None

    async def run(self, entry: A) -> R:
        """Return the result for an entry. Raises its error, StorageUnavailable."""
        result: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((entry, result))
        if self._task is None:
            self._task = asyncio.create_task(self._run_all())
        return await result

    async def _run_all(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:_MAX_BATCH], self._waiting[_MAX_BATCH:]
                await self._run_batch(batch)
        finally:
            self._task = None

    async def _run_batch(self, batch: list[tuple[A, "asyncio.Future[R]"]]) -> None:
        answers: Sequence[R | Exception]
        try:
            answers = await self._calls.run(self._work, [entry for entry, _ in batch])
        except Exception as error:  # noqa: BLE001 - each caller gets it
            answers = [error] * len(batch)
        for (_, result), answer in zip(batch, answers, strict=True):
            if result.done():
                continue  # its caller is gone
            if isinstance(answer, Exception):
                result.set_exception(answer)
            else:
                result.set_result(answer)


class _Call:
    """A call in a thread. It occupies one of the threads of its model until the thread has ended.

    A call that has lost its caller can go on in its thread. If it did not count any more, each such call would leave one
    more thread at work.
    """

    def __init__(self, work: Callable[[], Any], limiter: anyio.CapacityLimiter, no_limit: anyio.CapacityLimiter) -> None:
        self._work, self._limiter, self._no_limit = work, limiter, no_limit
        self._lock = threading.Lock()
        self._has_begun = False
        self._has_caller = True

    async def run(self) -> Any:
        """Wait until a thread of the model is free, then run the work in it."""
        await self._limiter.acquire_on_behalf_of(self)
        self._loop = asyncio.get_running_loop()
        try:
            return await anyio.to_thread.run_sync(self._run_in_thread, abandon_on_cancel=True, limiter=self._no_limit)
        finally:
            with self._lock:
                self._has_caller = False
                if not self._has_begun:
                    self._release()

    def _run_in_thread(self) -> Any:
        with self._lock:
            if not self._has_caller:
                return None
            self._has_begun = True
        try:
            return self._work()
        finally:
            with contextlib.suppress(RuntimeError):  # the loop is closed: the service has stopped
                self._loop.call_soon_threadsafe(self._release)

    def _release(self) -> None:
        self._limiter.release_on_behalf_of(self)
