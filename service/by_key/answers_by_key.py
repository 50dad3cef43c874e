"""Answers rows with a key: from the stored prediction, or live from stored values and the values of the caller."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from service.bundles.model import Model
from service.by_key.freshness import Freshness
from service.by_key.row_merge import MergedRow, merge_row, origins_of
from service.by_key.stored_values import prediction_of
from service.errors import Fault, InvalidInput
from service.rows.checks import MAX_ERRORS
from service.rows.shape_faults import Duplicate
from service.schemas import (
    Classification,
    FieldWarning,
    KeyedLabelPrediction,
    KeyedLabelPredictions,
    KeyedPredictions,
    KeyedValuePrediction,
    KeyedValuePredictions,
    LabelPrediction,
    Origin,
    Row,
    Stored,
    ValuePrediction,
)
from service.store.lookups import FeaturesRecord, PredictionRecord, StoredRecords
from wire.entity_keys import NoKey, key_text


@dataclass
class KeyedRow:
    """One row of a request: its key, the caller's values, the stored records, and the row to score."""

    key: str | None
    values: Row
    prediction: PredictionRecord | None = None
    features: FeaturesRecord | None = None
    stale: bool = False
    live: Row | None = None
    """None: the stored prediction is the answer."""
    origins: dict[str, Origin] | None = None
    warnings: list[FieldWarning] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def answer(model: Model, keyed_rows: list[KeyedRow], records: StoredRecords, freshness: Freshness) -> KeyedPredictions:
    """Answer rows, some with the key of an entity, from the records of their keys.

    Raises InvalidInput with the rows, ModelFailed, StorageUnavailable if a record cannot be read.
    """
    for each in keyed_rows:
        if each.live is None and each.key is not None:
            each.prediction, each.features = records.predictions.get(each.key), records.features.get(each.key)
            _decide(model, each, freshness)
    _check_faults(model, keyed_rows)
    scored = iter(_score_live(model, keyed_rows))
    predictions = [_answer_of(model, each, next(scored) if each.live is not None else None) for each in keyed_rows]
    sources = {prediction.source for prediction in predictions}
    kind: Any = KeyedLabelPredictions if isinstance(model.card.output, Classification) else KeyedValuePredictions
    keyed_predictions: KeyedPredictions = kind(
        model=model.card.name,
        version=model.card.version,
        source=sources.pop() if len(sources) == 1 else "mixed",
        predictions=predictions,
    )
    return keyed_predictions


def read_keys(model: Model, rows: list[Row]) -> list[KeyedRow]:
    """Split keys from fields. A row without a key, or with all fields, does not need the store. Raises InvalidInput."""
    entity_key = model.card.entity.key if model.card.entity else ""
    names = {field.name for field in model.card.inputs}
    keyed_rows: list[KeyedRow] = []
    refused: list[Fault] = []
    for index, row in enumerate(rows):
        values = {name: value for name, value in row.items() if name != entity_key}
        if entity_key not in row:
            keyed_rows.append(KeyedRow(None, values, live=values))
            continue
        try:
            key = _read_key(row[entity_key])
        except NoKey as fault:
            refused.append(Fault(entity_key, fault.code, fault.message, row=index))
            continue
        keyed_rows.append(KeyedRow(key, values, live=values if values.keys() >= names else None))
    if refused:
        raise _refusal(refused, len(rows))
    return keyed_rows


def _read_key(value: object) -> str:
    """Return the key of a row as text. Raises NoKey."""
    if isinstance(value, Duplicate):
        raise NoKey("duplicate_field", "The key occurs twice.")
    return key_text(value)


