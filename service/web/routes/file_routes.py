"""POST /v1/models/{model}/predictions with a file: the body is spooled to disk, the answer is streamed part by part.

Faults of the file are reported before the first byte of the answer. A later fault closes the connection, so that a caller
notices that the answer is incomplete.
"""

import asyncio
import contextlib
import json
from typing import Any, cast
from urllib.parse import parse_qsl

import msgspec
from starlette.types import Receive, Scope, Send

from service import actions
from service.bundles.model import Model
from service.errors import ClientGone, InvalidRequest, NotAcceptable
from service.files.file_request import FileAnswer, FileRequest
from service.rows.strict_json import safe_text
from service.web.body_reader import Headers, refuse_compressed
from service.web.container import Services
from wire.media_types import MEDIA_TYPES, FileKind, kind_of, parse_content_type, preferred_kind

_NAMES_IN_HEADER = 40
_PARAMETERS = {
    "decimal": {"point", "comma"},
    "dates": {"day_first", "month_first"},
    "inputs": {"keep", "leave"},
    "version": None,
}


async def predict_file(services: Services, model: Model, scope: Scope, receive: Receive, send: Send) -> None:
    """Score a file of rows, a few files at once."""
    headers = scope["headers_by_name"]
    refuse_compressed(headers)
    parameters = _parameters(scope["query_string"])
    request = _file_request(services, headers, parameters)
    model = services.in_version(model, parameters.get("version"))
    async with services.bodies.spool(headers, receive) as file:
        with services.files:
            disconnected = asyncio.ensure_future(receive())  # the next message can only be the end of the connection
            try:
                answer = await services.threads.run(model.card.name, actions.predict_file, model, file, request)
                response_headers = _answer_headers(model, request, answer)
                await _stream(services, model, answer, headers=response_headers, disconnected=disconnected, send=send)
            finally:
                disconnected.cancel()


def _parameters(query: bytes) -> dict[str, str]:
    """Return the query parameters. Raises InvalidRequest."""
    parameters = dict(parse_qsl(query.decode("latin-1"), max_num_fields=10))
    for name, value in parameters.items():
        if name not in _PARAMETERS:
            raise InvalidRequest(f"There is no parameter {safe_text(name)}; there are {', '.join(_PARAMETERS)}.")
        if value not in (allowed := _PARAMETERS[name] or {value}):
            raise InvalidRequest(f"The parameter {name} is one of: {', '.join(sorted(allowed))}.")
    return parameters


def _file_request(services: Services, headers: Headers, parameters: dict[str, str]) -> FileRequest:
    """Return the request that headers and parameters describe. Raises NotAcceptable."""
    media_type, charset = parse_content_type(headers.get(b"content-type", b"").decode("latin-1"))
    kind = cast(FileKind, kind_of(media_type))
    answer = preferred_kind(headers.get(b"accept", b"").decode("latin-1"), kind)
    if answer is None:
        raise NotAcceptable(f"Accept one of: {', '.join(MEDIA_TYPES.values())}.")
    return FileRequest(
        kind,
        answer,
        charset,
        cast(Any, parameters.get("decimal")),
        cast(Any, parameters.get("dates")),
        keep_inputs=parameters.get("inputs") == "keep",
        max_rows=services.settings.max_file_rows,
        max_json_rows=services.settings.max_rows,
    )


async def _stream(
    services: Services,
    model: Model,
    answer: FileAnswer,
    *,
    headers: list[tuple[bytes, bytes]],
    disconnected: "asyncio.Future[Any]",
    send: Send,
) -> None:
    """Send the pieces of an answer. The next piece is scored while this one is sent."""

    async def next_piece() -> bytes | None:
        return await services.threads.run(model.card.name, next, answer.pieces, None)

    try:
        piece = await next_piece()
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        while piece is not None:
            if disconnected.done():
                raise ClientGone
            next_task = asyncio.ensure_future(next_piece())
            try:
                async with asyncio.timeout(services.settings.body_stall_seconds):
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
            finally:
                piece = await next_task
        await send({"type": "http.response.body", "body": b""})
    finally:
        with contextlib.suppress(ValueError):  # after a timeout a piece may still run in its thread
            answer.pieces.close()


def _answer_headers(model: Model, request: FileRequest, answer: FileAnswer) -> list[tuple[bytes, bytes]]:
    kind = MEDIA_TYPES[request.answer] + ("; charset=utf-8" if request.answer == "csv" else "")
    described = answer.recognised
    shortened = msgspec.structs.replace(
        described, columns=_first_names(described.columns), ignored=_first_names(described.ignored)
    )
    return [
        (b"content-type", kind.encode()),
        (b"x-file", json.dumps(msgspec.to_builtins(shortened)).encode()),
        (b"x-model-version", model.card.version.encode()),
    ]


def _first_names(names: list[str]) -> list[str]:
    first = [safe_text(name) for name in names[:_NAMES_IN_HEADER]]
    return [*first, "…"] if len(names) > _NAMES_IN_HEADER else first
