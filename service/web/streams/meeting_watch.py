"""Watches the meetings that somebody follows: one reader of the store for each meeting, whoever follows it."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from service.errors import StorageUnavailable
from service.meeting_errors import UnknownMeeting
from service.meetings.audience_view import audience_view
from service.meetings.guesses import figures_of
from service.meetings.meeting_actions import state_of
from service.meetings.meeting_reader import MeetingReader, OpenMeeting
from service.rows.strict_json import encode
from service.store.store import Store
from service.web.limits import StoreCalls
from service.web.problems import report_failure

_POLL_SECONDS = 0.5
"""After so long a change that was made elsewhere, in another copy of the service, is seen."""
_PAUSE_SECONDS = 0.1
"""The pause between two readings: guesses come hundreds at once."""
PING_SECONDS = 15.0
_log = logging.getLogger("service")


@dataclass(frozen=True)
class Snapshot:
    """A meeting at one moment: its events in JSON, each of which is the whole thing."""

    meeting: OpenMeeting
    view: bytes
    """What the audience sees."""
    state: bytes
    guesses: bytes | None
    """The guesses of the case on the screen."""


def read_snapshot(store: Store, reader: MeetingReader, retention_days: int | None, id: str) -> Snapshot:  # noqa: A002
    """Return a meeting as it is now. Raises UnknownMeeting, StorageUnavailable."""
    meeting = reader.by_id(id)
    case = meeting.case(meeting.record.state_case)
    figures = None if case is None or not case.guess else figures_of(store, id, case.id)
    view = audience_view(meeting, figures, retention_days)
    return Snapshot(meeting, encode(view), encode(state_of(meeting.record)), None if figures is None else encode(figures))


class Watch:
    """One meeting that is followed. All its methods run on the event loop."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.followers = 0
        self.has_ended = False
        self._news = asyncio.Event()
        self._wakes = asyncio.Event()
        self.task: asyncio.Task[None] | None = None

    async def snapshots(self) -> AsyncIterator[Snapshot | None]:
        """Yield the meeting now and after each change; None if it has not changed for a while. Ends with the watch."""
        last: Snapshot | None = None
        while not self.has_ended:
            news = self._news
            if self.snapshot is not last:
                last = self.snapshot
                yield last
                continue
            try:
                async with asyncio.timeout(PING_SECONDS):
                    await news.wait()
            except TimeoutError:
                yield None

    async def run(self, read: Callable[[], Awaitable[Snapshot]]) -> None:
        """Read the meeting when it may have changed, until it is gone."""
        try:
            while True:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_POLL_SECONDS):
                        await self._wakes.wait()
                self._wakes.clear()
                with contextlib.suppress(StorageUnavailable):  # it is read again at the next poll
                    self._put(await read())
                await asyncio.sleep(_PAUSE_SECONDS)
        except UnknownMeeting:
            pass  # it was deleted
        except Exception as error:  # noqa: BLE001 - the streams end, and their readers open them again
            _log.error("the watch of a meeting failed\n%s", report_failure(error))
        finally:
            self.end()

    def _put(self, snapshot: Snapshot) -> None:
        if snapshot != self.snapshot:
            self.snapshot = snapshot
            self._tell()

    def wake(self) -> None:
        """Read the meeting at once."""
        self._wakes.set()

    def end(self) -> None:
        """End the streams of all followers."""
        self.has_ended = True
        self._tell()

    def _tell(self) -> None:
        self._news.set()
        self._news = asyncio.Event()


class MeetingWatches:
    """The watches by meeting. A watch begins with its first follower and ends with its last one."""

    def __init__(self, read: Callable[[str], Snapshot], calls: StoreCalls) -> None:
        self._read, self._calls = read, calls
        self._watches: dict[str, Watch] = {}
        self._is_stopped = False

    async def follow(self, id: str) -> "Following":  # noqa: A002
        """Return what follows a meeting. Raises UnknownMeeting, StorageUnavailable."""
        watch = self._watches.get(id)
        snapshot = await self._calls.run(self._read, id) if watch is None else watch.snapshot
        return Following(self, id, snapshot)

    def join(self, id: str, snapshot: Snapshot) -> Watch:  # noqa: A002
        """Return the watch of a meeting, with one follower more."""
        watch = self._watches.get(id)
        if watch is None:
            watch = self._watches[id] = Watch(snapshot)
            if self._is_stopped:
                watch.end()
            else:
                watch.task = asyncio.create_task(watch.run(lambda: self._calls.run(self._read, id)))
        watch.wake()  # it may have changed since it was read
        watch.followers += 1
        return watch

    def leave(self, id: str, watch: Watch) -> None:  # noqa: A002
        """Count one follower less."""
        watch.followers -= 1
        if watch.followers == 0:
            del self._watches[id]
            if watch.task is not None:
                watch.task.cancel()

    def wake(self, id: str) -> None:  # noqa: A002
        """Tell the followers at once that this process has changed a meeting."""
        watch = self._watches.get(id)
        if watch is not None:
            watch.wake()

    def stop(self) -> None:
        """End all streams: the service stops."""
        self._is_stopped = True
        for watch in self._watches.values():
            watch.end()


class Following:
    """One stream of a meeting. It is a follower from the first `snapshots` on."""

    def __init__(self, watches: MeetingWatches, id: str, snapshot: Snapshot) -> None:  # noqa: A002
        self._watches, self._id = watches, id
        self.first = snapshot

    async def snapshots(self) -> AsyncIterator[Snapshot | None]:
        """Yield what `Watch.snapshots` yields."""
        watch = self._watches.join(self._id, self.first)
        try:
            async for snapshot in watch.snapshots():
                yield snapshot
        finally:
            self._watches.leave(self._id, watch)
