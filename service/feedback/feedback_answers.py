"""Feedback as the service answers with it."""

from typing import Any

import msgspec

from service.schemas import Feedback, FeedbackList, FeedbackReceipt, Review, RightAnswer, Row
from service.schemas.shape import Shape
from service.store.meetings.feedback_records import FeedbackPage, FeedbackRecord


class _Content(Shape, frozen=True):
    """The JSON of a record (`feedback_entry.new_feedback` writes it)."""

    row: Row
    shown: dict[str, Any]
    right_answer: RightAnswer | None
    comment: str | None
    prediction: dict[str, Any] | None


_CONTENT = msgspec.json.Decoder(_Content)
_REPLY = msgspec.json.Decoder(str)


def receipt(record: FeedbackRecord) -> FeedbackReceipt:
    """Return what the person gets who gave this feedback."""
    return FeedbackReceipt(id=record.id, created=record.created, state=record.state, reply=_reply(record))


def whole_feedback(record: FeedbackRecord) -> Feedback:
    """Return feedback with all that it refers to."""
    content = _CONTENT.decode(record.content)
    return Feedback(
        id=record.id,
        created=record.created,
        model=record.model,
        version=record.version,
        row=content.row,
        shown=content.shown,
        verdict=record.verdict,
        right_answer=content.right_answer,
        reason=record.reason,
        comment=content.comment,
        name=record.name,
        person=record.person,
        meeting=record.meeting,
        prediction=content.prediction,
        state=record.state,
        reply=_reply(record),
        reviewed=record.reviewed,
    )


def feedback_list(page: FeedbackPage) -> FeedbackList:
    """Return a page of feedback."""
    return FeedbackList(items=[whole_feedback(record) for record in page.records], next=page.next)


def reply_text(review: Review) -> str | None:
    """Return the reply of a review as it is stored."""
    return None if review.reply is None else msgspec.json.encode(review.reply).decode()


def _reply(record: FeedbackRecord) -> str | None:
    return None if record.reply is None else _REPLY.decode(record.reply)
