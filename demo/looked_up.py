"""What is stored under a key, as a case: its row, where each value comes from and how old it is, what was changed since.

Knows: cards, entities, the form of an address's values. Must not know: Streamlit, requests, drawing.
"""

import time
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import parse_qsl, urlencode

from client import Card, Entity, Field, Row
from demo import cases
from demo.cases import Case

_FRESH_SECONDS = 600.0
_LONGEST_KEY = 64
_MOST_FIELDS = 200
State = Literal["stored", "expired", "null", "missing"]


@dataclass
class LookedUp:
    """The answer to one look-up. `case` starts from what is stored; its row is what the form shows."""

    entity: Entity
    case: Case
    _asked_at_seconds: float = field(default_factory=time.monotonic)

    def is_old(self) -> bool:
        """Tell whether a night may have passed since; a page that stays open looks again now and then."""
        return time.monotonic() - self._asked_at_seconds > _FRESH_SECONDS

    def age_seconds(self, age_when_asked_seconds: float) -> float:
        """Return how old something is now that was so old when it was looked up."""
        return age_when_asked_seconds + time.monotonic() - self._asked_at_seconds


def begin(card: Card, entity: Entity, changes: Row) -> LookedUp:
    """Return a look-up whose case is what is stored, with these changes on top."""
    stored = row(card, entity)
    start = f"{card['entity']['key']}={entity['id']}"
    return LookedUp(entity, Case(start, stored, stored | changes))


def row(card: Card, entity: Entity) -> Row:
    """Return every field of the card: the stored feature, else the value behind the stored prediction, else nothing."""
    features, prediction = entity["stored_features"], entity["stored_prediction"]
    held = (prediction["row"] if prediction else {}) | (features["values"] if features else {})
    return {each["name"]: held.get(each["name"]) for each in card["inputs"]}


def state(entity: Entity, name: str) -> State:
    """Tell how a field is stored: as a value, as one that is too old, as nothing known, or not at all."""
    features, prediction = entity["stored_features"], entity["stored_prediction"]
    if features and name in features["values"]:
        if features["values"][name] is None:
            return "null"
        return "expired" if features["expired"] else "stored"
    if prediction and name in prediction["row"]:
        return "null" if prediction["row"][name] is None else "stored"
    return "missing"


def open_field(asked: Field, looked_up: LookedUp) -> Field:
    """Return a field as the form draws it: where nothing is known it may stay so until somebody says something."""
    unknown = looked_up.case.start_row[asked["name"]] is None
    return Field({**asked, "nullable": True}) if unknown else asked


def changes(looked_up: LookedUp) -> Row:
    """Return what was changed on top of what is stored."""
    return {name: looked_up.case.row[name] for name in looked_up.case.changed()}


def write(key: str, changed: Row) -> str:
    """Return what the address says of a look-up."""
    return urlencode([("", key), *((name, cases.spell(value)) for name, value in changed.items())]) if key else ""


def read(card: Card, text: str) -> tuple[str, Row]:
    """Return the key and the changes of an address; what does not fit the card is left out."""
    try:
        parts = parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        return "", {}
    fields = {each["name"]: each for each in card["inputs"]}
    key, changed = "", Row()
    for name, value in parts:
        if not name:
            key = value.strip()[:_LONGEST_KEY]
        elif name in fields:
            try:
                changed[name] = cases.parse(fields[name], value)
            except (ValueError, KeyError):
                continue
    return key, changed
