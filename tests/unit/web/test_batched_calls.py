"""Promises of calls that share a commit: in order, each with its own result or error, and nobody waits for who is gone."""

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any

import pytest

from service.errors import InvalidInput, ServiceError, StorageUnavailable
from service.web.limits import BatchedCalls, StoreCalls
from tests.support.asgi_calls import turns


class Work:
    """Doubles numbers; refuses negative ones. It notes its batches, and waits for permission before each."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.may_run = threading.Event()
        self.is_away = False

    def __call__(self, entries: list[int]) -> list[int | ServiceError]:
        assert self.may_run.wait(10)
        self.batches.append(entries)
        if self.is_away:
            raise StorageUnavailable
        return [InvalidInput("negative") if entry < 0 else entry * 2 for entry in entries]


def run(test: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(test, 30))


def test_what_arrives_while_a_call_runs_shares_the_next_one() -> None:
    async def test() -> None:
        work = Work()
        calls = BatchedCalls(work, StoreCalls(10))
        first = asyncio.create_task(calls.run(1))
        await turns()
        others = [asyncio.create_task(calls.run(number)) for number in (2, -3, 4)]
        await turns()
        work.may_run.set()
        results = await asyncio.gather(first, *others, return_exceptions=True)
        assert work.batches == [[1], [2, -3, 4]]
        assert [result for result in results if isinstance(result, int)] == [2, 4, 8]
        assert isinstance(results[2], InvalidInput)
        assert await calls.run(5) == 10

    run(test())


def test_an_error_of_the_store_is_the_error_of_all_and_the_next_call_is_a_new_one() -> None:
    async def test() -> None:
        work = Work()
        work.is_away = True
        work.may_run.set()
        calls = BatchedCalls(work, StoreCalls(10))
        results = await asyncio.gather(*(calls.run(number) for number in range(3)), return_exceptions=True)
        assert [type(result) for result in results] == [StorageUnavailable] * 3
        work.is_away = False
        assert await calls.run(1) == 2

    run(test())


def test_a_caller_who_is_gone_takes_nobody_with_him() -> None:
    async def test() -> None:
        work = Work()
        calls = BatchedCalls(work, StoreCalls(10))
        gone, stays = asyncio.create_task(calls.run(1)), asyncio.create_task(calls.run(2))
        await turns()
        gone.cancel()
        work.may_run.set()
        assert await stays == 4
        with pytest.raises(asyncio.CancelledError):
            await gone

    run(test())
