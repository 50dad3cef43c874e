"""A case: the row from which it starts, the current row, and the URL parameters that hold both.

?start=real-34%4089ceed0b&months_late_now=2&…        the start, the version of the model, and every value
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from client import Card, Row
from demo.address import parameters
from demo.address.field_values import NO_ARRAYS, Arrays, decode_values, encode_values, list_arrays
from demo.address.parameters import ANSWER, LANGUAGE, MODEL, START, field_parameter, shorten_parameter
from demo.fields import field_types
from demo.fields.field_type import FieldType

EXTERNAL = "given"
"""The start of a case whose first row is not in the card: a row of a file, an entry of a feed, a saved case."""

_VERSION_SIGN, _VERSION_LETTERS = "@", 8


Fault: TypeAlias = tuple[str, Any]
"""The error code of a cell of a file, and the cell."""


@dataclass
class Case:
    """`start` names an example or a real row of the card, or is EXTERNAL. `row` is the row that the form shows."""

    start: str
    start_row: Row
    row: Row
    rejected: list[str] = field(default_factory=list)
    """The parameters of the URL that do not fit the card, shortened."""
    version: str = ""
    """The first letters of the version of the model to which the start belongs."""
    linked_answer: str = ""
    """What the model said when the link to this case was made, as text of the URL."""
    faults: dict[str, Fault] = field(default_factory=dict)
    """Field → why its cell in a file could not be read. The start has a default value instead."""
    missing_arrays: list[str] = field(default_factory=list)
    """The fields whose picture or vector is not in the link, and not known. The start has another one instead."""
    entry_notes: dict[str, str] = field(default_factory=dict)
    """Field → what the page says about its last entry, for example that it was not accepted."""

    def open_faults(self) -> dict[str, Fault]:
        """Return the faults of the fields that still have their default."""
        return {name: fault for name, fault in self.faults.items() if self.row[name] == self.start_row[name]}

    def changed(self) -> list[str]:
        """Return the fields that differ from the start, in the card's order."""
        return [name for name, value in self.row.items() if value != self.start_row[name]]

    def is_complete(self, card: Card) -> bool:
        """Return whether the model can answer the row: no field that needs a value is empty."""
        return all(self.row.get(field["name"]) is not None or field.get("nullable") for field in card["inputs"])


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
    """Return a row with every field of the card, in the card's order. A field of an unknown type has its default."""
    fields = field_types.get_fields(card).items()
    return {name: row[name] if name in row and field.is_known else field.default() for name, field in fields}


def start_case(card: Card, start: str) -> Case:
    """Return the case of a start, unchanged."""
    row = get_start_rows(card)[start]
    return Case(start, row, dict(row), version=short_version(card))


def case_from_row(card: Card, row: Row) -> Case:
    """Return the case that starts from a row that is not in the card."""
    start = complete_row(card, row)
    return Case(EXTERNAL, start, dict(start), version=short_version(card))


def encode_case(card: Card, case: Case, language: str) -> dict[str, str]:
    """Return the parameters of a case: its start with the version of the model, and every value.

    A start alone is not enough: in another version `real-34` is another row.
    """
    values = encode_values(card, case.row)
    start = f"{case.start}{_VERSION_SIGN}{case.version or short_version(card)}"
    common = {MODEL: card["name"], LANGUAGE: language, START: start}
    return common | {field_parameter(name): text for name, text in values}


def decode_case(card: Card, query: dict[str, str], arrays: Arrays = NO_ARRAYS) -> Case:
    """Return the case of the parameters of a URL; `rejected` lists those that do not fit the card.

    A link of another version is a case of its own values: the card may have another row under the name of the start.
    `arrays` are the pictures and vectors of this visit. Those of the starts are known too.
    """
    starts = get_start_rows(card)
    start, version = _split_start(query.get(START, ""), starts)
    case = start_case(card, start if start in starts else next(iter(starts)))
    names = {field_parameter(field["name"]): field["name"] for field in card["inputs"]}
    pairs = [(parameter, text) for parameter, text in query.items() if not parameters.is_reserved(parameter)]
    texts = [(names[parameter], text) for parameter, text in pairs if parameter in names]
    same = set(encode_values(card, case.start_row))  # they keep the form of the card, such as the offset of a moment
    known = {**arrays, **list_arrays(card, starts.values())}
    values, rejected = decode_values(card, [pair for pair in texts if pair not in same], known)
    case.row |= values
    case.missing_arrays, rejected = _split_arrays(card, rejected)
    is_same_version = card["version"].startswith(version)
    unknown = [(START, start)] if start and start not in {*starts, EXTERNAL} and is_same_version else []
    unknown += [pair for pair in pairs if pair[0] not in names]
    unknown += [(field_parameter(name), text) for name, text in rejected]
    case.rejected = [shorten_parameter(*pair) for pair in unknown]
    if (start == EXTERNAL and start not in starts) or not is_same_version:
        linked = query.get(ANSWER, "")
        version = version or case.version
        return Case(EXTERNAL, dict(case.row), case.row, case.rejected, version, linked, missing_arrays=case.missing_arrays)
    return case


def _split_arrays(card: Card, rejected: Iterable[tuple[str, str]]) -> tuple[list[str], list[tuple[str, str]]]:
    """Return the fields among rejected pairs whose picture or vector is not known, and the other pairs."""
    fields, pairs = field_types.get_fields(card), list(rejected)
    arrays = [name for name, _ in pairs if fields[name].is_array]
    return arrays, [pair for pair in pairs if pair[0] not in arrays]


def refit_case(card: Card, case: Case) -> list[str]:
    """Fit a case to another version of its model. Return the fields that the visitor should review.

    These are the new fields, and those whose value this version does not accept. Such a value stays for the visitor to
    correct, if the widget can show it; else the field has its default.
    """
    fields = field_types.get_fields(card)
    review = [name for name, kind in fields.items() if kind.is_known and not _is_accepted(kind, name, case.row)]
    case.start_row, case.row = (
        complete_row(card, {name: value for name, value in row.items() if name in fields and fields[name].can_show(value)})
        for row in (case.start_row, case.row)
    )
    return review


def _is_accepted(kind: FieldType, name: str, row: Row) -> bool:
    try:
        kind.check(row[name])
    except (KeyError, ValueError):
        return False
    return True


def short_version(card: Card) -> str:
    """Return the first letters of the version of a card, as links name it."""
    return shorten_version(card["version"])


def shorten_version(version: str) -> str:
    """Return the first letters of a version, as links and people name it."""
    return version[:_VERSION_LETTERS]


def _split_start(text: str, starts: Collection[str]) -> tuple[str, str]:
    """Return the start and the version in the parameter of a start. An older link has no version."""
    start, sign, version = text.rpartition(_VERSION_SIGN)
    return (text, "") if not sign or text in starts else (start, version[:_VERSION_LETTERS])
