"""The rows of the table of routes for what a presenter does with meetings."""

from service.errors import (
    Forbidden,
    InvalidInput,
    InvalidRequest,
    KeyReused,
    Overloaded,
    StorageUnavailable,
    TooLarge,
    Unauthorized,
    UnsupportedType,
)
from service.meeting_errors import MeetingChanged, UnknownMeeting
from service.web.openapi.answer_schemas import reference
from service.web.route import Route
from service.web.routes.meetings import meeting_routes
from service.web.routes.meetings.idempotency_key import IDEMPOTENCY_KEY
from service.web.routes.run_routes import NAME

_TAG = "meetings"
_STORE_ERRORS = (Unauthorized, Forbidden, StorageUnavailable)
_BODY_ERRORS = (InvalidRequest, TooLarge, UnsupportedType, InvalidInput, Overloaded)
_ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "minLength": 1, "maxLength": 64}}
_AFTER = {"name": "after", "in": "query", "schema": {"type": "string", "pattern": f"^{NAME.pattern}$"}}

MEETING_ROUTES: tuple[Route, ...] = (
    Route(
        method="POST",
        path="/v1/meetings",
        handler=meeting_routes.create_meeting,
        scope="present",
        name="create_meeting",
        tag=_TAG,
        summary="Prepare a meeting",
        description="The answer comes after the commit. The same key and body again give the same meeting.",
        answer="The meeting, with its presenter token and its audience code",
        answer_status=201,
        answer_schema=reference("Meeting"),
        request_schema=reference("MeetingContent"),
        parameters=(IDEMPOTENCY_KEY,),
        errors=(*_STORE_ERRORS, *_BODY_ERRORS, KeyReused),
    ),
    Route(
        method="GET",
        path="/v1/meetings",
        handler=meeting_routes.list_meetings,
        scope="present",
        name="list_meetings",
        tag=_TAG,
        summary="The meetings, the newest first",
        answer="A page; `next` is the `after` of the next one",
        answer_schema=reference("MeetingList"),
        parameters=(_AFTER,),
        errors=(InvalidRequest, *_STORE_ERRORS),
    ),
    Route(
        method="GET",
        path="/v1/meetings/{id}",
        handler=meeting_routes.read_meeting,
        scope="present",
        name="read_meeting",
        tag=_TAG,
        summary="A meeting with all that its presenter sees",
        answer="The meeting",
        answer_schema=reference("Meeting"),
        parameters=(_ID,),
        errors=(*_STORE_ERRORS, UnknownMeeting),
    ),
    Route(
        method="POST",
        path="/v1/meetings/{id}",
        handler=meeting_routes.change_meeting,
        scope="present",
        name="change_meeting",
        tag=_TAG,
        summary="Change what was prepared",
        description="`revision` is the one that the caller has read; if somebody has changed it since, nothing is stored.",
        answer="The meeting with its new revision",
        answer_schema=reference("Meeting"),
        request_schema=reference("MeetingChange"),
        parameters=(_ID,),
        errors=(*_STORE_ERRORS, *_BODY_ERRORS, UnknownMeeting, MeetingChanged),
    ),
    Route(
        method="POST",
        path="/v1/meetings/{id}/codes",
        handler=meeting_routes.change_codes,
        scope="present",
        name="change_codes",
        tag=_TAG,
        summary="Make a new presenter token and a new audience code; the old ones stop",
        answer="The meeting",
        answer_schema=reference("Meeting"),
        request_schema={"type": "object"},
        parameters=(_ID,),
        errors=(*_STORE_ERRORS, *_BODY_ERRORS, UnknownMeeting),
    ),
    Route(
        method="POST",
        path="/v1/meetings/{id}/state",
        handler=meeting_routes.change_state,
        scope="present",
        name="change_state",
        tag=_TAG,
        summary="Set what is on the presenter's screen",
        answer="The state with its new revision",
        answer_schema=reference("MeetingState"),
        request_schema=reference("StateChange"),
        parameters=(_ID,),
        errors=(*_STORE_ERRORS, *_BODY_ERRORS, UnknownMeeting),
    ),
    Route(
        method="POST",
        path="/v1/meetings/{id}/check",
        handler=meeting_routes.check_meeting,
        scope="present",
        name="check_meeting",
        tag=_TAG,
        summary="Prove before a meeting that what people will write can be stored",
        description="The service writes, takes it back, and commits.",
        answer="It can; and the time of the service's clock",
        answer_schema=reference("MeetingCheck"),
        request_schema={"type": "object"},
        parameters=(_ID,),
        errors=(*_STORE_ERRORS, *_BODY_ERRORS, UnknownMeeting),
    ),
)
