"""A case: the row from which it starts, the current row, and the URL parameters that hold both."""

from dataclasses import dataclass, field

from client import Card, Row
from demo.address import parameters
from demo.address.field_values import decode_values, encode_values
from demo.address.parameters import LANGUAGE, MODEL, START, field_parameter, shorten_parameter
from demo.fields import field_types

EXTERNAL = "given"
"""The start of a case whose first row is not in the card: a row of a file, an entry of a feed, a saved case."""


@dataclass
class Case:
    """`start` names an example or a real row of the card, or is EXTERNAL. `row` is the row that the form shows."""

    start: str
    start_row: Row
    row: Row
    rejected: list[str] = field(default_factory=list)
    """The parameters of the URL that do not fit the card, shortened."""

    def changed(self) -> list[str]:
        """Return the fields that differ from the start, in the card's order."""
        return [name for name, value in self.row.items() if value != self.start_row[name]]


def get_start_rows(card: Card) -> dict[str, Row]:
    """Return start → row: the examples, then the real rows. A card without both has one start, made of defaults."""
    examples = {example["name"]: example["row"] for example in card.get("examples", [])}
    real_rows = {f"real-{number}": row for number, row in enumerate(card.get("real_rows", []), start=1)}
    rows = examples | real_rows
    return {name: complete_row(card, row) for name, row in rows.items()} or {"default": complete_row(card, {})}


def get_start_label(card: Card, start: str) -> str:
    """Return the label of a start; empty for a real row."""
    examples = (example for example in card.get("examples", []) if example["name"] == start)
    return next((example.get("label") or example["name"] for example in examples), "")


def complete_row(card: Card, row: Row) -> Row:
    """Return a row with every field of the card, in the card's order. A field without a widget has its default."""
    fields = field_types.get_fields(card).items()
    return {name: row[name] if name in row and field.has_widget else field.default() for name, field in fields}


def start_case(card: Card, start: str) -> Case:
    """Return the case of a start, unchanged."""
    row = get_start_rows(card)[start]
    return Case(start, row, dict(row))


def case_from_row(card: Card, row: Row) -> Case:
    """Return the case that starts from a row that is not in the card."""
    start = complete_row(card, row)
    return Case(EXTERNAL, start, dict(start))


def encode_case(card: Card, case: Case, language: str) -> dict[str, str]:
    """Return the parameters of a case: its start and the changed fields; for an EXTERNAL start, every field."""
    names = case.row if case.start == EXTERNAL else case.changed()
    values = encode_values(card, {name: case.row[name] for name in names})
    common = {MODEL: card["name"], LANGUAGE: language, START: case.start}
    return common | {field_parameter(name): text for name, text in values}


def decode_case(card: Card, query: dict[str, str]) -> Case:
    """Return the case of the parameters of a URL; `rejected` lists those that do not fit the card."""
    starts = get_start_rows(card)
    start = query.get(START, "")
    case = start_case(card, start if start in starts else next(iter(starts)))
    names = {field_parameter(field["name"]): field["name"] for field in card["inputs"]}
    pairs = [(parameter, text) for parameter, text in query.items() if not parameters.is_reserved(parameter)]
    values, rejected = decode_values(card, [(names[parameter], text) for parameter, text in pairs if parameter in names])
    case.row |= values
    unknown = [(START, start)] if start and start not in {*starts, EXTERNAL} else []
    unknown += [pair for pair in pairs if pair[0] not in names]
    unknown += [(field_parameter(name), text) for name, text in rejected]
    case.rejected = [shorten_parameter(*pair) for pair in unknown]
    if start == EXTERNAL and start not in starts:
        return Case(EXTERNAL, dict(case.row), case.row, case.rejected)
    return case
