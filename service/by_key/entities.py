"""Entities: the stored values of a key with their age, and the list of stored keys."""

from typing import Any, cast

from service.by_key.freshness import Freshness, age_seconds
from service.by_key.stored_values import fields_of, picture_of, prediction_of, row_of
from service.errors import StorageUnavailable, UnknownEntity
from service.schemas import Card, EntityAnswer, EntityList, EntityName, StoredFeatures, StoredPrediction
from service.store import lookups
from service.store.lookups import FeaturesRecord, KeyRecord, PredictionRecord
from service.store.store import Store
from wire.entity_keys import NoKey, key_text


def entity(card: Card, store: Store, key: str, freshness: Freshness) -> EntityAnswer[Any]:
    """Return what is stored for a key. Raises UnknownEntity, StorageUnavailable."""
    name, text = _key(card, key)
    records = lookups.find_records(store, card.name, [text], with_pictures=True)
    prediction, features = records.predictions.get(text), records.features.get(text)
    picture = records.pictures.get(text)
    if prediction is None and features is None:
        raise UnknownEntity
    return EntityAnswer(
        model=card.name,
        version=card.version,
        key=name,
        id=text,
        stored_prediction=None if prediction is None else _prediction(card, prediction, freshness),
        stored_features=None if features is None else _features(card, features, freshness),
        stored_picture=None if picture is None else picture_of(picture),
    )


def entity_picture(card: Card, store: Store, key: str) -> bytes:
    """Return the preview (JPEG) of the picture of a key. Raises UnknownEntity, StorageUnavailable."""
    found = lookups.find_preview(store, card.name, _key(card, key)[1])
    if found is None:
        raise UnknownEntity
    return found[1]


def list_entities(card: Card, store: Store, after: str | None, freshness: Freshness) -> EntityList[Any]:
    """Return a page of the keys that sort after `after`, which may be any text. Raises StorageUnavailable."""
    if card.entity is None:
        return EntityList()
    before_null = (after or "").partition("\0")[0]  # no key has a null character, and PostgreSQL refuses it
    page = lookups.list_keys(store, card.name, before_null)
    return EntityList(items=[_name(card, record, freshness) for record in page.keys], next=page.next)


def _key(card: Card, key: str) -> tuple[str, str]:
    """Return the name of the key and a key as text. Raises UnknownEntity."""
    if card.entity is None:
        raise UnknownEntity
    try:
        return card.entity.key, key_text(key)
    except NoKey:
        raise UnknownEntity from None


def _name(card: Card, record: KeyRecord, freshness: Freshness) -> EntityName[Any]:
    name: EntityName[Any] = EntityName(record.key, record.has_prediction, record.has_features)
    if record.prediction is None:
        return name
    try:
        prediction = prediction_of(card, record.prediction)
    except StorageUnavailable:  # a list of keys still helps; the look-up of this key says what is wrong
        return name
    return EntityName(
        record.key,
        record.has_prediction,
        record.has_features,
        prediction,
        record.computed_at,
        age_seconds(record.computed_at),
        freshness.is_stale(card, record.version, record.computed_at),
    )


def _prediction(card: Card, record: PredictionRecord, freshness: Freshness) -> StoredPrediction[Any]:
    return StoredPrediction(
        row=row_of(record),
        prediction=cast(Any, prediction_of(card, record.prediction)),
        computed_at=record.computed_at,
        age_seconds=age_seconds(record.computed_at),
        run=record.run,
        version=record.version,
        stale=freshness.is_stale(card, record.version, record.computed_at),
        as_of=record.as_of,
    )


def _features(card: Card, features: FeaturesRecord, freshness: Freshness) -> StoredFeatures:
    return StoredFeatures(
        values=fields_of(features),
        computed_at=features.computed_at,
        age_seconds=age_seconds(features.computed_at),
        run=features.run,
        expired=freshness.is_expired(card, features.computed_at),
        as_of=features.as_of,
    )
