"""Client.audience: what the audience of a meeting sees and sends."""

from collections.abc import Generator
from typing import cast

from client import arguments
from client.answer_check import require
from client.connection import Connection
from client.meetings.event_reader import check_event, read_events
from client.shapes.audience import AudienceView, Guess, OwnGuesses
from client.transport import build_query

_PATH = "/v1/audience"


class AudienceCalls:
    """`code` is the audience code of a meeting. Every method raises a `ServiceError` (see client/errors.py).

    An unknown code raises Refused with the code `unknown_meeting`.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @arguments.check_types
    def view(self, code: str) -> AudienceView:
        """Return all that the audience sees of the meeting now."""
        headers = arguments.meeting_code(code)
        return cast(AudienceView, self._connection.call("GET", _PATH, AudienceView, headers=headers))

    @arguments.check_types
    def events(self, code: str) -> Generator[AudienceView, None, None]:
        """Yield the view of the audience, now and after each change. It blocks between them.

        It ends when the service stops or the code is not valid any more; open it again then. `Client.close` in another
        thread ends it too.
        """
        with self._connection.open_events(f"{_PATH}/events", arguments.meeting_code(code)) as pieces:
            for name, data in read_events(pieces):
                if name == "view":
                    check_event(data, AudienceView)
                    yield cast(AudienceView, data)

    @arguments.check_types
    def logo(self, code: str) -> bytes:
        """Return the logo of the meeting. Raises Refused if it has none."""
        return self._connection.receive_bytes(f"{_PATH}/logo", arguments.meeting_code(code))

    @arguments.check_types
    def guess(self, code: str, guess: Guess) -> Guess:
        """Store the guess of a person, in place of an earlier one.

        Raises Refused with the code `guesses_closed` while the presenter does not ask for it.
        """
        headers = arguments.meeting_code(code)
        answer = cast(Guess, self._connection.call("POST", f"{_PATH}/guesses", Guess, body=guess, headers=headers))
        require(answer["case"] == guess.get("case") and answer["person"] == guess.get("person"))
        return answer

    @arguments.check_types
    def own_guesses(self, code: str, person: str) -> OwnGuesses:
        """Return the last guess of a person for each case."""
        path = f"{_PATH}/guesses{build_query(person=person)}"
        answer = cast(OwnGuesses, self._connection.call("GET", path, OwnGuesses, headers=arguments.meeting_code(code)))
        require(all(guess["person"] == person for guess in answer["guesses"]))
        return answer
