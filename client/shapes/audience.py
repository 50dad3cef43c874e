"""The shapes of what an audience sees and sends, and of the access of presenters. The contract may grow."""

from typing import Literal, NotRequired, TypedDict

from client.shapes.answers import Row
from client.shapes.meetings import MeetingState


class LogoName(TypedDict):
    """Names the file of `Client.audience.logo`."""

    media_type: str
    digest: str
    """SHA-256 of the file: another logo has another one."""


class AudienceLook(TypedDict):
    name: str | None
    accent: str | None
    logo: LogoName | None


class AudienceCase(TypedDict):
    """A case without what is for the presenter alone."""

    id: str
    name: str
    model: str
    version: str | None
    row: Row
    show: list[str]
    what_if_field: str | None
    compare_with: str | None
    guess: bool


class GuessFigures(TypedDict):
    """The guesses of one case."""

    case: str
    people: int
    counts: dict[str, int]
    """How many people named each answer: `label/…` or `decision/…`."""
    values: list[float]
    """The values that people named, in ascending order."""


class GuessList(TypedDict):
    cases: list[GuessFigures]


class AudienceView(TypedDict):
    """All that the audience sees of a meeting now. docs/meetings.md describes each key."""

    meeting: str
    title: str
    language: str | None
    models: list[str]
    pages: list[str]
    reasons: list[str]
    look: AudienceLook
    state: MeetingState
    case: AudienceCase | None
    compare_case: AudienceCase | None
    cases: list[AudienceCase]
    guesses: GuessFigures | None
    retention_days: int | None


class MeetingEvent(TypedDict):
    """One event of `Client.meetings.events`: the state, or the guesses of the case on the screen."""

    event: Literal["state", "guesses"]
    data: MeetingState | GuessFigures


class Guess(TypedDict):
    """What a person expects: one of `label`, `decision` and `value`."""

    case: str
    person: str
    label: NotRequired[str | None]
    decision: NotRequired[str | None]
    value: NotRequired[float | None]


class OwnGuesses(TypedDict):
    guesses: list[Guess]


class PresenterLink(TypedDict):
    """A token that opens one session."""

    token: str
    expires: str


class PresenterSession(TypedDict):
    """A secret with the scopes read, feedback and present."""

    token: str
    expires: str
    meeting: str | None
