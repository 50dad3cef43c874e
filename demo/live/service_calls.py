"""Calls of the service from the event loop: in a few threads, and refused instead of piled up."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from demo.live.phone_requests import BadRequest

T = TypeVar("T")


class ServiceCalls:
    """So many threads, and so many calls that may wait for one."""

    def __init__(self, threads: int, max_waiting: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="phones")
        self._max_calls, self._calls = threads + max_waiting, 0

    async def run(self, work: Callable[..., T], *arguments: Any) -> T:
        """Return the result of `work` in a thread. Raises BadRequest if too many calls wait."""
        if self._calls >= self._max_calls:
            raise BadRequest(503, "overloaded")
        self._calls += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work, *arguments)
        finally:
            self._calls -= 1

    def close(self) -> None:
        """Start no call any more."""
        self._pool.shutdown(wait=False, cancel_futures=True)
