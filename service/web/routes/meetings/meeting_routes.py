"""/v1/meetings: make, list, read and change meetings, and set what is on the presenter's screen."""

import msgspec
from fastapi import Request, Response

from service.errors import InvalidRequest
from service.meetings import meeting_actions
from service.meetings.guesses import guess_list
from service.rows.strict_json import decode, encode
from service.schemas.meetings.audience import EmptyRequest
from service.schemas.meetings.meeting import MeetingChange, MeetingContent, StateChange
from service.web.dependencies import AppServices, RequestCaller
from service.web.routes.meetings.callers_meeting import require_meeting
from service.web.routes.meetings.idempotency_key import read_idempotency_key
from service.web.routes.run_routes import NAME
from service.web.streams.event_stream import Event, event_response
from service.web.streams.meeting_watch import Snapshot

_CONTENT = msgspec.json.Decoder(MeetingContent)
_CHANGE = msgspec.json.Decoder(MeetingChange)
_EMPTY = msgspec.json.Decoder(EmptyRequest)
_STATE = msgspec.json.Decoder(StateChange)


async def create_meeting(request: Request, services: AppServices) -> Response:
    key = read_idempotency_key(request)
    content = decode(await request.body(), _CONTENT)
    work = (meeting_actions.create_meeting, services.meetings, services.registry, key, content)
    return _json(await services.meeting_calls.run(*work), status=201)


async def list_meetings(services: AppServices, caller: RequestCaller, after: str | None = None) -> Response:
    if after is not None and not NAME.fullmatch(after):
        raise InvalidRequest("`after` is `next` of a page.")
    work = (meeting_actions.list_meetings, services.meetings, after, caller.meeting)
    return _json(await services.meeting_calls.run(*work))


async def read_meeting(id: str, services: AppServices, caller: RequestCaller) -> Response:  # noqa: A002 - in the path
    work = (meeting_actions.read_meeting, services.meetings, require_meeting(caller, id))
    return _json(await services.meeting_calls.run(*work))


async def change_meeting(
    id: str,  # noqa: A002 - as above
    request: Request,
    services: AppServices,
    caller: RequestCaller,
) -> Response:
    change = decode(await request.body(), _CHANGE)
    work = (meeting_actions.change_meeting, services.meetings, services.registry, require_meeting(caller, id), change)
    answer = await services.meeting_calls.run(*work)
    services.meeting_watches.wake(id)
    return _json(answer)


async def change_codes(
    id: str,  # noqa: A002 - as above
    request: Request,
    services: AppServices,
    caller: RequestCaller,
) -> Response:
    decode(await request.body(), _EMPTY)
    work = (meeting_actions.change_codes, services.meetings, require_meeting(caller, id))
    meeting = await services.meeting_calls.run(*work)
    services.presenter_secrets.forget()
    services.meeting_watches.wake(id)
    return _json(meeting)


async def change_state(
    id: str,  # noqa: A002 - as above
    request: Request,
    services: AppServices,
    caller: RequestCaller,
) -> Response:
    change = decode(await request.body(), _STATE)
    work = (meeting_actions.change_state, services.meetings, require_meeting(caller, id), change)
    answer = await services.meeting_calls.run(*work)
    services.meeting_watches.wake(id)
    return _json(answer)


async def check_meeting(id: str, services: AppServices, caller: RequestCaller) -> Response:  # noqa: A002 - as above
    work = (meeting_actions.check_meeting, services.meetings, require_meeting(caller, id))
    return _json(await services.meeting_calls.run(*work))


async def list_guesses(id: str, services: AppServices, caller: RequestCaller) -> Response:  # noqa: A002 - as above
    meeting = await services.meeting_calls.run(services.meeting_reader.by_id, require_meeting(caller, id))
    return _json(await services.meeting_calls.run(guess_list, services.meetings, meeting))


async def follow_meeting(
    id: str,  # noqa: A002 - as above
    request: Request,
    services: AppServices,
    caller: RequestCaller,
) -> Response:
    following = await services.meeting_watches.follow(require_meeting(caller, id))
    token = following.first.meeting.record.presenter_token
    return event_response(
        request,
        following,
        _events,
        lambda snapshot: caller.meeting is None or snapshot.meeting.record.presenter_token == token,
    )


def _events(snapshot: Snapshot) -> list[Event]:
    return [("state", snapshot.state), *([] if snapshot.guesses is None else [("guesses", snapshot.guesses)])]


def _json(answer: msgspec.Struct, status: int = 200) -> Response:
    return Response(encode(answer), status, media_type="application/json")
