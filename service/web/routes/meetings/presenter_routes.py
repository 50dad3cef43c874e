"""/v1/presenter-links and /v1/presenter-sessions: how a presenter gets a secret."""

import msgspec
from fastapi import Request, Response

from service.meeting_errors import UnknownLink
from service.rows.strict_json import decode, encode
from service.schemas.meetings.audience import EmptyRequest, PresenterLink, PresenterSession, SessionRequest
from service.store.meetings import presenter_tokens
from service.web.dependencies import AppServices

_LINK = msgspec.json.Decoder(EmptyRequest)
_SESSION = msgspec.json.Decoder(SessionRequest)


async def create_link(request: Request, services: AppServices) -> Response:
    decode(await request.body(), _LINK)
    issued = await services.meeting_calls.run(presenter_tokens.add_link, services.meetings)
    return _created(PresenterLink(token=issued.token, expires=issued.expires))


async def open_session(request: Request, services: AppServices) -> Response:
    wanted = decode(await request.body(), _SESSION)
    issued = await services.meeting_calls.run(presenter_tokens.open_session, services.meetings, wanted.token)
    if issued is None:
        raise UnknownLink
    return _created(PresenterSession(token=issued.token, expires=issued.expires))


def _created(answer: msgspec.Struct) -> Response:
    return Response(encode(answer), 201, media_type="application/json")
