"""A case: a start that stays pinned, and the row as it is now; and its form in the address line.

What an address says is hostile until it fits the card.

    ?model=credit-default&lang=pl&start=regular&months_late_now=2        only what differs from the start
    &view=share_paid&kept=eJyLVk…                                         what the page looks at; the kept cases
"""

from dataclasses import dataclass, field

from client import Card, Row
from demo.fields import field_types

GIVEN = "given"
"""The name of a start that is no row of the card: a row of a file, an entry of a feed, a kept case."""
MODEL, LANGUAGE, START, VIEW, KEPT = "model", "lang", "start", "view", "kept"
_RESERVED = {MODEL, LANGUAGE, START, VIEW, KEPT, "embed", "embed_options"}
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
    """Return a row with every field of the card, in the card's order. What the form cannot ask for has its default."""
    fields = field_types.by_name(card).items()
    return {name: row[name] if name in row and field.can_ask else field.default() for name, field in fields}


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
    fields = {_key(name): field for name, field in field_types.by_name(card).items()}
    for key, text in parameters.items():
        if key.lower() in _RESERVED:
            continue
        try:
            case.row[fields[key].field["name"]] = fields[key].decode(text)
        except (KeyError, ValueError):
            case.misunderstood.append(f"{key}={text}"[:_MAX_SHOWN])
    if asked == GIVEN and asked not in known:
        return Case(GIVEN, dict(case.row), case.row, case.misunderstood)
    return case


def write(card: Card, case: Case, language: str) -> dict[str, str]:
    """Return the query parameters of a case: the start, and what was changed since; a row of its own is all written out."""
    told = case.row if case.start == GIVEN else case.changed()
    fields = field_types.by_name(card)
    changed = {_key(name): fields[name].encode(case.row[name]) for name in told if fields[name].can_ask}
    return {MODEL: card["name"], LANGUAGE: language, START: case.start, **changed}


def _key(name: str) -> str:
    """Return a field's name in the address: one that is ours, or begins like this, gets an underscore in front."""
    return f"_{name}" if name.lower() in _RESERVED or name.startswith("_") else name
