"""Everything that the service does for a caller, one function each.

An action takes the model itself, never its name: one version reads the rows, scores them and signs the answer.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec

from service.bundles.model import Model
from service.bundles.registry import Registry
from service.by_key import answers_by_key, entities
from service.by_key.answers_by_key import KeyedRow
from service.by_key.freshness import Freshness
from service.errors import ModelUnavailable, NoEvaluation, UnknownFeedback, UnknownVersion
from service.feedback import feedback_entry, feedback_export
from service.feedback.feedback_answers import feedback_list, receipt, reply_text, whole_feedback
from service.feedback.feedback_export import ExportFormat
from service.files.file_request import FileAnswer, FileRequest
from service.inference_protocol import inference_reader
from service.inference_protocol.inference import Inference
from service.inference_protocol.model_metadata import model_metadata
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
    Feedback,
    FeedbackList,
    FeedbackReceipt,
    FeedbackRequest,
    Health,
    KeyedPredictions,
    ModelList,
    ModelMetadata,
    PredictionRequest,
    Predictions,
    RecommendationRequest,
    Recommendations,
    Review,
    Row,
    RunKind,
    RunList,
)
from service.schemas.localization import localized
from service.store import lookups, run_history
from service.store.lookups import StoredRecords
from service.store.meetings import feedback_records
from service.store.store import Store
from wire.languages import Language
from wire.media_types import FileKind

S = TypeVar("S", bound=msgspec.Struct)


def list_models(registry: Registry, language: Language) -> ModelList:
    """Return every model, broken ones with the reason."""
    return localized(ModelList(items=registry.states()), language)


def describe(model: Model, language: Language) -> Card:
    """Return the card of a model."""
    return localized(model.card, language)


def predict(model: Model, rows: list[Row] | Columns, language: Language) -> Predictions:
    """Return one prediction a row. Raises InvalidInput, ModelFailed."""
    return _localized_predictions(model.predict(rows), rows, language)


async def predict_in_process(model: Model, rows: list[Row] | Columns, language: Language) -> Predictions:
    """Return what `predict` returns, for a few rows and a model in a process. Raises what it raises, Overloaded."""
    return _localized_predictions(await model.predict_in_process(rows), rows, language)


def _localized_predictions(answer: Predictions, rows: list[Row] | Columns, language: Language) -> Predictions:
    if isinstance(rows, Columns) and not rows.warnings:  # time-critical: most answers have no warning
        return answer
    has_sentence = any(warning.sentence for each in answer.predictions for warning in each.warnings)
    return localized(answer, language) if has_sentence else answer


def read_inference(model: Model, body: bytes, json_bytes: int | None, max_rows: int) -> Inference:
    """Return a request of the Open Inference Protocol. Raises InvalidRequest, InvalidInput, TooLarge."""
    return inference_reader.read_inference(model, body, json_bytes, max_rows)


def infer(model: Model, inference: Inference) -> tuple[bytes, int | None]:
    """Return the tensors for the rows of such a request. Raises what `predict` raises."""
    return inference.answer(model.card, model.table(inference.columns(model)))


async def infer_in_process(model: Model, inference: Inference) -> tuple[bytes, int | None]:
    """Return what `infer` returns, for a few rows and a model in a process. Raises what it raises, Overloaded."""
    return inference.answer(model.card, await model.table_in_process(inference.columns(model)))


def describe_tensors(model: Model, registry: Registry) -> ModelMetadata:
    """Return the versions of a model, and its tensors in the Open Inference Protocol."""
    return model_metadata(model, registry.versions(model.card.name))


def predict_file(model: Model, file: Path, request: FileRequest) -> FileAnswer:
    """Return what a file is, and its answer in pieces. Raises what `score_file` raises."""
    from service.files.score_file import score_file

    return score_file(model, file, request)


def predict_table(model: Model, rows: list[Row] | Columns, kind: FileKind) -> bytes:
    """Return one prediction a row as a file of this kind. Raises InvalidInput, ModelFailed."""
    from service.files.score_file import score_rows

    return score_rows(model, rows, kind)


def read_keys(model: Model, rows: list[Row]) -> list[KeyedRow]:
    """Split the entity's keys from the fields of rows. Raises InvalidInput."""
    return answers_by_key.read_keys(model, rows)


def find_stored(model: Model, store: Store, keys: list[str]) -> StoredRecords:
    """Return what is stored for keys. Raises StorageUnavailable."""
    return lookups.find_records(store, model.card.name, keys)


def predict_by_key(
    model: Model, keyed_rows: list[KeyedRow], records: StoredRecords, freshness: Freshness, language: Language
) -> KeyedPredictions:
    """Return one prediction a row; some rows have the entity's key. Raises what `predict` raises, StorageUnavailable."""
    return _in_language(model, answers_by_key.answer(model, keyed_rows, records, freshness), language)


