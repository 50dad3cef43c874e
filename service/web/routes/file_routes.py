"""The file side of POST /v1/models/{model}/predictions: a body is spooled to disk, the answer streams back part by part.

What is wrong with the file as a whole is answered before the first byte of an answer. An answer that breaks off later breaks
the connection, so that no caller takes a part for the whole.
"""

import asyncio
import contextlib
import json
from typing import Any, cast
from urllib.parse import parse_qsl

import msgspec
from starlette.types import Receive, Scope, Send

from service import actions
from service.bundles.registry import Model
from service.errors import ClientGone, InvalidRequest, NotAcceptable
from service.files.file_request import Asked, FileAnswer
from service.rows.strict_json import shown
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
    asked = _file_request(services, headers, parameters)
    model = services.in_version(model, parameters.get("version"))
    async with services.bodies.spool(headers, receive) as file:
        with services.files:
            disconnected = asyncio.ensure_future(receive())  # nothing more comes but the news that the caller hung up
            try:
                answer = await services.threads.run(model.card.name, actions.predict_file, model, file, asked)
                fields = _answer_headers(model, asked, answer)
                await _stream(services, model, answer, headers=fields, disconnected=disconnected, send=send)
            finally:
                disconnected.cancel()


def _parameters(query: bytes) -> dict[str, str]:
    """Return the parameters of the address. Raises InvalidRequest."""
    given = dict(parse_qsl(query.decode("latin-1"), max_num_fields=10))
    for name, value in given.items():
        if name not in _PARAMETERS:
            raise InvalidRequest(f"There is no parameter {shown(name)}; there are {', '.join(_PARAMETERS)}.")
        if value not in (known := _PARAMETERS[name] or {value}):
            raise InvalidRequest(f"The parameter {name} is one of: {', '.join(sorted(known))}.")
    return given


def _file_request(services: Services, headers: Headers, parameters: dict[str, str]) -> Asked:
    """Return how the caller describes the file. Raises NotAcceptable."""
    media_type, charset = parse_content_type(headers.get(b"content-type", b"").decode("latin-1"))
    kind = cast(FileKind, kind_of(media_type))
    answer = preferred_kind(headers.get(b"accept", b"").decode("latin-1"), kind)
    if answer is None:
        raise NotAcceptable(f"Accept one of: {', '.join(MEDIA_TYPES.values())}.")
    return Asked(
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
    """Send the pieces of an answer. The next piece is scored while the caller takes this one."""

    async def next_piece() -> bytes | None:
        return await services.threads.run(model.card.name, next, answer.pieces, None)

    try:
        piece = await next_piece()
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        while piece is not None:
            if disconnected.done():
                raise ClientGone
            coming = asyncio.ensure_future(next_piece())
            try:
                async with asyncio.timeout(services.settings.body_stall_seconds):
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
            finally:
                piece = await coming
        await send({"type": "http.response.body", "body": b""})
    finally:
        with contextlib.suppress(ValueError):  # a piece that took too long is still at work in its thread
            answer.pieces.close()


def _answer_headers(model: Model, asked: Asked, answer: FileAnswer) -> list[tuple[bytes, bytes]]:
    kind = MEDIA_TYPES[asked.answer] + ("; charset=utf-8" if asked.answer == "csv" else "")
    found = answer.recognised
    short = msgspec.structs.replace(found, columns=_first_names(found.columns), ignored=_first_names(found.ignored))
    return [
        (b"content-type", kind.encode()),
        (b"x-file", json.dumps(msgspec.to_builtins(short)).encode()),
        (b"x-model-version", model.card.version.encode()),
    ]


def _first_names(names: list[str]) -> list[str]:
    first = [shown(name) for name in names[:_NAMES_IN_HEADER]]
    return [*first, "…"] if len(names) > _NAMES_IN_HEADER else first
