"""The OpenAPI document: every model with its own path, its own fields and a real example.

Grown from the cards, so it is right for any bundle.
"""

from dataclasses import dataclass
from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from service.bundles.registry import Model, Registry
from service.errors import (
    Forbidden,
    InvalidInput,
    InvalidRequest,
    ModelFailed,
    ModelTimeout,
    ModelUnavailable,
    Overloaded,
    StorageUnavailable,
    TooLarge,
    Unauthorized,
    UnknownModel,
    UnsupportedType,
)
from service.schemas import (
    Card,
    Classification,
    Curves,
    EntityAnswer,
    EntityList,
    EvaluationAnswer,
    Explanations,
    Health,
    KeyedLabelPredictions,
    KeyedValuePredictions,
    LabelPrediction,
    LabelPredictions,
    ModelList,
    Problem,
    Recommendations,
    RunList,
    ValuePrediction,
    ValuePredictions,
)
from service.schemas.localization import localized
from service.web import problems
from service.web.openapi.request_schemas import keyed_row_schema, request_body, row_schema

_SHAPES = (
    Card,
    Curves[LabelPrediction],
    Curves[ValuePrediction],
    EntityAnswer[LabelPrediction],
    EntityAnswer[ValuePrediction],
    EntityList,
    EvaluationAnswer,
    Explanations[LabelPrediction],
    Explanations[ValuePrediction],
    Health,
    KeyedLabelPredictions,
    KeyedValuePredictions,
    LabelPredictions,
    ModelList,
    Problem,
    Recommendations[LabelPrediction],
    Recommendations[ValuePrediction],
    RunList,
    ValuePredictions,
)
_MODEL = "/v1/models/{model}"
_EVALUATION = f"{_MODEL}/evaluation"
_ENTITY = f"{_MODEL}/entities/{{id}}"
_ENTITIES = f"{_MODEL}/entities"
_KEY = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "minLength": 1, "maxLength": 64}}
_VERSION = {"name": "version", "in": "query", "schema": {"type": "string"}}
_AFTER = {"name": "after", "in": "query", "schema": {"type": "string"}}
_REFUSALS = problems.documented(
    InvalidRequest,
    Unauthorized,
    Forbidden,
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


@dataclass(frozen=True)
class _Question:
    """A POST that FastAPI does not run, as the document tells of it."""

    operation_id: str
    summary: str
    answer: str
    label_shape: str
    value_shape: str
    description: str = ""


_QUESTIONS = {
    "predictions": _Question(
        "predict",
        "Score rows",
        "One prediction a row, in the order of the rows",
        "LabelPredictions",
        "ValuePredictions",
        "Takes a whole file too: `text/csv`, `application/vnd.apache.arrow.stream` or `application/vnd.apache.parquet` as "
        "its Content-Type. The answer has the type that Accept names.",
    ),
    "explanations": _Question(
        "explain",
        "Why: how far each field, or each word of a text, pulls the answer",
        "One explanation a row, in the order of the rows, each with the row's prediction",
        "Explanations_LabelPrediction_",
        "Explanations_ValuePrediction_",
    ),
    "curves": _Question(
        "sweep",
        "What if: the predictions along the range of fields, or over two at once",
        "A curve a field, in the order of the fields, or one surface",
        "Curves_LabelPrediction_",
        "Curves_ValuePrediction_",
    ),
    "recommendations": _Question(
        "recommend",
        "What would have to change to reach a goal",
        "At most five changes that reach the goal, the smallest first",
        "Recommendations_LabelPrediction_",
        "Recommendations_ValuePrediction_",
    ),
}


def document(app: FastAPI, registry: Registry) -> dict[str, Any]:
    """Return the document for the models that are served now."""
    _, components = msgspec.json.schema_components(_SHAPES, ref_template="#/components/schemas/{name}")
    whole = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    schemas = whole.setdefault("components", {}).setdefault("schemas", {})
    schemas |= components
    paths: dict[str, Any] = {path: each for path, each in whole["paths"].items() if not path.startswith(_MODEL)}
    for model in registry.models():
        card = localized(model.card, "en")
        schemas[f"Row-{card.name}"] = row_schema(card)
        if card.entity:
            schemas[f"KeyedRow-{card.name}"] = keyed_row_schema(card)
        for path, operations in whole["paths"].items():
            if (path == _EVALUATION and model.evaluation is None) or (path in {_ENTITY, _ENTITIES} and card.entity is None):
                continue
            if path.startswith(_MODEL):
                paths[path.replace("{model}", card.name)] = {"get": _get(operations["get"], model, card, path)}
        for kind, question in _QUESTIONS.items():
            body = request_body(card, kind)
            if body is not None:
                paths[f"/v1/models/{card.name}/{kind}"] = {"post": _post(question, card, body)}
    whole["paths"] = paths
    if app.state.settings.keys():
        whole["components"]["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
        whole["security"] = [{"key": []}]
    return whole


def _get(operation: dict[str, Any], model: Model, card: Card, path: str) -> dict[str, Any]:
    kept = {name: value for name, value in operation.items() if name != "parameters"}
    kept["operationId"] = f"{operation['operationId']}_{card.name}"
    kept["summary"] = f"{operation['summary']}: {card.title}"
    if path in {_MODEL, _EVALUATION}:
        kept["parameters"] = [_VERSION]
    if path == _EVALUATION:
        kind = type(model.evaluation).__name__
        narrowed = {
            "allOf": [{"$ref": "#/components/schemas/EvaluationAnswer"}],
            "properties": {"evaluation": {"$ref": f"#/components/schemas/{kind}"}},
        }
        kept["responses"] = kept["responses"] | {"200": _answer(operation["responses"]["200"]["description"], narrowed)}
    if path == _ENTITIES:
        kept["parameters"] = [_AFTER]
    if path == _ENTITY:
        kind = "LabelPrediction" if isinstance(card.output, Classification) else "ValuePrediction"
        shape = {"$ref": f"#/components/schemas/EntityAnswer_{kind}_"}
        kept["parameters"] = [_KEY]
        kept["responses"] = kept["responses"] | {"200": _answer(operation["responses"]["200"]["description"], shape)}
    return kept


def _post(question: _Question, card: Card, body: dict[str, Any]) -> dict[str, Any]:
    shape = question.label_shape if isinstance(card.output, Classification) else question.value_shape
    answer: dict[str, Any] = {"$ref": f"#/components/schemas/{shape}"}
    if card.entity and question.operation_id == "predict":
        answer = {"anyOf": [answer, {"$ref": f"#/components/schemas/Keyed{shape}"}]}
    return {
        "tags": ["models"],
        "summary": f"{question.summary}: {card.title}",
        "description": question.description,
        "operationId": f"{question.operation_id}_{card.name}",
        "requestBody": body,
        "responses": _REFUSALS | {"200": _answer(question.answer, answer)},
    }


def _answer(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}
