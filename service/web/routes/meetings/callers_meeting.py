"""The meeting that a caller may see: that of a presenter's token, and that of an audience code."""

import re

from starlette.requests import Request

from service.errors import InvalidRequest
from service.meeting_errors import UnknownMeeting
from service.meetings.meeting_reader import OpenMeeting
from service.web.container import Services
from service.web.middleware.api_keys import Caller
from service.web.route import Schema
from service.web.routes.run_routes import NAME

_CODE = re.compile(r"[A-Za-z0-9_-]{16,64}")
MEETING_CODE: Schema = {
    "name": "Meeting-Code",
    "in": "header",
    "schema": {"type": "string", "pattern": f"^{_CODE.pattern}$"},
}
"""The header of an audience in OpenAPI."""
REQUIRED_MEETING_CODE: Schema = {**MEETING_CODE, "required": True}


def require_meeting(caller: Caller, id: str) -> str:  # noqa: A002 - the name in the path
    """Return an id. Raises UnknownMeeting for what is none, and for another meeting than the caller may see."""
    if not NAME.fullmatch(id) or caller.meeting not in {None, id}:
        raise UnknownMeeting
    return id


def read_code(request: Request) -> str:
    """Return the header Meeting-Code. Raises InvalidRequest, UnknownMeeting."""
    code = request.headers.get("meeting-code")
    if code is None:
        raise InvalidRequest("Send the audience code of the meeting in the header Meeting-Code.")
    if not _CODE.fullmatch(code):
        raise UnknownMeeting
    return code


async def open_meeting(request: Request, services: Services, caller: Caller) -> OpenMeeting:
    """Return the meeting of the header Meeting-Code. Raises InvalidRequest, UnknownMeeting, StorageUnavailable."""
    return await services.meeting_calls.run(services.meeting_reader.by_code, read_code(request), caller.meeting)


async def meeting_of_code(request: Request, services: Services, caller: Caller) -> str | None:
    """Return the id of the meeting of the header Meeting-Code; None without it. Raises UnknownMeeting."""
    if "meeting-code" not in request.headers:
        return None
    return (await open_meeting(request, services, caller)).record.id
