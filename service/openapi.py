"""The OpenAPI document: every model with its own path, its own fields and a real example.

Knows: cards, shapes, OpenAPI. Must not know: requests. Grown from the cards, so it is right for any bundle.
"""

from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from service import problems
from service.errors import (
    Forbidden,
    InvalidInput,
    InvalidRequest,
    ModelFailed,
    ModelTimeout,
    Overloaded,
    TooLarge,
    Unauthorized,
    UnknownModel,
    UnsupportedType,
)
from service.routes.predictions import Predictions
from service.schemas import (
    Card,
    Classification,
    EvaluationAnswer,
    Health,
    Input,
    LabelPredictions,
    ModelList,
    Problem,
    ValuePredictions,
)
from service.scoring.checks import EXACT_INTEGER, LARGEST
from service.scoring.languages import localized
from service.scoring.registry import Model, Registry

_SHAPES = (Card, EvaluationAnswer, Health, LabelPredictions, ModelList, Problem, ValuePredictions)
_TEMPLATE = "/v1/models/{model}"
_PREDICT: dict[str, Any] = {
    "tags": ["models"],
    "summary": "Score rows",
    "operationId": "predict",
    "responses": problems.documented(
        InvalidRequest,
        Unauthorized,
        Forbidden,
        UnknownModel,
        TooLarge,
        UnsupportedType,
        InvalidInput,
        ModelFailed,
        Overloaded,
        ModelTimeout,
    ),
}


def document(app: FastAPI, registry: Registry) -> dict[str, Any]:
    """Return the document for the models that are served now."""
    _, components = msgspec.json.schema_components(_SHAPES, ref_template="#/components/schemas/{name}")
    whole = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    schemas = whole.setdefault("components", {}).setdefault("schemas", {})
    schemas |= components
    paths: dict[str, Any] = {}
    for path, operations in {**whole["paths"], Predictions.path: {"post": _PREDICT}}.items():
        if path.startswith(_TEMPLATE):
            for model in registry.models():
                paths[path.replace("{model}", model.card.name)] = _for_model(operations, model, schemas)
        else:
            paths[path] = operations
    whole["paths"] = paths
    if app.state.settings.keys():
        whole["components"]["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
        whole["security"] = [{"key": []}]
    return whole


def _for_model(operations: dict[str, Any], model: Model, schemas: dict[str, Any]) -> dict[str, Any]:
    card = localized(model.card, "en")
    own: dict[str, Any] = {}
    for method, operation in operations.items():
        kept = {name: value for name, value in operation.items() if name not in {"parameters", "operationId"}}
        kept["operationId"] = f"{operation['operationId']}_{card.name}"
        kept["summary"] = f"{operation['summary']}: {card.title}"
        if method == "post":
            schemas[f"Row-{card.name}"] = row_schema(card)
            kept["requestBody"] = _request_body(card)
            shape = "LabelPredictions" if isinstance(card.output, Classification) else "ValuePredictions"
            kept["responses"] = kept["responses"] | {"200": _answer(shape)}
        own[method] = kept
    return own


def _answer(shape: str) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{shape}"}
    return {
        "description": "One prediction a row, in the order of the rows",
        "content": {"application/json": {"schema": schema}},
    }


def _request_body(card: Card) -> dict[str, Any]:
    schema = {
        "type": "object",
        "required": ["rows"],
        "additionalProperties": False,
        "properties": {
            "rows": {"type": "array", "items": {"$ref": f"#/components/schemas/Row-{card.name}"}},
            "version": {"enum": [card.version, None], "description": "Refuse to answer with another version than this"},
        },
    }
    examples = {example.name: {"summary": example.label, "value": {"rows": [example.row]}} for example in card.examples}
    return {"required": True, "content": {"application/json": {"schema": schema, "examples": examples}}}


def row_schema(card: Card) -> dict[str, Any]:
    """Return the JSON schema of one row: what it accepts, the checks accept, and the other way round."""
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [field.name for field in card.inputs if not field.nullable],
        "properties": {field.name: _field_schema(field) for field in card.inputs},
    }


def _field_schema(field: Input) -> dict[str, Any]:
    schema: dict[str, Any] = {"title": field.label or field.name}
    if field.help:
        schema["description"] = field.help
    if field.type in {"number", "integer"}:
        widest = EXACT_INTEGER if field.type == "integer" else LARGEST
        schema["type"] = field.type
        schema["minimum"] = -widest if field.minimum is None else field.minimum
        schema["maximum"] = widest if field.maximum is None else field.maximum
    elif field.type == "category":
        schema["enum"] = [category.value for category in field.categories]
    elif field.type == "boolean":
        schema["type"] = "boolean"
    else:
        schema |= {"type": "string", "maxLength": field.max_length}
    return {"anyOf": [schema, {"type": "null"}]} if field.nullable else schema
