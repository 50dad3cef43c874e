"""What is stored and what the model says, joined: answers by key, what-ifs on top of a stored row, an entity's page.

Knows: the model's checks and scorer, look-ups in the store. Must not know: HTTP, SQL, settings.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

import msgspec

from service.errors import InvalidInput, StorageUnavailable, UnknownEntity
from service.schemas import (
    Classification,
    EntityAnswer,
    InputError,
    KeyedLabelPrediction,
    KeyedLabelPredictions,
    KeyedPredictions,
    KeyedValuePrediction,
    KeyedValuePredictions,
    LabelPrediction,
    Row,
    Stored,
    StoredPrediction,
    ValuePrediction,
)
from service.scoring.keys import NoKey, key_text
from service.scoring.registry import Model
from service.store import lookups
from service.store.lookups import Found
from service.store.store import Store
from service.strict_json import pointer

_SECONDS_AN_HOUR = 3600


@dataclass(frozen=True)
class Freshness:
    """When a stored prediction is stale, where the card does not say, and what is done then."""

    max_age_hours: float
    rescore: bool
    """Score the stored row anew, instead of answering with a stale prediction that says so."""


@dataclass
class _Asked:
    """One row of a request: its key, the fields that the caller gave, what is stored, and what is to be scored."""

    key: str | None
    own: Row
    found: Found | None = None
    stale: bool = False
    live: Row | None = None
    """None: the stored prediction is the answer."""


def answer(model: Model, store: Store, rows: list[Row], freshness: Freshness) -> KeyedPredictions:
    """Answer rows some of which hold the entity's key. Raises InvalidInput naming rows, StorageUnavailable, ModelFailed."""
    asked = _asked(model, rows)
    wanted = {each.key for each in asked if each.key is not None and each.live is None}
    found = lookups.find(store, model.card.name, sorted(wanted)) if wanted else {}
    for each in asked:
        if each.live is None and each.key is not None:
            _join(model, each, found.get(each.key), freshness)
    _refuse_unknown(model, asked)
    scored = iter(_scored(model, asked))
    predictions = [_keyed(model, each, next(scored) if each.live is not None else None) for each in asked]
    sources = {prediction.source for prediction in predictions}
    kind: Any = KeyedLabelPredictions if isinstance(model.card.output, Classification) else KeyedValuePredictions
    whole: KeyedPredictions = kind(
        model=model.card.name,
        version=model.card.version,
        source=sources.pop() if len(sources) == 1 else "mixed",
        predictions=predictions,
    )
    return whole


def entity(model: Model, store: Store, key: str, freshness: Freshness) -> EntityAnswer[Any]:
    """Return what is stored for a key. Raises UnknownEntity, StorageUnavailable."""
    card = model.card
    try:
        text = key_text(key)
    except NoKey:
        raise UnknownEntity from None
    found = lookups.find(store, card.name, [text]).get(text) if card.entity else None
    if card.entity is None or found is None:
        raise UnknownEntity
    stored: StoredPrediction[Any] = StoredPrediction(
        row=_row(found),
        prediction=cast(Any, _prediction(model, found)),
        computed_at=found.computed_at,
        age_seconds=round(_age_seconds(found), 3),
        run=found.run,
        version=found.version,
        stale=_is_stale(model, found, freshness),
    )
    return EntityAnswer(model=card.name, version=card.version, key=card.entity.key, id=text, stored_prediction=stored)


def _asked(model: Model, rows: list[Row]) -> list[_Asked]:
    """Part keys from fields. A row without key, or with all fields, needs nothing of the store."""
    entity_key = model.card.entity.key if model.card.entity else ""
    names = {field.name for field in model.card.inputs}
    asked: list[_Asked] = []
    errors: list[InputError] = []
    for place, row in enumerate(rows):
        own = {name: value for name, value in row.items() if name != entity_key}
        if entity_key not in row:
            asked.append(_Asked(None, own, live=own))
            continue
        try:
            key = key_text(row[entity_key])
        except NoKey as fault:
            errors.append(InputError(pointer=pointer("rows", place, entity_key), code=fault.code, message=str(fault)))
            continue
        asked.append(_Asked(key, own, live=own if own.keys() >= names else None))
    if errors:
        raise _refusal(errors, len(rows))
    return asked


