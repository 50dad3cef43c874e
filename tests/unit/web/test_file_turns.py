"""Promises of service/web/file_turns.py: the order of large files, their limits, and no turn that is lost."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from service.errors import Overloaded
from service.web.file_turns import FileTurn, FileTurns
from tests.support.asgi_calls import turns as loop_turns


def run(test: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(test(), 10))


def test_files_begin_in_the_order_of_their_arrival() -> None:
    async def test() -> None:
        turns = FileTurns(1, 10, 5)
        order: list[int] = []

        async def score(number: int) -> None:
            with FileTurn(turns) as turn:
                await turn.begin()
                order.append(number)
                await asyncio.sleep(0)

        await asyncio.gather(*(score(number) for number in range(5)))
        assert order == [0, 1, 2, 3, 4]

    run(test)


def test_no_more_files_than_the_limit_are_scored_at_once() -> None:
    async def test() -> None:
        turns = FileTurns(2, 100, 5)
        active = most = 0

        async def score() -> None:
            nonlocal active, most
            with FileTurn(turns) as turn:
                for _ in range(3):
                    await (turn.share() if turn.is_active else turn.begin())
                    active += 1
                    most = max(most, active)
                    await asyncio.sleep(0)
                    active -= 1

        await asyncio.gather(*(score() for _ in range(20)))
        assert most == 2

    run(test)


def test_a_file_that_waits_for_its_reader_leaves_its_turn_and_then_goes_before_new_files() -> None:
    async def test() -> None:
        turns = FileTurns(1, 10, 5)
        order: list[str] = []
        reader = asyncio.Event()

        async def slow() -> None:
            with FileTurn(turns) as turn:
                await turn.begin()
                order.append("slow")
                await turn.pause(reader.wait())  # type: ignore[arg-type] # its value says nothing
                order.append("slow again")

        async def quick(name: str, then: Callable[[], Awaitable[None]]) -> None:
            with FileTurn(turns) as turn:
                await turn.begin()
                order.append(name)
                await then()

        async def wake_reader() -> None:
            reader.set()
            await loop_turns()

        await asyncio.gather(slow(), quick("second", wake_reader), quick("third", loop_turns))
        assert order == ["slow", "second", "slow again", "third"]

    run(test)


def test_files_that_have_begun_share_the_turns_piece_by_piece() -> None:
    async def test() -> None:
        turns = FileTurns(1, 10, 5)
        order: list[str] = []
        read = asyncio.Event()

        async def quick() -> None:
            with FileTurn(turns) as turn:
                await turn.begin()
                for _ in range(3):
                    order.append("quick")
                    read.set()
                    await loop_turns()
                    await turn.share()

        async def slow() -> None:
            with FileTurn(turns) as turn:
                await turn.begin()
                order.append("slow")
                await turn.pause(read.wait())  # type: ignore[arg-type] # its value says nothing
                order.append("slow")

        await asyncio.gather(slow(), quick())
        assert order == ["slow", "quick", "slow", "quick", "quick"]

    run(test)


def test_a_file_that_waits_too_long_or_is_one_too_many_is_refused() -> None:
    async def test() -> None:
        turns = FileTurns(1, 2, 0.01)
        with FileTurn(turns) as first, FileTurn(turns) as second, FileTurn(turns) as third:
            await first.begin()
            with pytest.raises(Overloaded, match="Other files"):
                await second.begin()
            with pytest.raises(Overloaded, match="Too many large files"):
                await third.wait_until_free()
        with FileTurn(turns) as again:
            await again.begin()

    run(test)


@pytest.mark.parametrize("moment", ["while it waits", "when it gets a turn"])
def test_a_cancelled_file_takes_no_turn_with_it(moment: str) -> None:
    async def test() -> None:
        turns = FileTurns(1, 10, 5)

        async def wait() -> None:
            with FileTurn(turns) as turn:
                await turn.begin()

        with FileTurn(turns) as first:
            await first.begin()
            waiting = asyncio.create_task(wait())
            await loop_turns()
            if moment == "when it gets a turn":
                first.end()
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
        await wait()

    run(test)
