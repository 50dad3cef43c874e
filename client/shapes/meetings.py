"""The shapes of meetings. Keys that are not named here are let through: the contract may grow."""

from typing import Literal, NotRequired, TypedDict

from client.shapes.answers import Row

Part = Literal["answer", "why", "what-if", "compare"]
Phase = Literal["waiting", "guess", "answer"]


class Logo(TypedDict):
    media_type: str
    data: str
    """The file in Base64."""


class Look(TypedDict):
    """The look of a client."""

    name: NotRequired[str | None]
    accent: NotRequired[str | None]
    logo: NotRequired[Logo | None]


class MeetingCase(TypedDict):
    """A case of the run sheet. docs/meetings.md describes each key."""

    id: str
    name: str
    model: str
    row: Row
    note: NotRequired[str]
    version: NotRequired[str | None]
    show: NotRequired[list[str]]
    what_if_field: NotRequired[str | None]
    compare_with: NotRequired[str | None]
    guess: NotRequired[bool]


class MeetingContent(TypedDict):
    """What the presenter prepares. docs/meetings.md describes each key."""

    title: str
    language: NotRequired[str | None]
    models: NotRequired[list[str]]
    notes: NotRequired[str]
    pages: NotRequired[list[str]]
    look: NotRequired[Look]
    reasons: NotRequired[list[str]]
    cases: NotRequired[list[MeetingCase]]


class NewState(TypedDict, total=False):
    """What the presenter sets with one step."""

    case: str | None
    phase: Phase
    show: Part | None
    audience: Literal["follow", "alone"]


class MeetingState(TypedDict):
    """What is on the presenter's screen."""

    revision: int
    case: str | None
    phase: str
    show: str | None
    audience: str


class Meeting(TypedDict):
    """A meeting as its presenter sees it."""

    id: str
    created: str
    changed: str
    revision: int
    presenter_token: str
    audience_code: str
    content: MeetingContent
    state: MeetingState


class MeetingCheck(TypedDict):
    """The proof that the storage takes what people will write."""

    time: str
    """The clock of the service: UTC, ISO 8601."""


class MeetingSummary(TypedDict):
    id: str
    title: str
    created: str
    changed: str
    cases: int


class MeetingList(TypedDict):
    items: list[MeetingSummary]
    next: str | None


class Link(TypedDict):
    """What a short link holds, and when it ends."""

    id: str
    expires: str
    content: str
