"""The product's table of contents: everything that Witryna does for a caller, one function each.

Knows: the rooms under it. Must not know: HTTP, settings, threads.
"""

from service.schemas import Card, Health, Language, ModelList, Predictions, Row
from service.scoring.columns import Columns
from service.scoring.languages import localized
from service.scoring.registry import Registry


def list_models(registry: Registry, language: Language) -> ModelList:
    """Return every model, broken ones with the reason."""
    return localized(ModelList(items=registry.states()), language)


def describe(registry: Registry, name: str, language: Language) -> Card:
    """Return the card of a model. Raises UnknownModel, ModelUnavailable."""
    return localized(registry.get(name).card, language)


def predict(registry: Registry, name: str, rows: list[Row] | Columns, version: str | None = None) -> Predictions:
    """Return one prediction a row. Raises UnknownModel, UnknownVersion, ModelUnavailable, InvalidInput, ModelFailed."""
    return registry.get(name, version).predict(rows)


def report_health(registry: Registry, *, stopping: bool) -> Health:
    """Return whether every model that can load has loaded, and which ones cannot."""
    states = localized(ModelList(items=registry.states()), "en").items
    if stopping:
        return Health(status="stopping", models=states)
    return Health(status="ready" if registry.loaded.is_set() else "loading", models=states)
