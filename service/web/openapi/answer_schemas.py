"""The schemas of answers in the OpenAPI document, model by model."""

from collections.abc import Callable

from service.bundles.model import Model
from service.schemas import Classification
from service.web.route import Schema


def reference(name: str) -> Schema:
    """Return a reference to a component of the document."""
    return {"$ref": f"#/components/schemas/{name}"}


def always(name: str) -> Callable[[Model], Schema | None]:
    """Return a function that returns the same schema for every model."""
    return lambda _model: reference(name)


def binary(_model: Model) -> Schema:
    """Return the schema of a body that is no JSON."""
    return {"type": "string", "format": "binary"}


def by_output(template: str) -> Callable[[Model], Schema | None]:
    """Return a function that returns the schema for the output of a model; {} in `template` becomes Label or Value."""
    return lambda model: reference(template.format(_kind(model)))


def predictions(model: Model) -> Schema | None:
    """Return the schema of predictions; for a model with an entity, also of answers by key."""
    name = f"{_kind(model)}Predictions"
    if model.card.entity is None:
        return reference(name)
    return {"anyOf": [reference(name), reference(f"Keyed{name}")]}


def evaluation(model: Model) -> Schema | None:
    """Return the schema of the evaluation, or None if the bundle has none."""
    if model.evaluation is None:
        return None
    kind = type(model.evaluation).__name__
    return {"allOf": [reference("EvaluationAnswer")], "properties": {"evaluation": reference(kind)}}


def with_entity(schema: Callable[[Model], Schema | None]) -> Callable[[Model], Schema | None]:
    """Return a function that returns the schema for models with an entity, and None for others."""
    return lambda model: schema(model) if model.card.entity else None


def _kind(model: Model) -> str:
    return "Label" if isinstance(model.card.output, Classification) else "Value"
