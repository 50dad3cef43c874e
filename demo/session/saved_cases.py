"""Saved cases: named rows for comparison. The URL holds them as packed JSON: {model: [[name, row], …]}.

A row in the URL names pictures and vectors by their digest.
"""

from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from client import Card, Row
from demo.address import packed_json
from demo.address.field_values import NO_ARRAYS, Arrays, check_values, list_arrays
from demo.fields import field_types
from demo.fields.arrays.array_field import digest_array
from demo.session.cases import complete_row, get_start_rows

MAX_CASES = 12
"""The largest number of saved cases of one model: people cannot read a wider table."""
MAX_NAME = 40
MAX_LABEL = MAX_NAME - 4
"""The letters of a name that stay when a number is added to it."""
_MAX_MODEL_NAME = 64
_numbers = count()


@dataclass
class SavedCase:
    """A named row. Its number identifies it when its name or its index changes. The URL does not hold the number."""

    name: str
    row: Row
    number: int = field(default_factory=lambda: next(_numbers), compare=False)
    array_fields: tuple[str, ...] = field(default=(), compare=False)
    """The fields whose value is a picture or a vector."""

    def row_of_url(self) -> Row:
        """Return the row with the digest of each picture and vector."""
        return self.row | {name: digest_array(self.row[name]) for name in self.array_fields if self.row[name] is not None}


CasesByModel = dict[str, list[Any]]
"""Model → its saved cases. Until a visit has read the card of a model, they are unchecked JSON from the URL."""


def save_row(card: Card, name: str, row: Row) -> SavedCase:
    """Return a named row of a card."""
    return SavedCase(name, dict(row), array_fields=_array_fields(card))


def _array_fields(card: Card) -> tuple[str, ...]:
    return tuple(name for name, kind in field_types.get_fields(card).items() if kind.is_array)


def index_of(saved: list[SavedCase], number: int | None) -> int | None:
    """Return the index of the case with this number; None if it is not saved."""
    return next((index for index, case in enumerate(saved) if case.number == number), None)


def make_unique_name(saved: list[SavedCase], name: str) -> str:
    """Return a name, with a number added if another saved case has the name."""
    name = " ".join(name.split())[:MAX_NAME]
    existing = {case.name for case in saved}
    number = 2
    unique_name = name
    while unique_name in existing:
        unique_name = f"{name[:MAX_LABEL]} {number}"
        number += 1
    return unique_name


def encode_saved_cases(saved: CasesByModel) -> str:
    """Return the saved cases of all models as text for the URL; empty if there are none."""
    plain = {
        model: [[case.name, case.row_of_url()] if isinstance(case, SavedCase) else case for case in cases]
        for model, cases in saved.items()
        if cases
    }
    return packed_json.encode_json(plain) if plain else ""


def fits_url(saved: CasesByModel) -> bool:
    """Return whether the URL can hold all saved cases. A refresh would lose the others."""
    return len(encode_saved_cases(saved)) <= packed_json.MAX_LENGTH


def decode_saved_cases(text: str) -> CasesByModel:
    """Return the saved cases of a text, not yet checked against the cards. Raises ValueError if it has another form."""
    if not text:
        return {}
    tree = packed_json.decode_json(text)
    if not isinstance(tree, dict) or not all(isinstance(cases, list) for cases in tree.values()):
        raise ValueError(text[:MAX_NAME])
    return {str(model)[:_MAX_MODEL_NAME]: cases[:MAX_CASES] for model, cases in tree.items()}


def check_saved_cases(card: Card, cases: list[Any], arrays: Arrays = NO_ARRAYS) -> tuple[list[SavedCase], bool]:
    """Return the saved cases that fit the card, and whether any did not, or had a picture that is not known."""
    saved: list[SavedCase] = []
    names = _array_fields(card)
    is_checked = all(isinstance(case, SavedCase) for case in cases)
    known = {} if is_checked else {**arrays, **list_arrays(card, get_start_rows(card).values())}
    for case in cases:
        if isinstance(case, SavedCase):
            saved.append(replace(case, row=complete_row(card, case.row), array_fields=names))
            continue
        try:
            name, row = case
            name = make_unique_name(saved, str(name) or "?")
            name.encode()  # raises UnicodeEncodeError, a ValueError, for a lone surrogate
            saved.append(save_row(card, name, complete_row(card, check_values(card, row, known))))
        except (ValueError, TypeError, KeyError):
            continue
    return saved, len(saved) < len(cases)
