"""A case: a row that stays pinned as its start, the row as it is now, and both in the URL."""

from dataclasses import dataclass, field

from client import Card, Row
from demo.address import parameters
from demo.address.field_values import decode_values, encode_values
from demo.address.parameters import LANGUAGE, MODEL, START, describe_part, field_parameter
from demo.fields import field_types

GIVEN = "given"
"""The name of a start that is no row of the card: a row of a file, an entry of a feed, a saved case."""


@dataclass
class Case:
    """`start` names an example or a real row of the card, or is GIVEN; `row` is what the form shows."""

    start: str
    start_row: Row
    row: Row
    rejected: list[str] = field(default_factory=list)
    """The parts of the URL that do not fit the card."""

    def changed(self) -> list[str]:
        """Return the fields that differ from the start, in the card's order."""
        return [name for name, value in self.row.items() if value != self.start_row[name]]


def start_rows(card: Card) -> dict[str, Row]:
    """Return every row to start from, examples first; a card without any gives one made of its defaults."""
    rows = {f"real-{number}": row for number, row in enumerate(card.get("real_rows", []), start=1)}
    named = {example["name"]: example["row"] for example in card.get("examples", [])}
    return {name: complete_row(card, row) for name, row in (named | rows).items()} or {"default": complete_row(card, {})}


def start_label(card: Card, start: str) -> str:
    """Return the words for a start; empty for a real row, which has none."""
    return next((each.get("label") or each["name"] for each in card.get("examples", []) if each["name"] == start), "")


def complete_row(card: Card, row: Row) -> Row:
    """Return a row with every field of the card, in the card's order. What the form cannot ask for has its default."""
    fields = field_types.by_name(card).items()
    return {name: row[name] if name in row and field.can_ask else field.default() for name, field in fields}


def start_case(card: Card, start: str) -> Case:
    """Return the case of a start, unchanged."""
    row = start_rows(card)[start]
    return Case(start, row, dict(row))


def case_of_row(card: Card, row: Row) -> Case:
    """Return the case that starts with a row that is none of the card's."""
    start = complete_row(card, row)
    return Case(GIVEN, start, dict(start))


def encode_case(card: Card, case: Case, language: str) -> dict[str, str]:
    """Return the parameters of a case: the start and what differs from it; of a start that is GIVEN, every field."""
    names = case.row if case.start == GIVEN else case.changed()
    values = encode_values(card, {name: case.row[name] for name in names})
    named = {MODEL: card["name"], LANGUAGE: language, START: case.start}
    return named | {field_parameter(name): text for name, text in values}


def decode_case(card: Card, url: dict[str, str]) -> Case:
    """Return the case of a URL's parameters; `rejected` lists what does not fit the card."""
    known = start_rows(card)
    start = url.get(START, "")
    case = start_case(card, start if start in known else next(iter(known)))
    names = {field_parameter(each["name"]): each["name"] for each in card["inputs"]}
    pairs = [(parameter, text) for parameter, text in url.items() if not parameters.is_reserved(parameter)]
    values, rejected = decode_values(card, [(names[each], text) for each, text in pairs if each in names])
    case.row |= values
    unknown = [(START, start)] if start and start not in {*known, GIVEN} else []
    unknown += [pair for pair in pairs if pair[0] not in names]
    case.rejected = [
        describe_part(*each) for each in [*unknown, *((field_parameter(name), text) for name, text in rejected)]
    ]
    if start == GIVEN and start not in known:
        return Case(GIVEN, dict(case.row), case.row, case.rejected)
    return case