def _join(model: Model, each: _Asked, found: Found | None, freshness: Freshness) -> None:
    """Decide how a row is answered: from the store, or live from the stored row with the caller's values over it."""
    each.found = found
    if found is None:
        each.live = each.own or None
        return
    each.stale = _is_stale(model, found, freshness)
    if each.own:
        names = {field.name for field in model.card.inputs}
        each.live = {name: value for name, value in _row(found).items() if name in names} | each.own
    elif each.stale and freshness.rescore:
        each.live = _still_fitting(model, _row(found))


def _still_fitting(model: Model, row: Row) -> Row | None:
    """Return a stored row if the served version takes it."""
    try:
        model.checks.columns([row])
    except InvalidInput:
        return None
    return row


def _refuse_unknown(model: Model, asked: list[_Asked]) -> None:
    """Raise InvalidInput where a row is a key alone that no run holds."""
    name = model.card.entity.key if model.card.entity else ""
    errors = [
        InputError(pointer=pointer("rows", place, name), code="unknown_entity", message="Nothing is stored under this key.")
        for place, each in enumerate(asked)
        if each.live is None and each.found is None
    ]
    if errors:
        raise _refusal(errors, len(asked))


def _scored(model: Model, asked: list[_Asked]) -> Iterable[LabelPrediction | ValuePrediction]:
    """Score what is live; a refusal names the rows of the request."""
    places = [place for place, each in enumerate(asked) if each.live is not None]
    try:
        return model.predict([each.live for each in asked if each.live is not None]).predictions
    except InvalidInput as refusal:
        raise InvalidInput(refusal.detail, errors=[_moved(error, places) for error in refusal.errors]) from None


def _moved(error: InputError, places: list[int]) -> InputError:
    _, rows, place, *rest = (error.pointer or "").split("/")
    return msgspec.structs.replace(error, pointer="/".join(["", rows, str(places[int(place)]), *rest]))


def _keyed(
    model: Model, each: _Asked, scored: LabelPrediction | ValuePrediction | None
) -> KeyedLabelPrediction | KeyedValuePrediction:
    stored, changed = None, None
    if each.found is not None:
        found = each.found
        stored = Stored(computed_at=found.computed_at, run=found.run, version=found.version, stale=each.stale)
        changed = sorted(each.own)
    prediction = scored or _prediction(model, each.found)
    kind: Any = KeyedLabelPrediction if isinstance(prediction, LabelPrediction) else KeyedValuePrediction
    keyed: KeyedLabelPrediction | KeyedValuePrediction = kind(
        *msgspec.structs.astuple(prediction), source="live" if scored else "stored", stored=stored, changed=changed
    )
    return keyed


def _prediction(model: Model, found: Found | None) -> LabelPrediction | ValuePrediction:
    assert found is not None  # noqa: S101 - a row is live, found, or refused
    kind: Any = LabelPrediction if isinstance(model.card.output, Classification) else ValuePrediction
    try:
        prediction: LabelPrediction | ValuePrediction = msgspec.json.decode(found.prediction, type=kind)
    except msgspec.MsgspecError as error:
        raise StorageUnavailable("A stored prediction cannot be read.") from error
    return prediction


def _row(found: Found) -> Row:
    try:
        return msgspec.json.decode(found.row, type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise StorageUnavailable("A stored row cannot be read.") from error


def _is_stale(model: Model, found: Found, freshness: Freshness) -> bool:
    own = model.card.entity.max_age_hours if model.card.entity else None
    hours = freshness.max_age_hours if own is None else own
    return found.version != model.card.version or _age_seconds(found) > hours * _SECONDS_AN_HOUR


def _age_seconds(found: Found) -> float:
    return max(0.0, (datetime.now(UTC) - datetime.fromisoformat(found.computed_at)).total_seconds())


def _refusal(errors: list[InputError], rows: int) -> InvalidInput:
    wrong = f"{len(errors)} of {rows:,} rows" if rows > 1 else "The row"
    return InvalidInput(f"{wrong} cannot be answered.", errors=errors[:100])
