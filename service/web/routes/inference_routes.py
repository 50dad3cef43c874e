"""The Open Inference Protocol under /v2: the same models, checks, limits and answers as /v1, as tensors."""

from fastapi import Response

from service import actions
from service.bundles.model import Model
from service.errors import InvalidRequest
from service.rows.strict_json import encode
from service.schemas import ModelReadiness, ServerMetadata, ServerReadiness
from service.web.body_reader import Headers
from service.web.container import Services
from service.web.dependencies import AppServices, VersionModel
from service.web.route import Answer
from service.web.routes.prediction_routes import MAX_CAREFUL_BYTES

_JSON = "application/json"
_LENGTH = b"inference-header-content-length"
_MAX_DIGITS = 12


async def server_live(services: AppServices) -> Response:
    return Response(encode(ServerReadiness(live=True, ready=_is_ready(services))), media_type=_JSON)


async def server_ready(services: AppServices) -> Response:
    ready = _is_ready(services)
    return Response(encode(ServerReadiness(live=True, ready=ready)), 200 if ready else 503, media_type=_JSON)


def _is_ready(services: Services) -> bool:
    return services.registry.loaded.is_set() and not services.stopping.is_set()


async def server_metadata() -> Response:
    return Response(encode(ServerMetadata(name="witryna", version="1")), media_type=_JSON)


async def model_metadata(model: VersionModel, services: AppServices) -> Response:
    return Response(encode(actions.describe_tensors(model, services.registry)), media_type=_JSON)


async def model_ready(model: VersionModel) -> Response:
    """Answer for a model that is served; the errors of any other one say why it is not."""
    return Response(encode(ModelReadiness(name=model.card.name, ready=True)), media_type=_JSON)


async def infer(services: Services, model: Model, headers: Headers, body: bytes) -> Answer:
    """Score the rows of the tensors of a body: few rows at once, more rows in a thread."""
    arguments = (model, body, _json_bytes(headers), services.settings.max_rows)
    if len(body) > MAX_CAREFUL_BYTES:
        inference = await services.threads.run(model.card.name, actions.read_inference, *arguments)
    else:
        inference = actions.read_inference(*arguments)
    answer, json_bytes = await services.run_scoring(
        model, len(inference), actions.infer, actions.infer_in_process, inference
    )
    if json_bytes is None:
        return Answer(answer, model.card.version)
    length = (_LENGTH, str(json_bytes).encode())
    return Answer(answer, model.card.version, ((b"content-type", b"application/octet-stream"), length))


def _json_bytes(headers: Headers) -> int | None:
    """Return how many bytes of the body are JSON; None if all are. Raises InvalidRequest."""
    length = headers.get(_LENGTH)
    if length is None:
        return None
    if not length.isdigit() or len(length) > _MAX_DIGITS:
        raise InvalidRequest("The header Inference-Header-Content-Length must be a number of bytes.")
    return int(length)
