"""Reads meetings for their audience: often, and mostly unchanged since the last time."""

import threading
from collections import OrderedDict
from dataclasses import dataclass

from service.meeting_errors import UnknownMeeting
from service.meetings.meeting_actions import content_of
from service.schemas.meetings.meeting import MeetingCase, MeetingContent
from service.store.meetings import meeting_records
from service.store.meetings.meeting_records import MeetingRecord
from service.store.store import Store

_MAX_CONTENTS = 64


@dataclass(frozen=True)
class OpenMeeting:
    """A meeting with its content."""

    record: MeetingRecord
    content: MeetingContent

    def case(self, id: str | None) -> MeetingCase | None:  # noqa: A002 - the name in the contract
        """Return a case of the run sheet."""
        return next((case for case in self.content.cases if case.id == id), None)


class MeetingReader:
    """Keeps the content of the newest revisions decoded: with a logo and many rows it is large. Threads may share it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._contents: OrderedDict[tuple[str, int], MeetingContent] = OrderedDict()
        self._lock = threading.Lock()

    def by_code(self, code: str, only: str | None) -> OpenMeeting:
        """Return the meeting of an audience code; `only` is the id of the one that the caller may see.

        Raises UnknownMeeting, StorageUnavailable.
        """
        return self._open(meeting_records.find_code(self._store, code), only)

    def by_id(self, id: str) -> OpenMeeting:  # noqa: A002 - the name in the contract
        """Return a meeting. Raises UnknownMeeting, StorageUnavailable."""
        return self._open(meeting_records.find_record(self._store, id), None)

    def _open(self, record: MeetingRecord | None, only: str | None) -> OpenMeeting:
        if record is None or only not in {None, record.id}:
            raise UnknownMeeting
        with self._lock:
            content = self._contents.get((record.id, record.revision))
        if content is not None:
            return OpenMeeting(record, content)
        stored = meeting_records.find_meeting(self._store, record.id)
        if stored is None:
            raise UnknownMeeting
        content = content_of(stored.content)
        with self._lock:
            self._contents[stored.record.id, stored.record.revision] = content
            while len(self._contents) > _MAX_CONTENTS:
                self._contents.popitem(last=False)
        return OpenMeeting(stored.record, content)
