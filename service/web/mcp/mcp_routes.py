"""POST /mcp: an assistant asks the models, in the Model Context Protocol over Streamable HTTP.

Each answer is one JSON object: no tool has progress to report, so no answer is a stream. There are no sessions.
"""

from typing import Any

from fastapi import Request, Response

from service.errors import Forbidden, InvalidRequest, Overloaded, TooLarge, Unauthorized, UnsupportedType
from service.mcp.messages import (
    INVALID_PARAMS,
    Message,
    ProtocolError,
    error_body,
    read_message,
    result_body,
    unknown_method,
)
from service.mcp.revisions import HANDSHAKE, META, MODERN, REVISIONS, http_status, negotiated, revision_of
from service.mcp.tool_definitions import INSTRUCTIONS, SERVER, TOOLS
from service.web.body_reader import Headers
from service.web.container import Services
from service.web.dependencies import AppServices, RequestLanguage
from service.web.mcp.origins import check_origin
from service.web.mcp.tool_calls import call_tool
from service.web.problems import openapi_responses
from service.web.route import Route, Schema
from service.web.routes.prediction_routes import MAX_CAREFUL_BYTES

_ACCEPTED = 202
_JSON = "application/json"
_THREADS = "messages of assistants"
_CAPABILITIES: dict[str, Any] = {"tools": {}}
_CACHE = {"ttlMs": 3_600_000, "cacheScope": "public"}
"""Tools and server are the same for all callers and models; a new release of the service changes them."""


async def answer_message(request: Request, services: AppServices, language: RequestLanguage) -> Response:
    """Answer one message; a notification gets 202 and no body."""
    headers: Headers = request.scope["headers_by_name"]
    check_origin(headers, services.settings)
    message: Message | None = None
    try:
        message = await _read(services, await request.body())
        revision = revision_of(message, headers)
        if message.is_notification:
            return Response(status_code=_ACCEPTED)
        result = await _result(message, revision, services, language, request)
    except ProtocolError as error:
        return Response(error_body(message, error), http_status(error, message, headers), media_type=_JSON)
    if revision == MODERN:
        result |= {"resultType": "complete", "_meta": {f"{META}serverInfo": SERVER}}
    return Response(result_body(message, result), media_type=_JSON)


async def _read(services: Services, body: bytes) -> Message:
    if len(body) > MAX_CAREFUL_BYTES:
        return await services.threads.run(_THREADS, read_message, body)
    return read_message(body)


async def _result(
    message: Message, revision: str, services: Services, language: RequestLanguage, request: Request
) -> dict[str, Any]:
    """Return the result of a request. Raises ProtocolError."""
    if message.method == "tools/call":
        return await call_tool(services, message.params, language, request.scope)
    if message.method == "tools/list":
        if message.params.get("cursor") is not None:
            raise ProtocolError(INVALID_PARAMS, "All tools are on the first page.")
        return {"tools": TOOLS} | (_CACHE if revision == MODERN else {})
    if message.method == "server/discover" and revision == MODERN:
        return {
            "supportedVersions": list(REVISIONS),
            "capabilities": _CAPABILITIES,
            "instructions": INSTRUCTIONS,
            **_CACHE,
        }
    if message.method == "initialize" and revision in HANDSHAKE:
        agreed = negotiated(message.params)
        return {
            "protocolVersion": agreed,
            "capabilities": _CAPABILITIES,
            "serverInfo": SERVER,
            "instructions": INSTRUCTIONS,
        }
    if message.method == "ping" and revision in HANDSHAKE:
        return {}
    raise unknown_method(message.method)


_ID: Schema = {"type": ["string", "integer"]}
_MESSAGE: Schema = {
    "type": "object",
    "required": ["jsonrpc", "method"],
    "properties": {
        "jsonrpc": {"const": "2.0"},
        "id": _ID | {"description": "Without it, the message is a notification and gets no answer"},
        "method": {"type": "string", "examples": ["tools/list", "tools/call"]},
        "params": {"type": "object"},
    },
}
_ANSWER: Schema = {
    "type": "object",
    "required": ["jsonrpc", "id"],
    "properties": {
        "jsonrpc": {"const": "2.0"},
        "id": {"type": ["string", "integer", "null"]},
        "result": {"type": "object"},
        "error": {"type": "object"},
    },
}


_ANSWER_CONTENT: Schema = {_JSON: {"schema": _ANSWER}}
_PROBLEM_CONTENT: Schema = openapi_responses(InvalidRequest)["400"]["content"]

MCP_ROUTE = Route(
    method="POST",
    path="/mcp",
    handler=answer_message,
    slots=None,
    name="mcp",
    tag="assistants",
    summary="Ask the models from an assistant: the Model Context Protocol",
    description="Streamable HTTP, with tools alone: list_models, describe_model, predict, explain, recommend.",
    answer="The result of a request, or its error",
    answer_schema=_ANSWER,
    request_schema=_MESSAGE,
    errors=(Unauthorized, Forbidden, TooLarge, UnsupportedType, Overloaded),
    other_answers={
        "202": {"description": "A notification was received"},
        "400": {"description": "The message cannot be read", "content": _ANSWER_CONTENT | _PROBLEM_CONTENT},
        "404": {"description": "There is no such method", "content": _ANSWER_CONTENT},
    },
)
