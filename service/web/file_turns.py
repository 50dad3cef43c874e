"""Turns for large files: a few are scored at once, the others wait in order until a deadline."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable
from types import TracebackType

from service.errors import Overloaded
from service.web.body_reader import RETRY_SECONDS

_Queue = deque["asyncio.Future[None]"]


class FileTurns:
    """Gives turns to large files. A file that has begun goes before new ones.

    A large file is scored piece by piece. Its turn ends while the caller reads more slowly than it is scored, and after
    a piece if another file that has begun waits. So a slow reader costs memory and no turn.
    """

    def __init__(self, at_once: int, max_files: int, wait_seconds: float) -> None:
        self._free, self._max_files, self._wait_seconds = at_once, max_files, wait_seconds
        self._new: _Queue = deque()
        self._begun: _Queue = deque()
        self._files = 0

    def enter(self) -> None:
        """Count a large file, from before its upload to the end of its answer. Raises Overloaded if there are too many."""
        if self._files >= self._max_files:
            raise Overloaded("Too many large files at once.", retry_after_seconds=RETRY_SECONDS)
        self._files += 1

    def leave(self) -> None:
        """Stop counting a file."""
        self._files -= 1

    async def begin(self) -> None:
        """Wait for the first turn of a file. Raises Overloaded at the deadline."""
        try:
            async with asyncio.timeout(self._wait_seconds):
                await self._wait(self._new)
        except TimeoutError:
            raise Overloaded("Other files are being scored.", retry_after_seconds=RETRY_SECONDS) from None

    async def resume(self) -> None:
        """Wait for the next turn of a file that has begun."""
        await self._wait(self._begun)

    def is_wanted(self) -> bool:
        """Return whether a file that has begun waits for its next turn."""
        return any(not turn.done() for turn in self._begun)

    def release(self) -> None:
        """Pass a turn to the next file that waits."""
        for queue in (self._begun, self._new):
            while queue:
                turn = queue.popleft()
                if not turn.done():
                    turn.set_result(None)
                    return
        self._free += 1

    async def _wait(self, queue: _Queue) -> None:
        if self._free:
            self._free -= 1
            return
        turn = asyncio.get_running_loop().create_future()
        queue.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.cancelled():
                with contextlib.suppress(ValueError):
                    queue.remove(turn)
            else:  # the turn was given in the moment of the cancellation
                self.release()
            raise


class FileTurn:
    """The turns of one file. At the end of the block its turn goes to another file."""

    def __init__(self, turns: FileTurns) -> None:
        self._turns = turns
        self._has_entered = False
        self.is_active = False

    def __enter__(self) -> "FileTurn":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.end()
        if self._has_entered:
            self._turns.leave()

    async def wait_until_free(self) -> None:
        """Wait until the file could begin, and leave the turn to others: its upload may be slow. Raises Overloaded."""
        await self.begin()
        self.end()

    async def begin(self) -> None:
        """Wait for a first turn. Raises Overloaded at the deadline, or at once if there are too many files."""
        if not self._has_entered:
            self._turns.enter()
            self._has_entered = True
        await self._turns.begin()
        self.is_active = True

    async def pause(self, until: Awaitable[None]) -> None:
        """End the turn until something is done, then wait for the next one."""
        self.end()
        await until
        await self._resume()

    async def share(self) -> None:
        """Let a file that has begun and waits go first."""
        if self._turns.is_wanted():
            self.end()
            await self._resume()

    def end(self) -> None:
        """End the turn, if the file has one."""
        if self.is_active:
            self.is_active = False
            self._turns.release()

    async def _resume(self) -> None:
        await self._turns.resume()
        self.is_active = True
