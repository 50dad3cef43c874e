"""What the audience of a meeting sees and sends; the access of presenters."""

import msgspec

from service.schemas.meetings.meeting import LogoType, MeetingState, Part
from service.schemas.shape import Row, Shape
from wire.languages import Language


class LogoName(Shape, frozen=True):
    """Names the file of GET /v1/audience/logo."""

    media_type: LogoType
    digest: str
    """SHA-256 of the file: another logo has another one."""


class AudienceLook(Shape, frozen=True):
    name: str | None
    accent: str | None
    logo: LogoName | None


class AudienceCase(Shape, frozen=True):
    """A case without what is for the presenter alone."""

    id: str
    name: str
    model: str
    version: str | None
    row: Row
    show: list[Part]
    what_if_field: str | None
    compare_with: str | None
    guess: bool


class GuessFigures(Shape, frozen=True):
    """The guesses of one case."""

    case: str
    people: int
    counts: dict[str, int]
    """How many people named each answer: `label/…` or `decision/…`."""
    values: list[float]
    """The values that people named, in ascending order."""


class GuessList(Shape, frozen=True):
    cases: list[GuessFigures] = msgspec.field(default_factory=list)
    """The cases of the run sheet for which somebody has guessed, in its order."""


class AudienceView(Shape, frozen=True):
    """All that the audience sees of a meeting now."""

    meeting: str
    title: str
    language: Language | None
    models: list[str]
    pages: list[str]
    reasons: list[str]
    look: AudienceLook
    state: MeetingState
    case: AudienceCase | None
    """The case on the presenter's screen, from the phase `guess` on."""
    compare_case: AudienceCase | None
    """The case that it is compared with, in the phase `answer`."""
    cases: list[AudienceCase]
    """All cases, if the audience goes through them alone; else none."""
    guesses: GuessFigures | None
    """The guesses of the case, in the phase `answer`."""
    retention_days: int | None
    """After so many days the service deletes what people have written; null: never by itself."""


class Guess(Shape, frozen=True):
    """What a person expects: one of `label`, `decision` and `value`."""

    case: str
    person: str
    label: str | None = None
    decision: str | None = None
    value: float | None = None


class OwnGuesses(Shape, frozen=True):
    """The last guess of a person for each case."""

    guesses: list[Guess] = msgspec.field(default_factory=list)


class PresenterLink(Shape, frozen=True):
    """A token that opens one session."""

    token: str
    expires: str
    """UTC, ISO 8601."""


class EmptyRequest(Shape, frozen=True):
    """The body of a request that needs none: an empty object."""


class SessionRequest(Shape, frozen=True):
    token: str


class PresenterSession(Shape, frozen=True):
    """A secret with the scopes read, feedback and present; `meeting`: null, it is for all meetings."""

    token: str
    expires: str
    meeting: None = None
