"""Limits on work at once: slots for requests, threads for models."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from typing import Any, TypeVar

import anyio
import anyio.to_thread

from service.errors import ModelTimeout, Overloaded

T = TypeVar("T")
_THREADS_PER_MODEL = 4
_MAX_WAITING_CALLS = 16


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


class Threads:
    """A few threads for each model: a model that hangs cannot take the threads of the others."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._limiters: dict[str, anyio.CapacityLimiter] = {}

    async def run(self, name: str, work: Callable[..., T], *arguments: Any, can_refuse: bool = True) -> T:
        """Run `work` in one of the threads of a model, or of the store.

        Raises Overloaded if too many calls wait for the threads and `can_refuse`, ModelTimeout if the work takes too long.
        """
        limiter = self._limiters.setdefault(name, anyio.CapacityLimiter(_THREADS_PER_MODEL))
        if can_refuse and limiter.statistics().tasks_waiting >= _MAX_WAITING_CALLS:
            raise Overloaded("This model is busy.")
        try:
            with anyio.fail_after(self._seconds):
                return await anyio.to_thread.run_sync(partial(work, *arguments), abandon_on_cancel=True, limiter=limiter)
        except TimeoutError:
            raise ModelTimeout from None
