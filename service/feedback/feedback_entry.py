"""Check feedback that a person gives, and make what is stored of it."""

import hashlib
from collections.abc import Iterator
from typing import Any

import msgspec

from service.bundles.model import Model
from service.errors import Fault, InvalidInput, ServiceError
from service.meeting_errors import UnknownMeeting
from service.meetings.answer_checks import answer_faults
from service.meetings.json_checks import MAX_ROW_BYTES, json_faults
from service.pictures.model_picture import keep_pictures
from service.questions.row_variants import base_of
from service.rows.strict_json import encode
from service.schemas import FeedbackRequest, Review, Row
from service.store.meetings.feedback_records import NewFeedback

_MAX_COMMENT = 2000
_MAX_LINE = 100
"""The maximum of characters of a reason and of a name."""
_MAX_ID = 64


def check_feedback(request: FeedbackRequest, model: Model | None) -> None:
    """Raise InvalidInput for a wrong row, a text that is too long, a wrong right answer, or JSON that is not exact.

    Without the model (its version is not served any more) the row and the right answer are stored as they are: a person
    who saw an old answer must not lose what they wrote.
    """
    faults = [*_text_faults(request), *json_faults(request.shown, "shown")]
    if model is None:
        faults += json_faults(request.row, "row", max_bytes=MAX_ROW_BYTES)
    elif request.right_answer is not None:
        faults += answer_faults(request.right_answer, model.card, ("right_answer",))
    if faults:
        raise InvalidInput("The feedback cannot be stored.", faults=faults)
    if model is not None:
        base_of(model.checks, request.row)


def in_meeting(request: FeedbackRequest, of_code: str | None, of_caller: str | None) -> FeedbackRequest:
    """Return feedback that names its meeting: that of the audience code, or else the one that the caller may see.

    Raises UnknownMeeting if the feedback names another one.
    """
    meeting = of_code if of_caller is None else of_caller
    if meeting is None:
        return request
    if request.meeting not in {None, meeting}:
        raise UnknownMeeting
    return msgspec.structs.replace(request, meeting=meeting)


def score_again(model: Model, row: Row) -> dict[str, Any] | None:
    """Return the answer of a version to a checked row, or None if the model cannot give it now."""
    try:
        answer = model.predict([row]).predictions[0]
    except ServiceError:
        return None
    prediction: dict[str, Any] = msgspec.to_builtins(answer)
    return prediction


def new_feedback(key: str, request: FeedbackRequest, prediction: dict[str, Any] | None) -> NewFeedback:
    """Return what is stored of a request."""
    content = {
        "row": keep_pictures(request.row),
        "shown": request.shown,
        "right_answer": request.right_answer,
        "comment": request.comment,
        "prediction": prediction,
    }
    return NewFeedback(
        idempotency_key=key,
        digest=hashlib.sha256(msgspec.json.encode(request, order="deterministic")).hexdigest(),
        model=request.model,
        version=request.version,
        verdict=request.verdict,
        meeting=request.meeting,
        reason=request.reason,
        name=request.name,
        person=request.person,
        content=encode(content).decode(),
    )


def review_faults(review: Review) -> Iterator[Fault]:
    """Yield the fault of a reply that is too long."""
    if review.reply is not None and len(review.reply) > _MAX_COMMENT:
        yield Fault("reply", "too_long", f"This text may have {_MAX_COMMENT:,} characters.", path=())


def _text_faults(request: FeedbackRequest) -> Iterator[Fault]:
    limits = {"reason": _MAX_LINE, "name": _MAX_LINE, "person": _MAX_ID, "meeting": _MAX_ID, "version": _MAX_ID}
    for field, limit in (limits | {"comment": _MAX_COMMENT}).items():
        text: str | None = getattr(request, field)
        if text is None:
            continue
        if len(text) > limit:
            yield Fault(field, "too_long", f"This text may have {limit:,} characters.", path=())
        elif field in limits and not text.isprintable():
            yield Fault(field, "invalid_text", "This text may have no control characters.", path=())
