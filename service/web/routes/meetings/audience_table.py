"""The rows of the table of routes for the audience of a meeting."""

from service.errors import (
    Forbidden,
    InvalidInput,
    InvalidRequest,
    NotFound,
    Overloaded,
    StorageUnavailable,
    TooLarge,
    Unauthorized,
    UnsupportedType,
)
from service.meeting_errors import GuessesClosed, UnknownMeeting
from service.web.openapi.answer_schemas import reference
from service.web.route import Route
from service.web.routes.meetings import audience_routes
from service.web.routes.meetings.callers_meeting import REQUIRED_MEETING_CODE
from wire.media_types import EVENTS

_TAG = "audience"
_ERRORS = (InvalidRequest, Unauthorized, Forbidden, StorageUnavailable, UnknownMeeting)
_PERSON = {"name": "person", "in": "query", "required": True, "schema": {"type": "string", "minLength": 1}}

AUDIENCE_ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/v1/audience",
        handler=audience_routes.view,
        name="audience",
        tag=_TAG,
        summary="All that the audience sees of a meeting now",
        description="Nothing of a case before the presenter shows it, and no notes.",
        answer="The view",
        answer_schema=reference("AudienceView"),
        parameters=(REQUIRED_MEETING_CODE,),
        errors=_ERRORS,
    ),
    Route(
        method="GET",
        path="/v1/audience/events",
        handler=audience_routes.follow_view,
        slots="streams",
        name="audience_events",
        tag=_TAG,
        summary="The view of the audience, now and after each change",
        description="Server-sent events `view`; each is the whole view. A comment comes every 15 seconds.",
        answer="Events until the service stops",
        answer_schema={"type": "string"},
        media_type=EVENTS,
        parameters=(REQUIRED_MEETING_CODE,),
        errors=(*_ERRORS, Overloaded),
    ),
    Route(
        method="GET",
        path="/v1/audience/logo",
        handler=audience_routes.logo,
        name="audience_logo",
        tag=_TAG,
        summary="The logo of a meeting",
        answer="The file",
        answer_schema={},
        media_type="image/png",
        other_media_types=("image/jpeg", "image/webp"),
        parameters=(REQUIRED_MEETING_CODE,),
        errors=(*_ERRORS, NotFound),
    ),
    Route(
        method="POST",
        path="/v1/audience/guesses",
        handler=audience_routes.give_guess,
        scope="feedback",
        confines=True,
        name="give_guess",
        tag=_TAG,
        summary="Say what a person expects of a case",
        description="The last guess of a person counts. The answer comes after the commit.",
        answer="The guess",
        answer_schema=reference("Guess"),
        request_schema=reference("Guess"),
        parameters=(REQUIRED_MEETING_CODE,),
        errors=(*_ERRORS, InvalidInput, TooLarge, UnsupportedType, Overloaded, GuessesClosed),
    ),
    Route(
        method="GET",
        path="/v1/audience/guesses",
        handler=audience_routes.list_own_guesses,
        name="own_guesses",
        tag=_TAG,
        summary="The guesses of a person who comes back",
        answer="The last one for each case",
        answer_schema=reference("OwnGuesses"),
        parameters=(REQUIRED_MEETING_CODE, _PERSON),
        errors=_ERRORS,
    ),
)
