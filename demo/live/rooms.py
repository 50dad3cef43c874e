"""The meetings that phones of this process follow: one event stream from the service each, for any number of phones."""

import asyncio
from collections.abc import Callable

from client import AudienceView, Client, Refused, ServiceError
from demo.live.room import Room, StageMaker
from demo.meetings.audience_copy import find_audience_view

_MAX_ROOMS = 200


class Rooms:
    """The rooms of a process, by code. All methods belong to the event loop."""

    def __init__(self, make_client: Callable[[], Client], make_stage: StageMaker) -> None:
        self._make_client, self._make_stage = make_client, make_stage
        self._client = make_client()
        self._rooms: dict[str, Room] = {}
        self._entering: dict[str, asyncio.Task[Room]] = {}

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
        view, is_copy = await asyncio.to_thread(self._find_view, code)
        self._close_empty()
        loop = asyncio.get_running_loop()
        room = Room(code, view, self._make_client, self._make_stage, loop, is_copy=is_copy)
        self._rooms[code] = room
        room.start()
        return room

    def _find_view(self, code: str) -> tuple[AudienceView, bool]:
        """Return what the audience sees, and whether it is the demo's own copy, without the service. Raises ServiceError."""
        try:
            return self._client.audience.view(code), False
        except Refused:
            raise
        except ServiceError:
            view = find_audience_view(code)
            if view is None:
                raise
            return view, True

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
