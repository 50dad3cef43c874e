"""/v1/audience: what the audience of a meeting sees, and its guesses."""

from typing import Any

import msgspec
from fastapi import Request, Response

from service.errors import InvalidRequest, NotFound
from service.meetings.audience_view import read_view
from service.meetings.guesses import GivenGuess, own_guesses
from service.meetings.meeting_checks import logo_bytes
from service.rows.strict_json import decode, encode
from service.schemas.meetings.audience import Guess
from service.web.dependencies import AppServices, RequestCaller
from service.web.routes.meetings.callers_meeting import open_meeting, read_code
from service.web.streams.event_stream import event_response

_GUESS = msgspec.json.Decoder(Guess)


async def view(request: Request, services: AppServices, caller: RequestCaller) -> Response:
    meeting = await open_meeting(request, services, caller)
    work = (read_view, services.meetings, meeting, services.settings.max_days)
    return _json(await services.meeting_calls.run(*work))


async def follow_view(request: Request, services: AppServices, caller: RequestCaller) -> Response:
    meeting = (await open_meeting(request, services, caller)).record
    following = await services.meeting_watches.follow(meeting.id)
    return event_response(
        request,
        following,
        lambda snapshot: [("view", snapshot.view)],
        lambda snapshot: snapshot.meeting.record.audience_code == meeting.audience_code,
    )


async def logo(request: Request, services: AppServices, caller: RequestCaller) -> Response:
    found = (await open_meeting(request, services, caller)).content.look.logo
    data = None if found is None else logo_bytes(found.data)
    if found is None or data is None:
        raise NotFound("This meeting has no logo.")
    return Response(data, media_type=found.media_type)


async def give_guess(request: Request, services: AppServices, caller: RequestCaller) -> Response:
    guess = decode(await request.body(), _GUESS)
    stored = await services.guesses.run(GivenGuess(read_code(request), caller.meeting, guess))
    services.meeting_watches.wake(stored.meeting)
    return _json(stored.guess)


async def list_own_guesses(
    request: Request, services: AppServices, caller: RequestCaller, person: str | None = None
) -> Response:
    if not person:
        raise InvalidRequest("`person` is the person whose guesses are asked for.")
    meeting = await open_meeting(request, services, caller)
    return _json(await services.meeting_calls.run(own_guesses, services.meetings, meeting, person))


def _json(answer: Any) -> Response:
    return Response(encode(answer), media_type="application/json")
