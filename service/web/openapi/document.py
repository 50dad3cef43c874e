"""The OpenAPI document: every route of the table, for every model with its own fields and a real example."""

from collections.abc import Sequence
from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from service.bundles.model import Model
from service.errors import InvalidRequest
from service.schemas import (
    Card,
    Comparison,
    Curves,
    EntityAnswer,
    EntityList,
    EvaluationAnswer,
    Explanations,
    ExportList,
    Feedback,
    FeedbackList,
    FeedbackReceipt,
    FeedbackRequest,
    Health,
    InferenceAnswer,
    KeyedLabelPredictions,
    KeyedValuePredictions,
    LabelPrediction,
    LabelPredictions,
    ModelList,
    ModelMetadata,
    ModelReadiness,
    Problem,
    PublicationState,
    Recommendations,
    Review,
    RunList,
    ServerMetadata,
    ServerReadiness,
    ValuePrediction,
    ValuePredictions,
)
from service.schemas.localization import localized
from service.schemas.meetings.agreement_figures import FeedbackFigures
from service.schemas.meetings.audience import (
    AudienceView,
    EmptyRequest,
    Guess,
    GuessList,
    OwnGuesses,
    PresenterLink,
    PresenterSession,
    SessionRequest,
)
from service.schemas.meetings.compared_cases import CaseComparison, CaseComparisonRequest
from service.schemas.meetings.link import Link, LinkRequest
from service.schemas.meetings.meeting import Meeting, MeetingChange, MeetingCheck, MeetingList, StateChange
from service.web import problems
from service.web.container import Services
from service.web.openapi.request_schemas import field_parameters, keyed_row_schema, request_body, row_schema
from service.web.route import Route, Schema

_SHAPES = (
    AudienceView,
    Card,
    CaseComparison,
    CaseComparisonRequest,
    Comparison[LabelPrediction],
    Comparison[ValuePrediction],
    Curves[LabelPrediction],
    Curves[ValuePrediction],
    EmptyRequest,
    EntityAnswer[LabelPrediction],
    EntityAnswer[ValuePrediction],
    EntityList[LabelPrediction],
    EntityList[ValuePrediction],
    EvaluationAnswer,
    Explanations[LabelPrediction],
    Explanations[ValuePrediction],
    ExportList,
    Feedback,
    FeedbackFigures,
    FeedbackList,
    FeedbackReceipt,
    FeedbackRequest,
    Guess,
    GuessList,
    Health,
    InferenceAnswer,
    KeyedLabelPredictions,
    KeyedValuePredictions,
    LabelPredictions,
    Link,
    LinkRequest,
    Meeting,
    MeetingChange,
    MeetingCheck,
    MeetingList,
    ModelList,
    ModelMetadata,
    ModelReadiness,
    OwnGuesses,
    PresenterLink,
    PresenterSession,
    Problem,
    PublicationState,
    Recommendations[LabelPrediction],
    Recommendations[ValuePrediction],
    Review,
    RunList,
    ServerMetadata,
    ServerReadiness,
    SessionRequest,
    StateChange,
    ValuePredictions,
)

_VERSION_HEADER = {
    "X-Model-Version": {"description": "The version of the model that answered", "schema": {"type": "string"}}
}


def document(app: FastAPI, services: Services, routes: Sequence[Route]) -> dict[str, Any]:
    """Return the document for the routes of the table and the models that are served now."""
    _, components = msgspec.json.schema_components(_SHAPES, ref_template="#/components/schemas/{name}")
    openapi = get_openapi(title=app.title, version=app.version, description=app.description, routes=[])
    schemas = openapi.setdefault("components", {}).setdefault("schemas", {})
    schemas |= {name: _without_closed_items(component) for name, component in components.items()}
    paths: dict[str, Any] = {}
    for route in routes:
        if isinstance(route.answer_schema, dict):
            operation = _operation(route, route.answer_schema)
            paths.setdefault(route.public_path, {})[route.method.lower()] = operation
    for model in services.registry.models():
        card = localized(model.card, "en")
        schemas[f"Row-{card.name}"] = row_schema(card)
        if card.entity:
            schemas[f"KeyedRow-{card.name}"] = keyed_row_schema(card)
        for route in routes:
            model_operation = _model_operation(route, model, card)
            if model_operation is not None:
                if "{version}" in route.path:
                    model_operation["parameters"] = [_version_parameter(services.registry.versions(card.name))]
                path = route.public_path.replace("{model}", card.name)
                paths.setdefault(path, {})[route.method.lower()] = model_operation
    openapi["paths"] = paths
    if services.settings.keys():
        openapi["components"]["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
        openapi["security"] = [{"key": []}]
    return openapi


def _without_closed_items(schema: Any) -> Any:
    """Return a schema without `"items": false`, which generators of clients refuse; `maxItems` says the same."""
    if isinstance(schema, list):
        return [_without_closed_items(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    is_closed = schema.get("items") is False and schema.get("maxItems") == len(schema.get("prefixItems", []))
    return {name: _without_closed_items(each) for name, each in schema.items() if not (is_closed and name == "items")}


def _version_parameter(versions: list[str]) -> Schema:
    return {"name": "version", "in": "path", "required": True, "schema": {"type": "string", "enum": versions}}


def _operation(route: Route, answer: Schema) -> Schema:
    content = {media_type: {"schema": answer} for media_type in (route.media_type, *route.other_media_types)}
    if route.takes_tensors:
        content["application/octet-stream"] = {"schema": {"type": "string", "format": "binary"}}
    operation: Schema = {
        "tags": [route.tag],
        "summary": route.summary,
        "operationId": route.operation_id,
        "responses": {
            str(route.answer_status): {"description": route.answer, "content": content},
            **problems.openapi_responses(InvalidRequest, *route.errors),  # the router refuses a repeated parameter
            **route.other_answers,
        },
    }
    if route.description:
        operation["description"] = route.description
    if route.upload is not None:
        binary = {"schema": {"type": "string", "format": "binary"}}
        operation["requestBody"] = {"required": True, "content": {route.upload_type: binary}}
    if route.request_schema is not None:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": route.request_schema}}}
    if route.parameters:
        operation["parameters"] = list(route.parameters)
    return operation


def _model_operation(route: Route, model: Model, card: Card) -> Schema | None:
    """Return the operation of a route for one model, or None if the model has no such route."""
    answer = None if isinstance(route.answer_schema, dict) else route.answer_schema(model)
    if answer is None:
        return None
    operation = _operation(route, answer)
    operation["summary"] = f"{route.summary}: {card.title}"
    operation["operationId"] = f"{route.operation_id}_{card.name}"
    if route.direct is not None:
        operation["responses"]["200"]["headers"] = _VERSION_HEADER
    if route.takes_fields:
        operation["parameters"] = [*operation["parameters"], *field_parameters(card)]
    if route.body is not None:
        body = request_body(card, route.body)
        if body is None:
            return None
        operation["requestBody"] = body
    return operation
