"""POST /v1/models/{model}/predictions with a file: the body is spooled to disk, the answer is sent at once or in pieces."""

import json
from typing import Any, cast
from urllib.parse import parse_qsl

import msgspec
from starlette.types import Receive, Scope, Send

from service.bundles.model import Model
from service.errors import InvalidRequest, NotAcceptable
from service.files.file_request import FileAnswer, FileRequest
from service.rows.strict_json import safe_text
from service.web.body_reader import Headers, announced_bytes, refuse_compressed
from service.web.container import Services
from service.web.file_answers import cancelled_with_caller, score_beginning, send_pieces, send_whole
from service.web.file_turns import FileTurn
from wire import strict_json
from wire.languages import preferred_language
from wire.media_types import COMPRESSIONS, MEDIA_TYPES, FileKind, kind_of, parse_content_type, preferred_kind

_NAMES_IN_HEADER = 40
_MAX_PREFIX = 64
_UNPACKED_RATIO = 8
"""A packed file is taken for a file of so many times its bytes."""
_PARAMETERS = {
    "decimal": {"point", "comma"},
    "thousands": {"point", "comma", "space"},
    "dates": {"day_first", "month_first"},
    "missing": {"empty", "words"},
    "inputs": {"keep", "leave"},
    "prefix": None,
    "sheet": None,
    "columns": None,
    "version": None,
}


async def predict_file(services: Services, model: Model, scope: Scope, receive: Receive, send: Send) -> None:
    """Score a file of rows. A small file is answered like JSON; large files take turns."""
    headers = scope["headers_by_name"]
    refuse_compressed(headers)
    parameters = _parameters(scope["query_string"])
    request = _file_request(services, headers, parameters)
    model = services.in_version(model, parameters.get("version"))
    max_small_bytes = services.settings.max_body_bytes // (_UNPACKED_RATIO if request.is_packed else 1)
    with FileTurn(services.file_turns) as turn:
        if announced_bytes(headers) > max_small_bytes:
            await turn.wait_until_free()  # before the first byte of the body: a refusal must not cost an upload
        async with services.bodies.spool(headers, receive) as file, cancelled_with_caller(receive):
            if file.bytes > max_small_bytes:
                await turn.begin()
            scored = await score_beginning(services, model, file.path, request, has_turn=turn.is_active)
            response_headers = _answer_headers(model, request, scored.answer)
            if scored.is_whole:
                await send_whole(scored.beginning, response_headers, send)
                return
            if not turn.is_active:
                await turn.begin()
            await send_pieces(services, model, scored, response_headers, turn=turn, send=send)


def _parameters(query: bytes) -> dict[str, str]:
    """Return the query parameters; one without a value is left out. Raises InvalidRequest."""
    given = dict(parse_qsl(query.decode("latin-1"), keep_blank_values=True))
    unknown = next((name for name in given if name not in _PARAMETERS), None)
    if unknown is not None:
        raise InvalidRequest(f"There is no parameter {safe_text(unknown)}; there are {', '.join(_PARAMETERS)}.")
    parameters = {name: value for name, value in given.items() if value}
    for name, value in parameters.items():
        if value not in (allowed := _PARAMETERS[name] or {value}):
            raise InvalidRequest(f"The parameter {name} is one of: {', '.join(sorted(allowed))}.")
    if parameters.get("decimal", "") == parameters.get("thousands"):
        raise InvalidRequest("The parameters decimal and thousands are two different signs.")
    prefix = parameters.get("prefix", "")
    if len(prefix) > _MAX_PREFIX or not prefix.isprintable():
        raise InvalidRequest(f"The parameter prefix has at most {_MAX_PREFIX} letters, and no control characters.")
    return parameters


def _file_request(services: Services, headers: Headers, parameters: dict[str, str]) -> FileRequest:
    """Return the request that headers and parameters describe. Raises NotAcceptable."""
    media_type, charset = parse_content_type(headers.get(b"content-type", b"").decode("latin-1"))
    kind = cast(FileKind, kind_of(media_type))
    answer = preferred_kind(headers.get(b"accept", b"").decode("latin-1"), kind)
    if answer is None:
        raise NotAcceptable(f"Accept one of: {', '.join(MEDIA_TYPES.values())}.")
    if kind == "xlsx" and parameters.get("decimal") == "comma":
        raise InvalidRequest("The parameter decimal is for CSV: the numbers of a workbook have no decimal sign.")
    return FileRequest(
        kind,
        answer,
        charset,
        compression=COMPRESSIONS.get(media_type),
        sheet=parameters.get("sheet"),
        decimal=cast(Any, parameters.get("decimal")),
        thousands=cast(Any, parameters.get("thousands")),
        dates=cast(Any, parameters.get("dates")),
        missing=cast(Any, parameters.get("missing", "empty")),
        columns=_columns(parameters.get("columns", "{}")),
        keep_inputs=parameters.get("inputs") == "keep",
        prefix=parameters.get("prefix"),
        language=preferred_language(headers.get(b"accept-language", b"").decode("latin-1")),
        max_unpacked_bytes=services.settings.max_file_bytes,
        max_rows=services.settings.max_file_rows,
        max_json_rows=services.settings.max_rows,
    )


def _columns(text: str) -> dict[str, str]:
    """Return field → column of the parameter `columns`. Raises InvalidRequest."""
    try:
        columns = strict_json.parse(text.encode())
    except (ValueError, RecursionError):
        columns = None
    if not isinstance(columns, dict) or not all(isinstance(column, str) and column for column in columns.values()):
        raise InvalidRequest('The parameter columns is a JSON object, field → column: {"carat": "Weight"}.')
    return columns


def _answer_headers(model: Model, request: FileRequest, answer: FileAnswer) -> list[tuple[bytes, bytes]]:
    kind = MEDIA_TYPES[request.answer] + ("; charset=utf-8" if request.answer == "csv" else "")
    described = answer.recognised
    shortened = msgspec.structs.replace(
        described,
        columns=_first_names(described.columns),
        ignored=_first_names(described.ignored),
        sheets=_first_names(described.sheets),
        more_columns=_rest(described.columns),
        more_ignored=_rest(described.ignored),
        more_sheets=_rest(described.sheets),
    )
    return [
        (b"content-type", kind.encode()),
        (b"x-file", json.dumps(msgspec.to_builtins(shortened)).encode()),
        (b"x-model-version", model.card.version.encode()),
    ]


def _first_names(names: list[str]) -> list[str]:
    return [safe_text(name) for name in names[:_NAMES_IN_HEADER]]


def _rest(names: list[str]) -> int:
    return max(0, len(names) - _NAMES_IN_HEADER)
