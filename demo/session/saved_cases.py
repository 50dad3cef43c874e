"""Saved cases: named rows to lay side by side, and their form in the URL: {model: [[name, row], …]} as packed JSON."""

from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from client import Card, Row
from demo.address import packed_json
from demo.address.field_values import check_values
from demo.session.cases import complete_row

MAX_CASES = 12
"""Saved cases of one model: more would fit no table that people read."""
MAX_NAME = 40
_MAX_MODEL_NAME = 64
_numbers = count()


@dataclass
class SavedCase:
    """A named row. Its number identifies it, whatever its name and place become; the URL does not hold the number."""

    name: str
    row: Row
    number: int = field(default_factory=lambda: next(_numbers), compare=False)


CasesByModel = dict[str, list[Any]]
"""Model → its saved cases. Those of a model whose card this visit has not seen yet are plain JSON from the URL."""


def index_of(saved: list[SavedCase], number: int | None) -> int | None:
    """Return the index of the case with this number; None where it is not saved."""
    return next((index for index, each in enumerate(saved) if each.number == number), None)


def unique_name(saved: list[SavedCase], wanted: str) -> str:
    """Return `wanted`, with a number behind it where another saved case has this name."""
    wanted = " ".join(wanted.split())[:MAX_NAME]
    taken = {each.name for each in saved}
    number = 2
    name = wanted
    while name in taken:
        name = f"{wanted[: MAX_NAME - 4]} {number}"
        number += 1
    return name


def encode_saved_cases(saved: CasesByModel) -> str:
    """Return the saved cases of all models as text for the URL; empty where there are none."""
    plain = {
        model: [[each.name, each.row] if isinstance(each, SavedCase) else each for each in cases]
        for model, cases in saved.items()
        if cases
    }
    return packed_json.encode_json(plain) if plain else ""


def fits_url(saved: CasesByModel) -> bool:
    """Return whether the URL can hold them. What it cannot hold would be lost by a refresh."""
    return len(encode_saved_cases(saved)) <= packed_json.MAX_LENGTH


def decode_saved_cases(text: str) -> CasesByModel:
    """Return what a URL holds, not checked against the cards yet. Raises ValueError where it is not of this form."""
    if not text:
        return {}
    tree = packed_json.decode_json(text)
    if not isinstance(tree, dict) or not all(isinstance(cases, list) for cases in tree.values()):
        raise ValueError(text[:MAX_NAME])
    return {str(model)[:_MAX_MODEL_NAME]: cases[:MAX_CASES] for model, cases in tree.items()}


def check_saved_cases(card: Card, cases: list[Any]) -> tuple[list[SavedCase], bool]:
    """Return the saved cases that fit the card, and whether any did not."""
    saved: list[SavedCase] = []
    for each in cases:
        if isinstance(each, SavedCase):
            saved.append(replace(each, row=complete_row(card, each.row)))
            continue
        try:
            name, row = each
            name = unique_name(saved, str(name) or "?")
            name.encode()  # half a character is no text
            saved.append(SavedCase(name, complete_row(card, check_values(card, row))))
        except (ValueError, TypeError):
            continue
    return saved, len(saved) < len(cases)
