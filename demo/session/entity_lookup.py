"""What is stored under a key, as a case: its row, where each value comes from and how old it is, what was changed since."""

import math
import time
from dataclasses import dataclass, field
from itertools import count
from typing import Literal
from urllib.parse import parse_qsl, urlencode

from client import Card, Entity, Field, Prediction, Row
from demo.fields import field_types
from demo.session.cases import Case

_FRESH_SECONDS = 600.0
_MAX_KEY = 64
_MAX_FIELDS = 200
_numbers = count()
State = Literal["stored", "expired", "null", "missing"]


@dataclass
class LookedUp:
    """The answer to one look-up. `case` starts from what is stored; its row is what the form shows."""

    entity: Entity
    case: Case
    number: int = field(default_factory=lambda: next(_numbers))
    """It tells one look-up from the next of the same key: an answer to the one is none to the other."""
    _asked_at_seconds: float = field(default_factory=time.monotonic)

    def is_old(self) -> bool:
        """Tell whether a night may have passed since; a page that stays open looks again now and then."""
        return time.monotonic() - self._asked_at_seconds > _FRESH_SECONDS

    def look_again(self) -> None:
        """Let the next run ask what is stored by now."""
        self._asked_at_seconds = -math.inf

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


def renewed(looked_up: LookedUp) -> list[str]:
    """Return the fields whose stored value is another by now than the one behind the stored prediction."""
    prediction = looked_up.entity["stored_prediction"]
    before = prediction["row"] if prediction else {}
    return [name for name, value in looked_up.case.start_row.items() if name in before and before[name] != value]


def since_the_answer(looked_up: LookedUp) -> Case:
    """Return what is stored by now as a change of the row behind the stored prediction."""
    stored, prediction = looked_up.case.start_row, looked_up.entity["stored_prediction"]
    before = prediction["row"] if prediction else {}
    return Case("", {name: before.get(name, value) for name, value in stored.items()}, stored)


def to_ask(looked_up: LookedUp) -> Row | None:
    """Return what to ask for the answer of this moment with the key; None where the stored answer is that of the fields.

    With the key alone the service would tell the stored answer again: the renewed fields make it look at them.
    """
    changed = changes(looked_up)
    features = looked_up.entity["stored_features"]
    if changed or looked_up.entity["stored_prediction"] is None:
        return changed
    if not features or features["expired"]:
        return None
    named = {name: features["values"].get(name) for name in renewed(looked_up)}
    return {name: value for name, value in named.items() if value is not None} or None


def fits(looked_up: LookedUp, now: Prediction) -> bool:
    """Tell whether an answer of this moment was computed from what is shown as stored, and from no newer night."""
    features, prediction = looked_up.entity["stored_features"], looked_up.entity["stored_prediction"]
    shown = {part["run"] for part in (features, prediction) if part}
    used = {origin["run"] for origin in (now.get("origins") or {}).values() if origin["from"] == "store"}
    return used <= shown and now.get("source", "live") == "live"


def is_of_the_answer(entity: Entity, name: str) -> bool:
    """Tell whether a field is shown as it was behind the stored prediction, for want of a stored feature."""
    features, prediction = entity["stored_features"], entity["stored_prediction"]
    return bool(prediction and name in prediction["row"] and not (features and name in features["values"]))


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


def write(card: Card, key: str, changed: Row) -> str:
    """Return what the address says of a look-up."""
    fields = field_types.by_name(card)
    return (
        urlencode(
            [("", key), *((name, fields[name].encode(value)) for name, value in changed.items() if fields[name].can_ask)]
        )
        if key
        else ""
    )


def read(card: Card, text: str) -> tuple[str, Row]:
    """Return the key and the changes of an address; what does not fit the card is left out."""
    try:
        parts = parse_qsl(text, keep_blank_values=True, max_num_fields=_MAX_FIELDS)
    except ValueError:
        return "", {}
    fields = field_types.by_name(card)
    key, changed = "", Row()
    for name, value in parts:
        if not name:
            key = value.strip()[:_MAX_KEY]
        elif name in fields:
            try:
                changed[name] = fields[name].decode(value)
            except ValueError:
                continue
    return key, changed
