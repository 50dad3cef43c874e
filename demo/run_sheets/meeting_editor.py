"""Changes of a meeting, saved one after another. What cannot be saved yet is kept, shown, and saved with the next change."""

import time
from collections.abc import Callable
from typing import cast

from client import Meeting, MeetingCalls, MeetingCase, MeetingContent, Refused, ServiceError
from wire.error_codes import MEETING_CHANGED

Change = Callable[[MeetingContent], MeetingContent]
"""Content → changed content. It works on what another window has saved meanwhile too."""
_MAX_TRIES = 5


class MeetingEditor:
    """One meeting as one visit edits it."""

    def __init__(self, calls: MeetingCalls, meeting: Meeting) -> None:
        self.calls = calls
        self.meeting = meeting
        """As the service holds it."""
        self._read_at = time.monotonic()
        self._waiting: list[Change] = []
        self.changed_elsewhere = False
        """Whether the last save met changes of another window. They are in the content, and this visit's too."""

    @property
    def content(self) -> MeetingContent:
        """The content with all changes of this visit, saved or not."""
        content = self.meeting["content"]
        for change in self._waiting:
            content = change(content)
        return content

    @property
    def is_saved(self) -> bool:
        """Whether the service has all changes."""
        return not self._waiting

    def apply(self, change: Change) -> None:
        """Change the content and save it. Raises ServiceError; the change is kept, unless the service refuses it."""
        self._waiting.append(change)
        self.save()

    def save(self) -> None:
        """Save what waits. Raises ServiceError."""
        self.changed_elsewhere = False
        for _ in range(_MAX_TRIES):
            if not self._waiting:
                return
            waiting = len(self._waiting)
            try:
                self.meeting = self.calls.change(self.meeting["id"], self.meeting["revision"], self.content)
            except Refused as error:
                if error.code != MEETING_CHANGED:
                    self._waiting.pop()
                    raise
                self.meeting, self.changed_elsewhere = self.calls.read(self.meeting["id"]), True
            else:
                del self._waiting[:waiting]

    def refresh(self, max_age_seconds: float = 0.0) -> None:
        """Read what other windows have saved, if what is known is older. Without an answer the content stays as it is."""
        if time.monotonic() - self._read_at < max_age_seconds:
            return
        self._read_at = time.monotonic()  # while the service does not answer, not each step waits for it
        try:
            self.meeting = self.calls.read(self.meeting["id"])
        except ServiceError:
            return


def with_values(**values: object) -> Change:
    """Return the change that sets some values of a meeting."""
    return lambda content: cast(MeetingContent, {**content, **values})


def with_cases(change: Callable[[list[MeetingCase]], list[MeetingCase]]) -> Change:
    """Return the change that replaces the cases."""
    return lambda content: cast(MeetingContent, {**content, "cases": change(content["cases"])})
