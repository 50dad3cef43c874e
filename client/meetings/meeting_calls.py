"""Client.meetings: what a presenter does with meetings."""

from collections.abc import Generator
from typing import Any, cast
from urllib.parse import quote

from client import arguments
from client.answer_check import require
from client.connection import CREATED, Connection
from client.meetings.event_reader import check_event, read_events
from client.shapes.audience import GuessFigures, GuessList, MeetingEvent, PresenterLink, PresenterSession
from client.shapes.meetings import Meeting, MeetingCheck, MeetingContent, MeetingList, MeetingState, NewState
from client.transport import build_query

_PATH, _LINKS_PATH, _SESSIONS_PATH = "/v1/meetings", "/v1/presenter-links", "/v1/presenter-sessions"
_EVENT_SHAPES: dict[str, Any] = {"state": MeetingState, "guesses": GuessFigures}


class MeetingCalls:
    """Make, list, read and change meetings. Every method raises a `ServiceError` (see client/errors.py)."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @arguments.check_types
    def create(self, content: MeetingContent, key: str) -> Meeting:
        """Store a meeting and return it. After an error that is no `Refused`, call it again with the same key."""
        arguments.check_idempotency_key(key)
        answer = self._connection.call(
            "POST", _PATH, Meeting, body=content, accept={CREATED}, headers={"Idempotency-Key": key}
        )
        return cast(Meeting, answer)

    @arguments.check_types
    def list(self, after: str | None = None) -> MeetingList:
        """Return a page of meetings, the newest first."""
        return cast(MeetingList, self._connection.call("GET", f"{_PATH}{build_query(after=after)}", MeetingList))

    @arguments.check_types
    def read(self, id: str) -> Meeting:  # noqa: A002 - the name in the contract
        """Return a meeting with all that its presenter sees."""
        answer = cast(Meeting, self._connection.call("GET", _path(id), Meeting))
        require(answer["id"] == id)
        return answer

    @arguments.check_types
    def change(self, id: str, revision: int, content: MeetingContent) -> Meeting:  # noqa: A002
        """Replace the content of the revision that was read.

        Raises Refused with the code `meeting_changed` if somebody else has changed the meeting since.
        """
        body = {"revision": revision, "content": content}
        answer = cast(Meeting, self._connection.call("POST", _path(id), Meeting, body=body))
        require(answer["id"] == id and answer["revision"] > revision)
        return answer

    @arguments.check_types
    def new_codes(self, id: str) -> Meeting:  # noqa: A002
        """Make a new presenter token and a new audience code. The old ones stop."""
        answer = cast(Meeting, self._connection.call("POST", f"{_path(id)}/codes", Meeting, body={}))
        require(answer["id"] == id)
        return answer

    @arguments.check_types
    def set_state(self, id: str, state: NewState) -> MeetingState:  # noqa: A002
        """Set what is on the presenter's screen."""
        answer = self._connection.call("POST", f"{_path(id)}/state", MeetingState, body=state)
        given: dict[str, Any] = dict(state)
        require(all(answer.get(name) == value for name, value in given.items()))
        return cast(MeetingState, answer)

    @arguments.check_types
    def check(self, id: str) -> MeetingCheck:  # noqa: A002
        """Let the service prove by a write that it can store what people will write; return the time of its clock."""
        return cast(MeetingCheck, self._connection.call("POST", f"{_path(id)}/check", MeetingCheck, body={}))

    @arguments.check_types
    def guesses(self, id: str) -> GuessList:  # noqa: A002
        """Return what the audience has guessed, case by case."""
        return cast(GuessList, self._connection.call("GET", f"{_path(id)}/guesses", GuessList))

    @arguments.check_types
    def events(self, id: str) -> Generator[MeetingEvent, None, None]:  # noqa: A002
        """Yield the state and the guesses of the case on the screen, now and after each change. It blocks between them.

        It ends when the service stops; open it again then. `Client.close` in another thread ends it too.
        """
        with self._connection.open_events(f"{_path(id)}/events", {}) as pieces:
            for name, data in read_events(pieces):
                shape = _EVENT_SHAPES.get(name)
                if shape is not None:
                    check_event(data, shape)
                    yield cast(MeetingEvent, {"event": name, "data": data})

    @arguments.check_types
    def link(self) -> PresenterLink:
        """Make a link that opens one session of a presenter."""
        answer = self._connection.call("POST", _LINKS_PATH, PresenterLink, body={}, accept={CREATED})
        return cast(PresenterLink, answer)

    @arguments.check_types
    def session(self, token: str) -> PresenterSession:
        """Use a link up and return its session, whose token is the API key of a client.

        Raises Refused with the code `unknown_link` if the link was used, has expired, or was never made.
        """
        body = {"token": token}
        answer = self._connection.call("POST", _SESSIONS_PATH, PresenterSession, body=body, accept={CREATED})
        return cast(PresenterSession, answer)


def _path(id: str) -> str:  # noqa: A002
    return f"{_PATH}/{quote(id, safe='')}"
