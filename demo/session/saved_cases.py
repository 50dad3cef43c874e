"""Kept cases: named rows to lay side by side, and their form in the address line.

What an address says is hostile until it fits the card.

    ?kept=eJyLVk…        {model: [[name, row], …]} as JSON, compressed, in letters that an address may hold
"""

import base64
import csv
import io
import json
import zlib
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from client import Card, Row, Value
from demo.fields import field_types
from demo.files.spreadsheet import escape_formula
from demo.session import cases

MOST = 12
"""Kept cases of one model: more would fit no table that people read."""
MAX_NAME = 40
_MAX_ADDRESS, _MAX_BYTES = 6000, 200_000


_numbers = count()


@dataclass
class Kept:
    """A named row. Its number tells it from all others, whatever its name and place become; no address holds it."""

    name: str
    row: Row
    number: int = field(default_factory=lambda: next(_numbers), compare=False)


def place_of(kept: list[Kept], number: int | None) -> int | None:
    """Return where the case with this number is kept; None where it is not."""
    return next((place for place, each in enumerate(kept) if each.number == number), None)


def new_name(kept: list[Kept], wanted: str) -> str:
    """Return `wanted`, or with a number behind it where another kept case has this name."""
    wanted = " ".join(wanted.split())[:MAX_NAME]
    taken = {each.name for each in kept}
    number = 2
    name = wanted
    while name in taken:
        name = f"{wanted[: MAX_NAME - 4]} {number}"
        number += 1
    return name


def write(kept: dict[str, Any]) -> str:
    """Return what the address says of all models' kept cases; empty where there are none.

    Models whose card was not seen in this visit hold what the address brought, as it came.
    """
    plain = {
        model: [[each.name, each.row] if isinstance(each, Kept) else each for each in own]
        for model, own in kept.items()
        if own
    }
    if not plain:
        return ""
    text = json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(zlib.compress(text, 9)).decode().rstrip("=")


def fits(kept: dict[str, Any]) -> bool:
    """Tell whether the address can hold them: what it cannot hold would be lost by a refresh."""
    return len(write(kept)) <= _MAX_ADDRESS


def read(text: str) -> dict[str, Any]:
    """Return model → what the address holds of it, unchecked yet. Raises ValueError at nonsense."""
    if not text:
        return {}
    if len(text) > _MAX_ADDRESS:
        raise ValueError(text[:MAX_NAME])
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars="-_", validate=True)
        plain = zlib.decompressobj().decompress(packed, _MAX_BYTES)
        held = json.loads(plain.decode())
    except (ValueError, zlib.error, RecursionError) as error:
        raise ValueError(text[:MAX_NAME]) from error
    if not isinstance(held, dict) or not all(isinstance(own, list) for own in held.values()):
        raise ValueError(text[:MAX_NAME])
    return {str(model)[:64]: own[:MOST] for model, own in held.items()}


def check(card: Card, held: list[Any]) -> tuple[list[Kept], bool]:
    """Return the kept cases that fit the card, and whether any did not."""
    kept: list[Kept] = []
    for each in held:
        if isinstance(each, Kept):
            kept.append(replace(each, row=cases.complete(card, each.row)))
            continue
        try:
            name, row = each
            kept.append(Kept(new_name(kept, str(name) or "?"), _row(card, row)))
        except (ValueError, TypeError, KeyError, AttributeError):
            continue
    return kept, len(kept) < len(held)


def _row(card: Card, row: Row) -> Row:
    """Return a row with the card's fields; what the address brought passes the same gate as a field in it."""
    if not isinstance(row, dict):
        raise TypeError(row)
    json.dumps(row, ensure_ascii=False).encode()  # half a character is no text
    fields = field_types.by_name(card).items()
    return cases.complete(card, {name: field.checked(row[name]) for name, field in fields if name in row and field.can_ask})


def table(card: Card, kept: list[Kept], answers: list[dict[str, Value]]) -> str:
    """Return the kept cases as CSV for a spreadsheet: names, fields, then the columns of `answers`."""
    out = io.StringIO()
    names = [field["name"] for field in card["inputs"]]
    writer = csv.writer(out)
    writer.writerow(["name", *names, *(answers[0] if answers else {})])
    for each, answer in zip(kept, answers, strict=True):
        cells = [each.name, *(each.row[name] for name in names), *answer.values()]
        writer.writerow([escape_formula(cell) for cell in cells])
    return out.getvalue()