def _decide(model: Model, each: KeyedRow, freshness: Freshness) -> None:
    """Decide how to answer a row: with the stored prediction, or live from all its known values."""
    card, prediction = model.card, each.prediction
    if prediction is None and each.features is None and not each.values:
        key = card.entity.key if card.entity else ""
        each.faults = [Fault(key, "unknown_entity", "Nothing is stored under this key.")]
        return
    each.stale = prediction is not None and freshness.is_stale(card, prediction.version, prediction.computed_at)
    usable = None  # the stored prediction, if it may be the answer
    if prediction is not None and not each.values and freshness.is_usable(card, prediction.version):
        usable = prediction
    if usable is not None and not (each.stale and freshness.rescore):
        each.origins = origins_of(card, usable, freshness)
        return
    merged = merge_row(card, each.values, prediction, each.features, freshness)
    if usable is not None and not _can_be_rescored(model, merged):
        each.origins = origins_of(card, usable, freshness)
        return
    each.live, each.origins, each.warnings, each.faults = merged.row, merged.origins, merged.warnings, merged.faults


def _can_be_rescored(model: Model, merged: MergedRow) -> bool:
    """Return whether the served version can score a stored row. True also for an expired row, which is then refused."""
    if merged.faults:
        return any(fault.code == "expired" for fault in merged.faults)
    try:
        model.checks.columns([merged.row])
    except InvalidInput:
        return False
    return True


def _check_faults(model: Model, keyed_rows: list[KeyedRow]) -> None:
    """Raise InvalidInput if a row cannot be answered, with the faults of all rows: also those that the card refuses."""
    faults = [replace(fault, row=index) for index, each in enumerate(keyed_rows) for fault in each.faults]
    if not faults:
        return
    live = {index: each.live for index, each in enumerate(keyed_rows) if each.live is not None and not each.faults}
    faults += _input_faults(model, live)
    raise _refusal(sorted(faults, key=lambda fault: fault.row or 0), len(keyed_rows))


def _input_faults(model: Model, rows: dict[int, Row]) -> list[Fault]:
    """Return why the card refuses rows, by their indices in the request."""
    try:
        model.checks.columns(list(rows.values()))
    except InvalidInput as refusal:
        return _in_request(refusal, list(rows))
    return []


def _score_live(model: Model, keyed_rows: list[KeyedRow]) -> Iterable[LabelPrediction | ValuePrediction]:
    """Score the live rows. Raises InvalidInput, which names the rows of the request."""
    rows = {index: each.live for index, each in enumerate(keyed_rows) if each.live is not None}
    try:
        return model.predict(list(rows.values())).predictions
    except InvalidInput as refusal:
        raise InvalidInput(refusal.detail, faults=_in_request(refusal, list(rows))) from None


def _in_request(refusal: InvalidInput, indices: list[int]) -> list[Fault]:
    """Return the faults of some rows, with the indices that these rows have in the request."""
    return [replace(fault, row=indices[fault.row or 0]) for fault in refusal.faults]


def _answer_of(
    model: Model, each: KeyedRow, scored: LabelPrediction | ValuePrediction | None
) -> KeyedLabelPrediction | KeyedValuePrediction:
    stored, changed = None, None
    if (record := each.prediction) is not None:
        stored = Stored(record.computed_at, record.run, record.version, each.stale, record.as_of)
    if each.prediction is not None or each.features is not None:
        changed = sorted(each.values)
    prediction = scored or _stored(model, each)
    if each.warnings:
        prediction = msgspec.structs.replace(prediction, warnings=[*prediction.warnings, *each.warnings])
    kind: Any = KeyedLabelPrediction if isinstance(prediction, LabelPrediction) else KeyedValuePrediction
    keyed: KeyedLabelPrediction | KeyedValuePrediction = kind(
        *msgspec.structs.astuple(prediction),
        source="live" if scored else "stored",
        stored=stored,
        changed=changed,
        origins=each.origins,
    )
    return keyed


def _stored(model: Model, each: KeyedRow) -> LabelPrediction | ValuePrediction:
    assert each.prediction is not None  # noqa: S101 - a row is live, stored, or refused
    return prediction_of(model.card, each.prediction.prediction)


def _refusal(faults: list[Fault], rows: int) -> InvalidInput:
    wrong = len({fault.row for fault in faults})
    which = f"{wrong:,} of {rows:,} rows" if rows > 1 else "The row"
    return InvalidInput(f"{which} cannot be answered.", faults=faults[:MAX_ERRORS])
