"""/v1/meetings: make, list, read and change meetings, and set what is on the presenter's screen."""

import msgspec
from fastapi import Request, Response

from service.errors import InvalidRequest
from service.meeting_errors import UnknownMeeting
from service.meetings import meeting_actions
from service.rows.strict_json import decode, encode
from service.schemas.meetings.meeting import MeetingChange, MeetingContent, StateChange
from service.web.dependencies import AppServices
from service.web.routes.meetings.idempotency_key import read_idempotency_key
from service.web.routes.run_routes import NAME

_CONTENT = msgspec.json.Decoder(MeetingContent)
_CHANGE = msgspec.json.Decoder(MeetingChange)
_STATE = msgspec.json.Decoder(StateChange)


async def create_meeting(request: Request, services: AppServices) -> Response:
    key = read_idempotency_key(request)
    content = decode(await request.body(), _CONTENT)
    work = (meeting_actions.create_meeting, services.meetings, services.registry, key, content)
    return _json(await services.meeting_calls.run(*work), status=201)


async def list_meetings(services: AppServices, after: str | None = None) -> Response:
    if after is not None and not NAME.fullmatch(after):
        raise InvalidRequest("`after` is `next` of a page.")
    return _json(await services.meeting_calls.run(meeting_actions.list_meetings, services.meetings, after, None))


async def read_meeting(id: str, services: AppServices) -> Response:  # noqa: A002 - the name in the path
    return _json(await services.meeting_calls.run(meeting_actions.read_meeting, services.meetings, _checked(id)))


async def change_meeting(id: str, request: Request, services: AppServices) -> Response:  # noqa: A002 - as above
    change = decode(await request.body(), _CHANGE)
    work = (meeting_actions.change_meeting, services.meetings, services.registry, _checked(id), change)
    return _json(await services.meeting_calls.run(*work))


async def change_codes(id: str, services: AppServices) -> Response:  # noqa: A002 - as above
    return _json(await services.meeting_calls.run(meeting_actions.change_codes, services.meetings, _checked(id)))


async def change_state(id: str, request: Request, services: AppServices) -> Response:  # noqa: A002 - as above
    change = decode(await request.body(), _STATE)
    return _json(await services.meeting_calls.run(meeting_actions.change_state, services.meetings, _checked(id), change))


async def check_meeting(id: str, services: AppServices) -> Response:  # noqa: A002 - as above
    return _json(await services.meeting_calls.run(meeting_actions.check_meeting, services.meetings, _checked(id)))


def _checked(id: str) -> str:  # noqa: A002 - as above
    """Return an id. Raises UnknownMeeting for what is none: PostgreSQL refuses some texts."""
    if not NAME.fullmatch(id):
        raise UnknownMeeting
    return id


def _json(answer: msgspec.Struct, status: int = 200) -> Response:
    return Response(encode(answer), status, media_type="application/json")
