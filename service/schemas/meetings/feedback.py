"""Feedback: what people say of an answer, and what came of it."""

from typing import Any, Literal

import msgspec

from service.schemas.shape import Row, Shape

Verdict = Literal["agree", "disagree", "unsure"]
FeedbackState = Literal["new", "accepted", "rejected", "done"]


class RightAnswer(Shape, frozen=True, omit_defaults=True):
    """The right answer as a person sees it: a label or a value, whichever the model gives, or a decision of its card."""

    label: str | None = None
    value: float | None = None
    decision: str | None = None


class FeedbackRequest(Shape, frozen=True):
    """What a person says of one answer."""

    model: str
    version: str
    row: Row
    shown: dict[str, Any]
    """What was on the screen: the page, the language, the prediction, the reasons. Any JSON."""
    verdict: Verdict
    right_answer: RightAnswer | None = None
    reason: str | None = None
    comment: str | None = None
    name: str | None = None
    person: str | None = None
    """Joins the feedback of one person: any text that nobody else can guess."""
    meeting: str | None = None


class FeedbackReceipt(Shape, frozen=True):
    """What a person gets for feedback: the proof that it is stored, later also what came of it."""

    id: str
    created: str
    """UTC, ISO 8601."""
    state: FeedbackState
    reply: str | None = None
    """What was done, in a sentence for this person."""


class Feedback(Shape, frozen=True):
    """Feedback with all that it refers to."""

    id: str
    created: str
    model: str
    version: str
    row: Row
    shown: dict[str, Any]
    verdict: Verdict
    right_answer: RightAnswer | None
    reason: str | None
    comment: str | None
    name: str | None
    person: str | None
    meeting: str | None
    prediction: dict[str, Any] | None
    """The answer of this version to this row, computed again when the feedback came; null if it could not be."""
    state: FeedbackState
    reply: str | None
    reviewed: str | None


class FeedbackList(Shape, frozen=True):
    items: list[Feedback] = msgspec.field(default_factory=list)
    next: str | None = None


class Review(Shape, frozen=True):
    """What came of feedback."""

    state: FeedbackState
    reply: str | None = None


class FeedbackCase(Shape, frozen=True):
    """A row whose right answer a person has named, or agreed with."""

    name: str
    """The id of the feedback."""
    model: str
    row: Row
    right_answer: RightAnswer
    version: str
    """The version whose answer the person saw."""


class FeedbackCases(Shape, frozen=True):
    """What people expect of models, for `python -m service.models check-cases`."""

    cases: list[FeedbackCase]
