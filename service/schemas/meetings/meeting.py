"""Meetings: what the presenter prepares, and what is on the presenter's screen."""

from typing import Literal

import msgspec

from service.schemas.shape import Row, Shape
from wire.languages import Language

Part = Literal["answer", "why", "what-if", "compare"]
"""What can be shown of a case."""
Phase = Literal["waiting", "guess", "answer"]
"""The audience sees nothing of the case; the case without its answer; the case with its answer."""
AudienceMode = Literal["follow", "alone"]
"""The audience follows the presenter, or goes through the cases alone."""
LogoType = Literal["image/png", "image/jpeg", "image/webp"]


class Logo(Shape, frozen=True):
    media_type: LogoType
    data: str
    """The file in Base64."""


class Look(Shape, frozen=True):
    """The look of a client: a name, a colour such as #0a7d55, a logo."""

    name: str | None = None
    accent: str | None = None
    logo: Logo | None = None


class MeetingCase(Shape, frozen=True):
    """A case of the run sheet."""

    id: str
    name: str
    model: str
    row: Row
    note: str = ""
    """For the presenter alone."""
    version: str | None = None
    """The planned version; null: the default version."""
    show: list[Part] = msgspec.field(default_factory=list)
    what_if_field: str | None = None
    compare_with: str | None = None
    """The id of an earlier case."""
    guess: bool = False
    """The audience is asked to guess before it sees the answer."""


class MeetingContent(Shape, frozen=True):
    """What the presenter prepares."""

    title: str
    language: Language | None = None
    """Null: the language of each reader."""
    models: list[str] = msgspec.field(default_factory=list)
    """The models that the audience sees; empty: all."""
    notes: str = ""
    """For the presenter alone."""
    pages: list[str] = msgspec.field(default_factory=list)
    """The pages of the demo that the audience may open, such as `try`."""
    look: Look = msgspec.field(default_factory=Look)
    reasons: list[str] = msgspec.field(default_factory=list)
    """The reasons of a disagreement; empty: the usual ones."""
    cases: list[MeetingCase] = msgspec.field(default_factory=list)


class StateChange(Shape, frozen=True):
    """What the presenter sets with one step."""

    case: str | None = None
    """The id of a case."""
    phase: Phase = "waiting"
    show: Part | None = None
    audience: AudienceMode = "follow"


class MeetingState(Shape, frozen=True):
    """What is on the presenter's screen. Each step increases `revision`."""

    revision: int
    case: str | None
    phase: Phase
    show: Part | None
    audience: AudienceMode


class Meeting(Shape, frozen=True):
    """A meeting as its presenter sees it. Each change of `content` increases `revision`."""

    id: str
    created: str
    changed: str
    revision: int
    presenter_token: str
    """A secret for requests that may do everything in this meeting, and nothing in another one."""
    audience_code: str
    """What a person of the audience sends as Meeting-Code."""
    content: MeetingContent
    state: MeetingState


class MeetingSummary(Shape, frozen=True):
    id: str
    title: str
    created: str
    changed: str
    cases: int
    """The number of cases."""


class MeetingList(Shape, frozen=True):
    items: list[MeetingSummary] = msgspec.field(default_factory=list)
    next: str | None = None


class MeetingCheck(Shape, frozen=True):
    """The proof that the storage takes what people will write."""

    time: str
    """The clock of the service: UTC, ISO 8601."""


class MeetingChange(Shape, frozen=True):
    """New content for the revision that the caller has read."""

    revision: int
    content: MeetingContent
