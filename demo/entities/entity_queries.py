"""Queries about stored keys: what is stored, its picture, and the live answer for a key."""

from client import Card, Entity, EntityList, Prediction, Row
from demo.session import shared_resources
from demo.session.service_queries import cache_key, query_once, query_service
from demo.session.visitor import get_translation
from wire.error_codes import UNKNOWN_ENTITY


def get_entity(card: Card, key: str) -> Entity | None:
    """Return what is stored under a key; None if nothing is stored. On an error, add it for the banner and return None."""
    language = get_translation().language
    return query_service(lambda: shared_resources.client().entity(card["name"], key, language), missing=UNKNOWN_ENTITY)


def get_entity_picture(card: Card, key: str, lookup_number: int) -> bytes | None:
    """Return the stored picture of a key, a JPEG; None on an error, and if a newer run has none."""
    return query_once(
        cache_key("picture", card, key, lookup_number),
        lambda: shared_resources.client().entity_picture(card["name"], key),
        missing=UNKNOWN_ENTITY,
    )


def list_stored_keys(card: Card, after: str | None) -> EntityList | None:
    """Return a page of the stored keys after a key, each with its stored prediction; None on an error."""
    language = get_translation().language
    return query_service(lambda: shared_resources.client().entities(card["name"], after, language))


def predict_by_key(card: Card, key: str, changes: Row, lookup_number: int) -> Prediction | None:
    """Return the live prediction for a key with these changed fields.

    The cache key includes the number of the look-up, because a later run may store other values.
    """
    row, language = {card["entity"]["key"]: key} | changes, get_translation().language
    answer = query_once(
        cache_key("by key", card, language, row, lookup_number),
        lambda: shared_resources.client().predict(card["name"], [row], card["version"], language=language),
    )
    return answer["predictions"][0] if answer else None
