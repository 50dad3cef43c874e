"""The rows of the table of routes for short links."""

from service.errors import (
    Forbidden,
    InvalidInput,
    InvalidRequest,
    Overloaded,
    StorageUnavailable,
    TooLarge,
    Unauthorized,
    UnsupportedType,
)
from service.meeting_errors import UnknownLink
from service.web.openapi.answer_schemas import reference
from service.web.route import Route
from service.web.routes.meetings import link_routes

_TAG = "links"
_STORE_ERRORS = (Unauthorized, Forbidden, StorageUnavailable)
_ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "pattern": f"^{link_routes.ID.pattern}$"}}

LINK_ROUTES: tuple[Route, ...] = (
    Route(
        method="POST",
        path="/v1/links",
        handler=link_routes.create_link,
        scope="feedback",
        confines=True,
        name="create_link",
        tag=_TAG,
        summary="Store what may not stand in an address, such as free text, under an id",
        description="The answer comes after the commit. The same content again gives the same id.",
        answer="The link",
        answer_status=201,
        answer_schema=reference("Link"),
        request_schema=reference("LinkRequest"),
        errors=(*_STORE_ERRORS, InvalidRequest, TooLarge, UnsupportedType, InvalidInput, Overloaded),
    ),
    Route(
        method="GET",
        path="/v1/links/{id}",
        handler=link_routes.read_link,
        scope="read",
        name="read_link",
        tag=_TAG,
        summary="What a link holds; nothing is written",
        answer="The link",
        answer_schema=reference("Link"),
        parameters=(_ID,),
        errors=(*_STORE_ERRORS, UnknownLink),
    ),
)
