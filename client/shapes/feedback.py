"""The shapes of feedback. Keys that are not named here are let through: the contract may grow."""

from typing import Annotated, Any, Literal, NotRequired, TypedDict

from client.shapes.answers import Row

Verdict = Literal["agree", "disagree", "unsure"]


class RightAnswer(TypedDict, total=False):
    """One of them: a label or a value, whichever the model gives, or a decision of its card."""

    label: str
    value: float
    decision: str


class NewFeedback(TypedDict):
    """What a person says of one answer. docs/api.md describes each key."""

    model: str
    version: str
    row: Row
    shown: dict[str, Any]
    verdict: Verdict
    right_answer: NotRequired[RightAnswer | None]
    reason: NotRequired[str | None]
    comment: NotRequired[str | None]
    name: NotRequired[str | None]
    person: NotRequired[str | None]
    meeting: NotRequired[str | None]


class FeedbackReceipt(TypedDict):
    """The proof that feedback is stored, and what came of it."""

    id: str
    created: str
    state: str
    reply: str | None


class StoredFeedback(TypedDict):
    """Feedback with all that it refers to."""

    id: str
    created: str
    model: str
    version: str
    row: Row
    shown: dict[str, Any]
    verdict: str
    right_answer: RightAnswer | None
    reason: str | None
    comment: str | None
    name: str | None
    person: str | None
    meeting: str | None
    prediction: dict[str, Any] | None
    state: str
    reply: str | None
    reviewed: str | None


class FeedbackList(TypedDict):
    items: list[StoredFeedback]
    next: str | None


class AgreementFigures(TypedDict):
    """How often people agree with one version: the last verdict of each person on each case counts."""

    model: str
    version: str
    entries: int
    people: int
    agree: int
    disagree: int
    unsure: int
    agreement: float | None
    """The share of `agree` among `agree` and `disagree`."""
    interval: Annotated[list[float], 2] | None
    """The ends of the 95 % interval of the agreement."""


class FeedbackFigures(TypedDict):
    items: list[AgreementFigures]


class CaseCandidate(TypedDict):
    """A version of a model; without one, the version that is served now."""

    model: str
    version: NotRequired[str | None]


class CandidateCounts(TypedDict):
    """How many cases a candidate answers as people said, and how many it does not answer at all."""

    model: str
    version: str
    right: int
    wrong: int
    unanswered: int


class CandidateAnswer(TypedDict):
    answer: RightAnswer | None
    is_right: bool | None


class ComparedCase(TypedDict):
    """A case, by the id of its feedback, and the answers of the candidates in their order."""

    id: str
    version: str
    row: Row
    right_answer: RightAnswer
    answers: list[CandidateAnswer]


class FeedbackCaseComparison(TypedDict):
    """`items` are the cases that not every candidate gets right, those on which they differ first."""

    cases: int
    candidates: list[CandidateCounts]
    items: list[ComparedCase]
    omitted: int
