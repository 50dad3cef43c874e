"""The product's table of contents: everything that Witryna does for a caller, one function each."""

from pathlib import Path
from typing import Any

from service.bundles.registry import Registry
from service.by_key import answers_by_key, entities
from service.by_key.freshness import Freshness
from service.errors import NoEvaluation
from service.files.file_request import Asked, FileAnswer
from service.questions.curves import curves
from service.questions.explanations import explanations
from service.questions.recommendations import recommendations
from service.rows.columns import Columns
from service.schemas import (
    Card,
    CurveRequest,
    Curves,
    EntityAnswer,
    EntityList,
    EvaluationAnswer,
    Explanations,
    Health,
    KeyedPredictions,
    ModelList,
    PredictionRequest,
    Predictions,
    RecommendationRequest,
    Recommendations,
    Row,
    RunKind,
    RunList,
)
from service.schemas.localization import localized
from service.store import run_history
from service.store.store import Store
from wire.languages import Language
from wire.media_types import FileKind


def list_models(registry: Registry, language: Language) -> ModelList:
    """Return every model, broken ones with the reason."""
    return localized(ModelList(items=registry.states()), language)


def describe(registry: Registry, name: str, version: str | None, language: Language) -> Card:
    """Return the card of a model. Raises UnknownModel, UnknownVersion, ModelUnavailable."""
    return localized(registry.get(name, version).card, language)


def predict(registry: Registry, name: str, rows: list[Row] | Columns, version: str | None = None) -> Predictions:
    """Return one prediction a row. Raises UnknownModel, UnknownVersion, ModelUnavailable, InvalidInput, ModelFailed."""
    return registry.get(name, version).predict(rows)


def predict_file(registry: Registry, name: str, file: Path, asked: Asked) -> FileAnswer:
    """Return what a file is, and its answer in pieces. Raises what `predict` and `score_file` raise."""
    from service.files.score_file import score_file

    return score_file(registry.get(name, asked.version), file, asked)


def predict_table(registry: Registry, name: str, rows: list[Row] | Columns, version: str | None, kind: FileKind) -> bytes:
    """Return one prediction a row as a file of this kind. Raises what `predict` raises."""
    from service.files.score_file import score_rows

    return score_rows(registry.get(name, version), rows, kind)


def predict_by_key(
    registry: Registry, store: Store, name: str, rows: list[Row], *, version: str | None, freshness: Freshness
) -> KeyedPredictions:
    """Return one prediction a row where some hold the entity's key. Raises what `predict` raises, StorageUnavailable."""
    return answers_by_key.answer(registry.get(name, version), store, rows, freshness)


def keyed_table(registry: Registry, name: str, answer: KeyedPredictions, kind: FileKind) -> bytes:
    """Return what `predict_by_key` answered as a file of this kind."""
    from service.files.keyed_rows import keyed_rows

    return keyed_rows(registry.get(name, answer.version).card, answer, kind)


def look_up(registry: Registry, store: Store, name: str, key: str, freshness: Freshness) -> EntityAnswer[Any]:
    """Return what is stored for a key. Raises UnknownModel, ModelUnavailable, UnknownEntity, StorageUnavailable."""
    return entities.entity(registry.get(name).card, store, key, freshness)


def list_entities(registry: Registry, store: Store, name: str, after: str | None) -> EntityList:
    """Return a page of the keys that are stored. Raises UnknownModel, ModelUnavailable, StorageUnavailable."""
    return entities.list_entities(registry.get(name).card, store, after)


def list_runs(store: Store, model: str | None, after: str | None, kind: RunKind | None) -> RunList:
    """Return a page of the history of nightly jobs, the newest run first. Raises StorageUnavailable."""
    return run_history.list_runs(store, model, after, kind)


def explain(registry: Registry, name: str, asked: PredictionRequest, language: Language) -> Explanations[Any]:
    """Return why: one contribution a field for each row. Raises what `predict` raises, TooLarge for many rows."""
    return explanations(registry.get(name, asked.version), asked.rows, language)


def sweep(registry: Registry, name: str, asked: CurveRequest, _language: Language) -> Curves[Any]:
    """Return what if: the predictions along a field's range for this row. Raises what `predict` raises."""
    return curves(registry.get(name, asked.version), asked)


def recommend(registry: Registry, name: str, asked: RecommendationRequest, _language: Language) -> Recommendations[Any]:
    """Return what would have to change to reach a goal. Raises what `predict` raises."""
    return recommendations(registry.get(name, asked.version), asked)


def evaluate(registry: Registry, name: str, version: str | None, language: Language) -> EvaluationAnswer:
    """Return how good the model is on held-out rows. Raises UnknownModel, UnknownVersion, ModelUnavailable, NoEvaluation."""
    model = registry.get(name, version)
    if model.evaluation is None:
        raise NoEvaluation
    answer = EvaluationAnswer(model=model.card.name, version=model.card.version, evaluation=model.evaluation)
    return localized(answer, language)


def report_health(registry: Registry, *, stopping: bool) -> Health:
    """Return whether every model that can load has loaded, and which ones cannot."""
    states = localized(ModelList(items=registry.states()), "en").items
    if stopping:
        return Health(status="stopping", models=states)
    return Health(status="ready" if registry.loaded.is_set() else "loading", models=states)
