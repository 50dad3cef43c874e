"""The rows of the table of routes for feedback."""

from service.errors import (
    Forbidden,
    InvalidInput,
    InvalidRequest,
    KeyReused,
    ModelTimeout,
    ModelUnavailable,
    Overloaded,
    StorageUnavailable,
    TooLarge,
    Unauthorized,
    UnknownFeedback,
    UnknownModel,
    UnknownVersion,
    UnsupportedType,
)
from service.meeting_errors import UnknownMeeting
from service.store.meetings.feedback_records import FILTERS
from service.web.openapi.answer_schemas import reference
from service.web.route import Route, Schema
from service.web.routes.meetings import feedback_routes
from service.web.routes.meetings.callers_meeting import MEETING_CODE
from service.web.routes.meetings.idempotency_key import IDEMPOTENCY_KEY
from service.web.routes.run_routes import NAME
from wire.media_types import CSV, JSON, XLSX

_TAG = "feedback"
_KEY_ERRORS = (Unauthorized, Forbidden)
_STORE_ERRORS = (*_KEY_ERRORS, StorageUnavailable)
_ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "minLength": 1, "maxLength": 64}}
_BODY_ERRORS = (InvalidRequest, TooLarge, UnsupportedType, InvalidInput, Overloaded)

_FORMAT = {"name": "format", "in": "query", "schema": {"type": "string", "enum": list(feedback_routes.EXPORT_TYPES)}}
_AFTER = {"name": "after", "in": "query", "schema": {"type": "string", "pattern": f"^{NAME.pattern}$"}}


def _filter(name: str) -> Schema:
    values = feedback_routes.ENUMERATIONS.get(name)
    schema: Schema = {"type": "string"} | ({"enum": list(values)} if values else {})
    return {"name": name, "in": "query", "schema": schema}


FEEDBACK_ROUTES: tuple[Route, ...] = (
    Route(
        method="POST",
        path="/v1/feedback",
        handler=feedback_routes.give_feedback,
        scope="feedback",
        confines=True,
        name="give_feedback",
        tag=_TAG,
        summary="Say what a person thinks of an answer",
        description="The answer comes after the commit. The same key and body again give the same answer.",
        answer="It is stored",
        answer_status=201,
        answer_schema=reference("FeedbackReceipt"),
        request_schema=reference("FeedbackRequest"),
        parameters=(IDEMPOTENCY_KEY, MEETING_CODE),
        errors=(*_STORE_ERRORS, *_BODY_ERRORS, UnknownModel, UnknownMeeting, KeyReused, ModelTimeout),
    ),
    Route(
        method="GET",
        path="/v1/feedback",
        handler=feedback_routes.list_feedback,
        scope="present",
        confines=True,
        name="list_feedback",
        tag=_TAG,
        summary="Feedback, the newest first",
        answer="A page; `next` is the `after` of the next one",
        answer_schema=reference("FeedbackList"),
        parameters=(*map(_filter, FILTERS), _AFTER),
        errors=(InvalidRequest, *_STORE_ERRORS, UnknownMeeting),
    ),
    Route(
        method="GET",
        path="/v1/feedback/export",
        handler=feedback_routes.export_feedback,
        scope="present",
        confines=True,
        name="export_feedback",
        tag=_TAG,
        summary="Feedback as a file",
        description="`cases` are the rows whose right answer is known, for `python -m service.models check-cases`.",
        answer="The entries that fit the filters, the newest first",
        answer_schema={},
        media_type=CSV,
        other_media_types=(JSON, XLSX),
        parameters=(_FORMAT, *map(_filter, FILTERS)),
        errors=(InvalidRequest, *_STORE_ERRORS, UnknownMeeting, TooLarge, ModelTimeout),
    ),
    Route(
        method="GET",
        path="/v1/feedback/figures",
        handler=feedback_routes.feedback_figures,
        scope="present",
        confines=True,
        name="feedback_figures",
        tag=_TAG,
        summary="How often people agree with each version of each model",
        description="The last verdict of a person on a case counts. The interval is Wilson's, 95 %.",
        answer="One item for each version, that of the newest entry first",
        answer_schema=reference("FeedbackFigures"),
        parameters=tuple(map(_filter, FILTERS)),
        errors=(InvalidRequest, *_STORE_ERRORS, ModelTimeout),
    ),
    Route(
        method="POST",
        path="/v1/feedback/comparisons",
        handler=feedback_routes.compare_cases,
        scope="present",
        confines=True,
        name="compare_cases",
        tag=_TAG,
        summary="Which of the cases whose right answer people named does each version get right?",
        description="The newest 1,000 cases of the model, judged as `python -m service.models check-cases` judges them.",
        answer="The counts of each candidate, then the cases that not every candidate gets right",
        answer_schema=reference("CaseComparison"),
        request_schema=reference("CaseComparisonRequest"),
        errors=(*_STORE_ERRORS, *_BODY_ERRORS, UnknownModel, UnknownVersion, ModelUnavailable, UnknownMeeting, ModelTimeout),
    ),
    Route(
        method="GET",
        path="/v1/feedback/{id}",
        handler=feedback_routes.follow_feedback,
        scope="feedback",
        confines=True,
        name="follow_feedback",
        tag=_TAG,
        summary="What came of feedback, for the person who gave it and knows its id",
        answer="Its state, and a reply to the person",
        answer_schema=reference("FeedbackReceipt"),
        parameters=(_ID,),
        errors=(*_STORE_ERRORS, UnknownFeedback),
    ),
    Route(
        method="POST",
        path="/v1/feedback/{id}/review",
        handler=feedback_routes.review_feedback,
        scope="present",
        confines=True,
        name="review_feedback",
        tag=_TAG,
        summary="Say what came of feedback",
        answer="The feedback with its new state",
        answer_schema=reference("Feedback"),
        request_schema=reference("Review"),
        parameters=(_ID,),
        errors=(*_STORE_ERRORS, *_BODY_ERRORS, UnknownFeedback),
    ),
)
