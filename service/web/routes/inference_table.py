"""The rows of the table of routes for the Open Inference Protocol. A model has each address with and without a version."""

from collections.abc import Callable

from service.errors import (
    Forbidden,
    InvalidInput,
    InvalidRequest,
    ModelFailed,
    ModelTimeout,
    ModelUnavailable,
    Overloaded,
    TooLarge,
    Unauthorized,
    UnknownModel,
    UnsupportedType,
)
from service.web.openapi.answer_schemas import always, reference
from service.web.openapi.inference_schemas import INFERENCE
from service.web.route import Route
from service.web.routes import inference_routes

_MODEL = "/v2/models/{model}"
_VERSION = _MODEL + "/versions/{version}"
_TAG = "inference protocol"
_MODEL_ERRORS = (Unauthorized, Forbidden, UnknownModel, ModelUnavailable)
_READY_SHAPE = {"application/json": {"schema": reference("ServerReadiness")}}


def _for_both(make_route: Callable[[str, str], Route]) -> tuple[Route, Route]:
    """Return the routes of a path without and with a version; `make_route` takes the path and the end of the name."""
    return make_route(_MODEL, ""), make_route(_VERSION, "_version")


def _metadata(path: str, suffix: str) -> Route:
    return Route(
        method="GET",
        path=path,
        handler=inference_routes.model_metadata,
        name=f"model_metadata{suffix}",
        tag=_TAG,
        summary="The tensors of a model",
        answer="One input for each field, one output for each column of an answer, and the served versions",
        answer_schema=always("ModelMetadata"),
        errors=_MODEL_ERRORS,
    )


def _ready(path: str, suffix: str) -> Route:
    return Route(
        method="GET",
        path=f"{path}/ready",
        handler=inference_routes.model_ready,
        name=f"model_ready{suffix}",
        tag=_TAG,
        summary="Is this model served?",
        answer="It is",
        answer_schema=always("ModelReadiness"),
        errors=_MODEL_ERRORS,
    )


def _infer(path: str, suffix: str) -> Route:
    return Route(
        method="POST",
        path=f"{path}/infer",
        direct=inference_routes.infer,
        takes_tensors=True,
        name=f"infer{suffix}",
        tag=_TAG,
        summary="Score rows as tensors",
        description="Bytes of tensors may follow the JSON object, in the type `application/octet-stream`: the header "
        "`Inference-Header-Content-Length` is the length of the JSON, `binary_data_size` the size of a tensor. "
        "`binary_data` or `binary_data_output` ask for an answer of this form.",
        answer="One element of each tensor a row, in the order of the rows",
        answer_schema=always("InferenceAnswer"),
        body=INFERENCE,
        errors=(
            InvalidRequest,
            *_MODEL_ERRORS,
            TooLarge,
            UnsupportedType,
            InvalidInput,
            ModelFailed,
            Overloaded,
            ModelTimeout,
        ),
    )


INFERENCE_ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/v2/health/live",
        handler=inference_routes.server_live,
        scope=None,
        slots=None,
        name="server_live",
        tag=_TAG,
        summary="Is the process there?",
        answer="It is",
        answer_schema=reference("ServerReadiness"),
        errors=(),
    ),
    Route(
        method="GET",
        path="/v2/health/ready",
        handler=inference_routes.server_ready,
        scope=None,
        slots=None,
        name="server_ready",
        tag=_TAG,
        summary="Has every model that can load been loaded?",
        answer="Yes",
        answer_schema=reference("ServerReadiness"),
        other_answers={"503": {"description": "Not yet, or not any more", "content": _READY_SHAPE}},
        errors=(),
    ),
    Route(
        method="GET",
        path="/v2",
        handler=inference_routes.server_metadata,
        name="server_metadata",
        tag=_TAG,
        summary="The name of the server, and the extensions of the protocol that it has",
        answer="Its metadata",
        answer_schema=reference("ServerMetadata"),
    ),
    *_for_both(_metadata),
    *_for_both(_ready),
    *_for_both(_infer),
)
