"""The schemas of answers in the OpenAPI document, model by model."""

from collections.abc import Callable

from service.bundles.registry import Model
from service.schemas import Classification
from service.web.route import Schema


def reference(name: str) -> Schema:
    """Return a reference to a component of the document."""
    return {"$ref": f"#/components/schemas/{name}"}


def always(name: str) -> Callable[[Model], Schema | None]:
    """The same schema for every model."""
    return lambda _model: reference(name)


def by_output(template: str) -> Callable[[Model], Schema | None]:
    """The schema for the kind of the model's answer: `template` holds {} in place of Label or Value."""
    return lambda model: reference(template.format(_kind(model)))


def predictions(model: Model) -> Schema | None:
    """Predictions; with an entity, also answers by key."""
    name = f"{_kind(model)}Predictions"
    if model.card.entity is None:
        return reference(name)
    return {"anyOf": [reference(name), reference(f"Keyed{name}")]}


def evaluation(model: Model) -> Schema | None:
    """The evaluation of the model's kind, where its bundle has one."""
    if model.evaluation is None:
        return None
    kind = type(model.evaluation).__name__
    return {"allOf": [reference("EvaluationAnswer")], "properties": {"evaluation": reference(kind)}}


def with_entity(schema: Callable[[Model], Schema | None]) -> Callable[[Model], Schema | None]:
    """The schema, for models that have an entity."""
    return lambda model: schema(model) if model.card.entity else None


def _kind(model: Model) -> str:
    return "Label" if isinstance(model.card.output, Classification) else "Value"
