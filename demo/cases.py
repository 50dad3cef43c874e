"""A case: the row on the screen and the one it started from.

Knows: cards and their values. Must not know: Streamlit, URLs.
"""

from dataclasses import dataclass, replace

from client import Card, Field, Row
from demo import values

DEFAULTS = ""
"""The start of a case where the card has no example to begin with."""


@dataclass(frozen=True)
class Case:
    """`start` names an example, or is the number of a real row from 1, or is DEFAULTS."""

    model: str
    start: str
    row: Row

    def with_value(self, name: str, value: values.Value) -> "Case":
        return replace(self, row=self.row | {name: value})


def begun(card: Card, start: str | None = None) -> Case:
    """Return a fresh case: from the start named, else from the card's first example, else from its defaults."""
    if start is None or not knows(card, start):
        start = next(iter(examples(card)), DEFAULTS)
    return Case(card["name"], start, start_row(card, start))


def knows(card: Card, start: str) -> bool:
    return _named_row(card, start) is not None


def start_row(card: Card, start: str) -> Row:
    """Return every input's value at the start; what the start leaves open has its usual value."""
    given = _named_row(card, start) or {}
    return {field["name"]: given.get(field["name"], values.usual(field)) for field in card["inputs"]}


def examples(card: Card) -> list[str]:
    return [example["name"] for example in card.get("examples", [])]


def real_starts(card: Card) -> list[str]:
    return [str(number) for number, _ in enumerate(card.get("real_rows", []), start=1)]


def changed(card: Card, case: Case) -> list[Field]:
    """Return the fields that differ from the start, in the card's order."""
    start = start_row(card, case.start)
    return [field for field in card["inputs"] if case.row[field["name"]] != start[field["name"]]]


def fitted(card: Card, case: Case) -> tuple[Case, list[Field]]:
    """Return the case with exactly the card's fields, and those whose value is new: absent before, or not allowed now."""
    fresh = begun(card, case.start)
    kept = {
        field["name"]: case.row[field["name"]]
        for field in card["inputs"]
        if field["name"] in case.row and values.allows(field, case.row[field["name"]])
    }
    new = [field for field in card["inputs"] if field["name"] not in kept]
    return replace(fresh, row=fresh.row | kept), new


def _named_row(card: Card, start: str) -> Row | None:
    for example in card.get("examples", []):
        if example["name"] == start:
            return example["row"]
    numbers = real_starts(card)
    return card["real_rows"][numbers.index(start)] if start in numbers else None
