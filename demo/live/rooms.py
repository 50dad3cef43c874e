"""The meetings that phones of this process follow: one event stream from the service each, for any number of phones."""

import asyncio
import weakref
from collections.abc import Callable
from typing import Any

from client import AudienceView, Client, Refused, ServiceError
from demo.live.room import Room, StageMaker
from demo.meetings.audience_copy import find_audience_view

_MAX_ROOMS = 200
_all_rooms: "weakref.WeakSet[Rooms]" = weakref.WeakSet()


class Rooms:
    """The rooms of a process, by code. All methods but `announce` belong to the event loop."""

    def __init__(self, make_client: Callable[[], Client], make_stage: StageMaker) -> None:
        self._make_client, self._make_stage = make_client, make_stage
        self._client = make_client()
        self._rooms: dict[str, Room] = {}
        self._entering: dict[str, asyncio.Task[Room]] = {}
        _all_rooms.add(self)

    async def enter(self, code: str) -> Room:
        """Return the room of a meeting's code. Raises ServiceError; Refused if no meeting has the code."""
        room = self._rooms.get(code)
        if room is not None and not room.is_closed:
            return room
        if code not in self._entering:
            self._entering[code] = asyncio.create_task(self._open(code))
            self._entering[code].add_done_callback(lambda _: self._entering.pop(code, None))
        return await asyncio.shield(self._entering[code])

    def is_open(self, code: str) -> bool:
        """Return whether the meeting is followed already, or is being entered."""
        return code in self._entering or (code in self._rooms and not self._rooms[code].is_closed)

    async def _open(self, code: str) -> Room:
        """Open a room: the meeting is asked for once, then its events come by themselves."""
        view = await asyncio.to_thread(self._find_view, code)
        self._close_empty()
        room = Room(code, view, self._make_client, self._make_stage, asyncio.get_running_loop())
        self._rooms[code] = room
        room.start()
        return room

    def _find_view(self, code: str) -> AudienceView:
        """Return what the audience sees; without the service, as this demo has kept it. Raises ServiceError."""
        try:
            return self._client.audience.view(code)
        except Refused:
            raise
        except ServiceError:
            view = find_audience_view(code)
            if view is None:
                raise
            return view

    def _close_empty(self) -> None:
        """Close the rooms that nobody is in, the oldest first, so that there is space for another."""
        for code, room in list(self._rooms.items()):
            if room.is_closed or (room.is_empty() and len(self._rooms) >= _MAX_ROOMS):
                room.close()
                del self._rooms[code]

    def close(self) -> None:
        """End the streams of all rooms."""
        for room in self._rooms.values():
            room.close()
        self._rooms.clear()
        self._client.close()

    def announce(self, meeting_id: str, change: dict[str, Any], deliver: Callable[[], object] | None) -> int:
        rooms = [room for room in list(self._rooms.values()) if room.meeting == meeting_id and not room.is_closed]
        for room in rooms:
            room.announce(change, deliver)
        return len(rooms)


def announce(meeting_id: str, change: dict[str, Any], deliver: Callable[[], object] | None = None) -> int:
    """Let the phones of a meeting follow a step that the service cannot be told: it does not answer.

    `change` are keys of the audience's view, such as `state`, `case`, `compare_case`, `cases`. `deliver` sends the step to
    the service; it is called again and again until it raises no ServiceError, and only the newest one of a meeting. The
    phones follow the service again from the step that it gets then. Any thread may call this. Return the number of rooms.
    """
    return sum(rooms.announce(meeting_id, change, deliver) for rooms in list(_all_rooms))
