"""The table of routes. A new route is one row here and one handler; everything else that knows routes reads this table."""

from service.errors import (
    CannotPublish,
    Forbidden,
    InvalidInput,
    InvalidRequest,
    ModelFailed,
    ModelsNotAccepted,
    ModelTimeout,
    ModelUnavailable,
    NoEvaluation,
    Overloaded,
    StorageUnavailable,
    TooLarge,
    Unauthorized,
    UnknownEntity,
    UnknownModel,
    UnsupportedType,
)
from service.web.mcp.mcp_routes import MCP_ROUTE
from service.web.openapi import answer_schemas, request_schemas
from service.web.openapi.answer_schemas import always, by_output, reference, with_entity
from service.web.route import Route
from service.web.routes import (
    answer_routes,
    file_routes,
    model_routes,
    prediction_routes,
    publication_routes,
    question_routes,
    run_routes,
)
from service.web.routes.exports.export_table import EXPORT_ROUTES
from service.web.routes.health_table import HEALTH_ROUTES
from service.web.routes.inference_table import INFERENCE_ROUTES
from service.web.routes.meetings.meetings_table import MEETINGS_ROUTES
from service.web.routes.pictures.pictures_table import PICTURES_ROUTES
from wire.media_types import JSON_LINES, ZIP

_KEY_ERRORS = (Unauthorized, Forbidden)
_MODEL_ERRORS = (*_KEY_ERRORS, UnknownModel, ModelUnavailable)
_POST_ERRORS = (
    InvalidRequest,
    *_KEY_ERRORS,
    UnknownModel,
    TooLarge,
    UnsupportedType,
    InvalidInput,
    ModelFailed,
    ModelUnavailable,
    StorageUnavailable,
    Overloaded,
    ModelTimeout,
)
_VERSION = {"name": "version", "in": "query", "schema": {"type": "string"}}
_AFTER = {"name": "after", "in": "query", "schema": {"type": "string"}}
_ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "minLength": 1, "maxLength": 64}}
_NAME_SCHEMA = {"type": "string", "pattern": f"^{run_routes.NAME.pattern}$"}
_RUN_PARAMETERS = (
    {"name": "model", "in": "query", "schema": _NAME_SCHEMA},
    {"name": "after", "in": "query", "schema": _NAME_SCHEMA},
    {"name": "kind", "in": "query", "schema": {"type": "string", "enum": list(run_routes.KINDS)}},
)

ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/v1/models",
        handler=model_routes.list_models,
        name="list_models",
        summary="The models",
        answer="All models; broken ones with the reason",
        answer_schema=reference("ModelList"),
    ),
    Route(
        method="POST",
        path="/v1/models",
        upload=publication_routes.publish_model,
        upload_type=ZIP,
        scope="admin",
        slots="publications",
        name="publish_model",
        summary="Publish a model: the folder that client.hand_over wrote, as a zip archive",
        answer="Lines of JSON while the model is being published; the last one says that it is, or why not",
        answer_schema=reference("PublicationState"),
        media_type=JSON_LINES,
        errors=(Unauthorized, ModelsNotAccepted, TooLarge, UnsupportedType, CannotPublish, Overloaded),
    ),
    Route(
        method="GET",
        path="/v1/models/{model}",
        handler=model_routes.card,
        name="card",
        summary="The card of a model",
        answer="What the model says of itself, in the language of Accept-Language (en, pl)",
        answer_schema=always("Card"),
        parameters=(_VERSION,),
        errors=_MODEL_ERRORS,
    ),
    Route(
        method="GET",
        path="/v1/models/{model}/evaluation",
        handler=model_routes.evaluation,
        name="evaluation",
        summary="How good the model is",
        answer="Figures on held-out rows, in the language of Accept-Language (en, pl)",
        answer_schema=answer_schemas.evaluation,
        parameters=(_VERSION,),
        errors=(*_MODEL_ERRORS, NoEvaluation),
    ),
    Route(
        method="GET",
        path="/v1/models/{model}/entities",
        handler=model_routes.entity_list,
        name="entity_list",
        summary="The keys under which something is stored",
        answer="A page in the order of the keys; `next` is the `after` of the next one",
        answer_schema=with_entity(by_output("EntityList_{}Prediction_")),
        parameters=(_AFTER,),
        errors=(*_KEY_ERRORS, ModelUnavailable, StorageUnavailable),
    ),
    Route(
        method="GET",
        path="/v1/models/{model}/entities/{id:path}/picture",  # before the next path, which fits it too
        handler=model_routes.entity_picture,
        name="entity_picture",
        summary="The picture of a key, small",
        answer="A JPEG of at most 480 pixels; with If-None-Match, 304 if it is the same",
        answer_schema=with_entity(answer_schemas.binary),
        media_type=model_routes.JPEG,
        parameters=(_ID,),
        errors=(*_KEY_ERRORS, UnknownEntity, ModelUnavailable, StorageUnavailable),
    ),
    Route(
        method="GET",
        path="/v1/models/{model}/entities/{id:path}",
        handler=model_routes.entity,
        name="entity",
        summary="What is stored for a key",
        answer="The stored prediction with its row, the stored features, each with its age, and the picture of the key",
        answer_schema=with_entity(by_output("EntityAnswer_{}Prediction_")),
        parameters=(_ID,),
        errors=(*_KEY_ERRORS, UnknownEntity, ModelUnavailable, StorageUnavailable),
    ),
    Route(
        method="POST",
        path="/v1/models/{model}/predictions",
        direct=prediction_routes.predict,
        files=file_routes.predict_file,
        name="predict",
        summary="Score rows",
        description="Takes a whole file too: `text/csv`, `application/vnd.apache.arrow.stream` or "
        "`application/vnd.apache.parquet` as its Content-Type. The answer has the type that Accept names.",
        answer="One prediction a row, in the order of the rows",
        answer_schema=answer_schemas.predictions,
        body=request_schemas.PREDICTIONS,
        errors=_POST_ERRORS,
    ),
    Route(
        method="GET",
        path="/v1/models/{model}/answers/{part}",
        handler=answer_routes.answer,
        takes_fields=True,
        name="answer",
        summary="One answer as a text, for programs that only open an address",
        description="The fields are parameters of the address, written as in a CSV with decimal points.",
        answer="The number that people read, the label, or the decision",
        answer_schema=lambda _model: {"type": "string"},
        media_type="text/plain",
        parameters=(answer_routes.PART,),
        errors=_POST_ERRORS,
    ),
    Route(
        method="POST",
        path="/v1/models/{model}/explanations",
        direct=question_routes.explain.handle,
        name="explain",
        summary="Why: how far each field, or each word of a text, pulls the answer",
        answer="One explanation a row, in the order of the rows, each with the row's prediction",
        answer_schema=by_output("Explanations_{}Prediction_"),
        body=request_schemas.EXPLANATIONS,
        errors=_POST_ERRORS,
    ),
    Route(
        method="POST",
        path="/v1/models/{model}/curves",
        direct=question_routes.curves.handle,
        name="curves",
        summary="What if: the predictions along the range of fields, or over two at once",
        answer="A curve a field, in the order of the fields, or one surface",
        answer_schema=by_output("Curves_{}Prediction_"),
        body=request_schemas.CURVES,
        errors=_POST_ERRORS,
    ),
    Route(
        method="POST",
        path="/v1/models/{model}/recommendations",
        direct=question_routes.recommend.handle,
        name="recommend",
        summary="What would have to change to reach a goal",
        answer="At most five changes that reach the goal, the smallest first",
        answer_schema=by_output("Recommendations_{}Prediction_"),
        body=request_schemas.RECOMMENDATIONS,
        errors=_POST_ERRORS,
    ),
    Route(
        method="GET",
        path="/v1/runs",
        handler=run_routes.runs,
        name="runs",
        tag="runs",
        summary="The runs of nightly jobs, the newest first",
        answer="A page; `next` is the `after` of the next one",
        answer_schema=reference("RunList"),
        parameters=_RUN_PARAMETERS,
        errors=(InvalidRequest, *_KEY_ERRORS, StorageUnavailable),
    ),
    *HEALTH_ROUTES,
    *MEETINGS_ROUTES,
    *PICTURES_ROUTES,
    *EXPORT_ROUTES,
    *INFERENCE_ROUTES,
    MCP_ROUTE,
)
