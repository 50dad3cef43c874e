"""The models and versions that can be compared with a model on the same cases."""

from client import Card, ServiceError
from demo.session import query_errors, service_queries
from demo.text.wording import has_probabilities

_VERSION_LETTERS = 12
"""Characters of a version in the URL: enough to distinguish versions."""


def find_comparable(card: Card) -> dict[str, Card]:
    """Return the models with which this one can be compared, then its other versions."""
    comparable = {}
    ready = [model for model in service_queries.get_models() if model["state"] == "ready"]
    candidates: list[tuple[str, str | None]] = [(model["name"], None) for model in ready if model["name"] != card["name"]]
    candidates += [
        (card["name"], version) for model in ready if model["name"] == card["name"] for version in model["versions"]
    ]
    for name, version in candidates:
        if version == card["version"]:
            continue
        try:
            other = service_queries.get_card(name, version)
        except ServiceError as error:
            query_errors.add_error(error)
            continue
        if are_comparable(card, other):
            comparable[f"{name}@{version[:_VERSION_LETTERS]}" if version else name] = other
    return comparable


def are_comparable(card: Card, other: Card) -> bool:
    """Tell whether two models have the same fields and the same kind of answer."""
    fields = [sorted((field["name"], field["type"]) for field in each["inputs"]) for each in (card, other)]
    kinds = [
        (each["output"]["kind"], each["output"].get("focus"), each["output"].get("unit"), has_probabilities(each))
        for each in (card, other)
    ]
    return fields[0] == fields[1] and kinds[0] == kinds[1]
