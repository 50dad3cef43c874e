"""The look-up of a key: the stored values with their source and age, as a case, and its form in the URL.

?view=%3D17%26months_late_now%3D3        the key under an empty name, then the changed fields
"""

import math
import time
from dataclasses import dataclass, field
from itertools import count
from typing import Literal

from client import Card, Entity, Field, Prediction, Row
from demo.address.field_values import decode_values, encode_values
from demo.address.pairs import decode_pairs, encode_pairs
from demo.fields import field_types
from demo.session.cases import Case
from wire.entity_keys import MAX_KEY_CHARACTERS, NoKey, key_text

_MAX_AGE_SECONDS = 600.0
_numbers = count()
StoredState = Literal["stored", "expired", "null", "missing"]


@dataclass
class EntityLookup:
    """The result of one look-up. `case` starts from the stored row; the form shows its row."""

    entity: Entity
    case: Case
    language: str = ""
    """The language of the texts of `entity`."""
    fresh: Row = field(default_factory=dict)
    """Usual values of fields that are not stored, because each request brings them."""
    number: int = field(default_factory=lambda: next(_numbers))
    """It identifies the look-up: an answer of one look-up is not shown for the next one of the same key."""
    _made_at_seconds: float = field(default_factory=time.monotonic)

    def is_old(self) -> bool:
        """Return whether the look-up is older than ten minutes: a nightly run may have ended since."""
        return time.monotonic() - self._made_at_seconds > _MAX_AGE_SECONDS

    def expire(self) -> None:
        """Mark the look-up as old, so that the next run of the page repeats it."""
        self._made_at_seconds = -math.inf

    def age_seconds(self, age_at_lookup_seconds: float) -> float:
        """Return an age in seconds now, from the age at the time of the look-up."""
        return age_at_lookup_seconds + time.monotonic() - self._made_at_seconds


def start_lookup(card: Card, entity: Entity, changes: Row, language: str = "") -> EntityLookup:
    """Return a look-up whose case starts from the stored row and has these changes; fresh fields have usual values."""
    stored = stored_row(card, entity)
    start = f"{card['entity']['key']}={entity['id']}"
    fresh = fresh_values(card, entity)
    return EntityLookup(entity, Case(start, stored | fresh, stored | fresh | changes), language, fresh)


def fresh_values(card: Card, entity: Entity) -> Row:
    """Return a usual value for each field that a request brings, if only features are stored: it gets an answer then."""
    if entity["stored_prediction"] is not None:
        return {}
    fresh = [field_types.of(field) for field in card["inputs"] if field.get("from") != "store"]
    usual = {kind.field["name"]: kind.default() for kind in fresh if kind.has_widget}
    return {name: value for name, value in usual.items() if value is not None and stored_state(entity, name) == "missing"}


def stored_row(card: Card, entity: Entity) -> Row:
    """Return every field of the card: the stored feature, else its value in the row of the stored prediction, else None."""
    features, prediction = entity["stored_features"], entity["stored_prediction"]
    values = (prediction["row"] if prediction else {}) | (features["values"] if features else {})
    return {field["name"]: values.get(field["name"]) for field in card["inputs"]}


def renewed_fields(lookup: EntityLookup) -> list[str]:
    """Return the fields whose stored value differs from the row of the stored prediction."""
    prediction = lookup.entity["stored_prediction"]
    before = prediction["row"] if prediction else {}
    return [name for name, value in lookup.case.start_row.items() if name in before and before[name] != value]


def changes_since_prediction(lookup: EntityLookup) -> Case:
    """Return a case from the row of the stored prediction to the stored row."""
    stored, prediction = lookup.case.start_row, lookup.entity["stored_prediction"]
    before = prediction["row"] if prediction else {}
    return Case("", {name: before.get(name, value) for name, value in stored.items()}, stored)


def live_query(lookup: EntityLookup) -> Row | None:
    """Return the fields to send with the key for a live prediction; None if the stored prediction is valid for the row.

    For the key alone the service returns the stored prediction. With the renewed fields it computes a new one.
    """
    changed = {name: lookup.case.row[name] for name in lookup.fresh} | changed_values(lookup)
    features = lookup.entity["stored_features"]
    if changed or lookup.entity["stored_prediction"] is None:
        return changed
    if not features or features["expired"]:
        return None
    renewed = {name: features["values"].get(name) for name in renewed_fields(lookup)}
    return {name: value for name, value in renewed.items() if value is not None} or None


def is_consistent(lookup: EntityLookup, now: Prediction) -> bool:
    """Return whether a live prediction was computed from the runs of the look-up, not from a newer run."""
    features, prediction = lookup.entity["stored_features"], lookup.entity["stored_prediction"]
    shown_runs = {part["run"] for part in (features, prediction) if part}
    used_runs = {origin["run"] for origin in (now.get("origins") or {}).values() if origin["from"] == "store"}
    return used_runs <= shown_runs and now.get("source", "live") == "live"


def comes_from_prediction(entity: Entity, name: str) -> bool:
    """Return whether a field has no stored feature and shows the value in the row of the stored prediction."""
    features, prediction = entity["stored_features"], entity["stored_prediction"]
    return bool(prediction and name in prediction["row"] and not (features and name in features["values"]))


def stored_state(entity: Entity, name: str) -> StoredState:
    """Return the state of a stored field: "stored", "expired" (too old), "null" (unknown) or "missing"."""
    features, prediction = entity["stored_features"], entity["stored_prediction"]
    if features and name in features["values"]:
        if features["values"][name] is None:
            return "null"
        return "expired" if features["expired"] else "stored"
    if prediction and name in prediction["row"]:
        return "null" if prediction["row"][name] is None else "stored"
    return "missing"


def as_nullable(field: Field, lookup: EntityLookup) -> Field:
    """Return a field that is nullable if its stored value is unknown, so that the form can leave it empty."""
    is_unknown = lookup.case.start_row[field["name"]] is None
    return Field({**field, "nullable": True}) if is_unknown else field


def changed_values(lookup: EntityLookup) -> Row:
    """Return the fields that differ from the stored row."""
    return {name: lookup.case.row[name] for name in lookup.case.changed()}


def read_key(text: str) -> str:
    """Return a typed key as the service reads it: 17.0 is 17. A text that is no key is returned without spaces around it."""
    try:
        return key_text(text)
    except NoKey:
        return text.strip()


def encode_lookup(card: Card, key: str, changed: Row) -> str:
    """Return a key and the changed values as text for the URL; empty without a key."""
    return encode_pairs([("", key), *encode_values(card, changed)]) if key else ""


def decode_lookup(card: Card, text: str) -> tuple[str, Row]:
    """Return the key and the changed values of a URL; values that do not fit the card are left out."""
    pairs = decode_pairs(text)
    key = next((value.strip()[:MAX_KEY_CHARACTERS] for name, value in reversed(pairs) if not name), "")
    changed, _ = decode_values(card, [pair for pair in pairs if pair[0]])
    return key, changed