def keyed_table(model: Model, answer: KeyedPredictions, kind: FileKind) -> bytes:
    """Return an answer of `predict_by_key` as a file of this kind."""
    from service.files.keyed_rows import write_keyed_predictions

    return write_keyed_predictions(model.card, answer, kind)


def look_up(model: Model, store: Store, key: str, freshness: Freshness, language: Language) -> EntityAnswer[Any]:
    """Return what is stored for a key. Raises UnknownEntity, StorageUnavailable."""
    return localized(entities.entity(model.card, store, key, freshness), language)


def list_entities(
    model: Model, store: Store, after: str | None, freshness: Freshness, language: Language
) -> EntityList[Any]:
    """Return a page of the stored keys, each with its stored prediction. Raises StorageUnavailable."""
    return localized(entities.list_entities(model.card, store, after, freshness), language)


def list_runs(store: Store, model: str | None, after: str | None, kind: RunKind | None) -> RunList:
    """Return a page of the history of nightly jobs, the newest run first. Raises StorageUnavailable."""
    return run_history.list_runs(store, model, after, kind)


def explain(model: Model, request: PredictionRequest, language: Language) -> Explanations[Any]:
    """Return why: one contribution a field for each row. Raises what `predict` raises, TooLarge for many rows."""
    return _in_language(model, explanations(model, request.rows, language), language)


def compute_curves(model: Model, request: CurveRequest, language: Language) -> Curves[Any]:
    """Return what if: the predictions along a field's range for this row. Raises what `predict` raises."""
    return _in_language(model, curves(model, request), language)


def recommend(model: Model, request: RecommendationRequest, language: Language) -> Recommendations[Any]:
    """Return what would have to change to reach a goal. Raises what `predict` raises."""
    return _in_language(model, recommendations(model, request), language)


def _in_language(model: Model, answer: S, language: Language) -> S:
    """Return an answer with the sentences of the card's rules in a language. Without rules it has no such sentence."""
    return localized(answer, language) if model.card.rules else answer


def evaluate(model: Model, language: Language) -> EvaluationAnswer:
    """Return how good the model is on held-out rows. Raises NoEvaluation."""
    if model.evaluation is None:
        raise NoEvaluation
    answer = EvaluationAnswer(model=model.card.name, version=model.card.version, evaluation=model.evaluation)
    return localized(answer, language)


def check_feedback(registry: Registry, request: FeedbackRequest) -> Model | None:
    """Return the version that feedback is about, or None if it is not served any more.

    Raises UnknownModel, InvalidInput.
    """
    registry.get(request.model)
    try:
        model = registry.get(request.model, request.version)
    except (UnknownVersion, ModelUnavailable):
        model = None
    feedback_entry.check_feedback(request, model)
    return model


def store_feedback(store: Store, key: str, request: FeedbackRequest, prediction: dict[str, Any] | None) -> FeedbackReceipt:
    """Store feedback under an Idempotency-Key, with the answer of the model to its row, and return the receipt.

    Raises KeyReused, StorageUnavailable.
    """
    return receipt(feedback_records.add_feedback(store, feedback_entry.new_feedback(key, request, prediction)))


def list_feedback(store: Store, filters: Mapping[str, str], after: str | None) -> FeedbackList:
    """Return a page of feedback, the newest first. Raises StorageUnavailable."""
    return feedback_list(feedback_records.list_feedback(store, filters, after))


def export_feedback(store: Store, filters: Mapping[str, str], file_format: ExportFormat) -> bytes:
    """Return all feedback that fits the filters, the newest first, as a file. Raises TooLarge, StorageUnavailable."""
    entries = (whole_feedback(record) for record in feedback_records.iterate_feedback(store, filters))
    return feedback_export.export_feedback(entries, file_format)


def follow_feedback(store: Store, id: str, only: str | None) -> FeedbackReceipt:  # noqa: A002 - the name in the path
    """Return the receipt of feedback; `only`: of this meeting. Raises UnknownFeedback, StorageUnavailable."""
    record = feedback_records.find_feedback(store, id)
    if record is None or only not in {None, record.meeting}:
        raise UnknownFeedback
    return receipt(record)


def review_feedback(store: Store, id: str, review: Review, only: str | None) -> Feedback:  # noqa: A002 - as above
    """Set what came of feedback, and return it; `only`: of this meeting. Raises UnknownFeedback, StorageUnavailable."""
    record = feedback_records.review_feedback(store, id, review.state, reply_text(review), only)
    if record is None:
        raise UnknownFeedback
    return whole_feedback(record)


def report_health(registry: Registry, *, stopping: bool, accepts_models: bool) -> Health:
    """Return whether every model that can load has loaded, and which ones cannot."""
    states = localized(ModelList(items=registry.states()), "en").items
    status: Literal["stopping", "ready", "loading"] = "ready" if registry.loaded.is_set() else "loading"
    return Health(status="stopping" if stopping else status, models=states, accepts_models=accepts_models)
