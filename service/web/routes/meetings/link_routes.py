"""/v1/links: short links that hold what may not stand in an address. Reading one writes nothing."""

import re

import msgspec
from fastapi import Request, Response

from service.meeting_errors import UnknownLink
from service.rows.strict_json import decode, encode
from service.schemas.meetings.link import Link, LinkRequest
from service.store.meetings import link_records
from service.store.meetings.link_records import LinkRecord
from service.web.dependencies import AppServices

ID = re.compile(r"[A-Za-z0-9_-]{20}")
_REQUEST = msgspec.json.Decoder(LinkRequest)


async def create_link(request: Request, services: AppServices) -> Response:
    content = decode(await request.body(), _REQUEST).content
    return _json(await services.meeting_calls.run(link_records.add_link, services.meetings, content), status=201)


async def read_link(id: str, services: AppServices) -> Response:  # noqa: A002 - the name in the path
    if not ID.fullmatch(id):
        raise UnknownLink
    record = await services.meeting_calls.run(link_records.find_link, services.meetings, id)
    if record is None:
        raise UnknownLink
    return _json(record)


def _json(record: LinkRecord, status: int = 200) -> Response:
    link = Link(id=record.id, expires=record.expires, content=record.content)
    return Response(encode(link), status, media_type="application/json")
