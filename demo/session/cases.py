"""A case: a start that stays pinned, and the row as it is now; and its form in the address line.

What an address says is hostile until it fits the card.

    ?model=credit-default&lang=pl&start=regular&months_late_now=2        only what differs from the start
    &view=share_paid&kept=eJyLVk…                                         what the page looks at; the kept cases
"""

import math
import re
from dataclasses import dataclass, field

from client import Card, Field, Row, Value

GIVEN = "given"
"""The name of a start that is no row of the card: a row of a file, an entry of a feed, a kept case."""
MODEL, LANGUAGE, START, VIEW, KEPT = "model", "lang", "start", "view", "kept"
_RESERVED = {MODEL, LANGUAGE, START, VIEW, KEPT, "embed", "embed_options"}
_NUMBER = re.compile(r"-?([0-9]+(\.[0-9]*)?|\.[0-9]+)(e[+-]?[0-9]{1,3})?")
_NOTHING = "null"
_MAX_SHOWN = 40


@dataclass
class Case:
    """`start` names an example or a real row of the card, or is GIVEN; `row` is what the form shows."""

    start: str
    start_row: Row
    row: Row
    misunderstood: list[str] = field(default_factory=list)

    def changed(self) -> list[str]:
        """Return the fields that differ from the start, in the card's order."""
        return [name for name, value in self.row.items() if value != self.start_row[name]]


def starts(card: Card) -> dict[str, Row]:
    """Return every row to start from, examples first; a card without any gives one made of its defaults."""
    rows = {f"real-{place}": row for place, row in enumerate(card.get("real_rows", []), start=1)}
    named = {example["name"]: example["row"] for example in card.get("examples", [])}
    return {name: complete(card, row) for name, row in (named | rows).items()} or {"default": complete(card, {})}


def title(card: Card, start: str) -> str:
    """Return the words for a start; empty for a real row, which has none."""
    return next((each.get("label") or each["name"] for each in card.get("examples", []) if each["name"] == start), "")


def complete(card: Card, row: Row) -> Row:
    """Return a row with every field of the card, in the card's order."""
    return {each["name"]: row.get(each["name"], usual(each)) for each in card["inputs"]}


def usual(asked: Field) -> Value:
    """Return a value that a field may well have, where nobody named one."""
    if asked.get("default") is not None or asked.get("nullable"):
        return asked.get("default")
    if asked["type"] == "boolean":
        return False
    if asked["type"] == "text":
        return ""
    if asked["type"] == "category":
        return asked["categories"][0]["value"]
    low, high = asked.get("seen") or (asked.get("minimum", 0), asked.get("maximum", asked.get("minimum", 0)))
    middle = (low + high) / 2
    return math.floor(middle) if asked["type"] == "integer" else middle


def begin(card: Card, start: str) -> Case:
    """Return the case of a start, unchanged."""
    row = starts(card)[start]
    return Case(start, row, dict(row))


def given(card: Card, row: Row) -> Case:
    """Return the case that starts with a row of its own."""
    start = complete(card, row)
    return Case(GIVEN, start, dict(start))


def read(card: Card, parameters: dict[str, str]) -> Case:
    """Return the case of an address; `misunderstood` lists what does not fit the card."""
    known = starts(card)
    asked = parameters.get(START, "")
    case = begin(card, asked if asked in known else next(iter(known)))
    if asked and asked not in {*known, GIVEN}:
        case.misunderstood.append(f"{START}={asked}"[:_MAX_SHOWN])
    fields = {_key(each["name"]): each for each in card["inputs"]}
    for key, text in parameters.items():
        if key.lower() in _RESERVED:
            continue
        try:
            case.row[fields[key]["name"]] = parse(fields[key], text)
        except (KeyError, ValueError):
            case.misunderstood.append(f"{key}={text}"[:_MAX_SHOWN])
    if asked == GIVEN and asked not in known:
        return Case(GIVEN, dict(case.row), case.row, case.misunderstood)
    return case


def write(card: Card, case: Case, language: str) -> dict[str, str]:
    """Return the query parameters of a case: the start, and what was changed since; a row of its own is all written out."""
    told = case.row if case.start == GIVEN else case.changed()
    changed = {_key(name): spell(case.row[name]) for name in told}
    return {MODEL: card["name"], LANGUAGE: language, START: case.start, **changed}


def spell(value: Value) -> str:
    """Write a value as an address has it; `parse` reads it back to the same value."""
    if value is None:
        return _NOTHING
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value}"' if value == _NOTHING or value.startswith('"') else value
    return repr(value)


def parse(asked: Field, text: str) -> Value:
    """Read a value of a field from an address. Raises ValueError where the field does not take it."""
    if text == _NOTHING:
        if asked.get("nullable"):
            return None
        raise ValueError(text)
    if asked["type"] == "boolean":
        return {"true": True, "false": False}[text]
    if asked["type"] in {"text", "category"}:
        return _parse_text(asked, text)
    return _parse_number(asked, text)


def _parse_text(asked: Field, text: str) -> str:
    value = text[1:-1] if text.startswith('"') and text.endswith('"') and len(text) > 1 else text
    known = [category["value"] for category in asked.get("categories", [])]
    if len(value) > asked.get("max_length", 2000) or (asked["type"] == "category" and value not in known):
        raise ValueError(text)
    return value


def _parse_number(asked: Field, text: str) -> float | int:
    if not _NUMBER.fullmatch(text) or len(text) > _MAX_SHOWN:
        raise ValueError(text)
    value = float(text)
    low, high = asked.get("minimum", -math.inf), asked.get("maximum", math.inf)
    if not math.isfinite(value) or not low <= value <= high or (asked["type"] == "integer" and not value.is_integer()):
        raise ValueError(text)
    return int(text) if text.lstrip("-").isdecimal() else value


def _key(name: str) -> str:
    """Return a field's name in the address: one that is ours, or begins like this, gets an underscore in front."""
    return f"_{name}" if name.lower() in _RESERVED or name.startswith("_") else name
