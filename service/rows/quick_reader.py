"""A request's body → columns, in one pass in C, where the body is as almost all are: whole, typed, within the card's limits.

It never refuses: whatever it does not take as it stands (a fault, a
field left out, a colon in a text) is None here, and the careful way (`strict_json`, `checks`) takes or refuses it by name.
"""

from collections.abc import Iterable
from itertools import chain
from typing import Any

import msgspec
import numpy as np
from msgspec.structs import astuple
from numpy.typing import NDArray

from service.fields.field_type import FieldType, NumbersType
from service.fields.text import TextType
from service.rows.checks import Checks
from service.rows.columns import Columns
from service.schemas import Card

_FEW_BYTES = 2000
"""In a body of up to so many, counting in two passes is cheaper than making an array of it."""


class QuickReader:
    """Reads bodies for one card, the same as the careful way does, several times as fast."""

    def __init__(self, card: Card, checks: Checks) -> None:
        self._fields = checks.fields
        self._checks = checks
        self._is_plain = all(
            isinstance(field, NumbersType) and field.is_plain and not field.nullable for field in self._fields
        )
        names = {f"f{place}": field.name for place, field in enumerate(card.inputs)}
        fields: Iterable[tuple[str, Any]] = zip(names, map(_quick_type, self._fields), strict=True)
        row = msgspec.defstruct("Row", fields, rename=names, forbid_unknown_fields=True, gc=False)
        self._decoder = msgspec.json.Decoder(
            msgspec.defstruct("Asked", [("rows", list[row]), ("version", str | None, None)], forbid_unknown_fields=True)  # type: ignore[valid-type]
        )

    def __call__(self, body: bytes) -> tuple[Columns, str | None] | None:
        """Return the rows as columns and the version asked for; None where the careful way must read the body."""
        try:
            asked: Any = self._decoder.decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return None
        rows = asked.rows
        names = 1 + len(rows) * len(self._fields) + (asked.version is not None)
        if not rows or not _holds_names_once(body, names):
            return None
        try:
            columns = self._plain(rows) if self._is_plain else self._columns(rows)
        except (OverflowError, ValueError):
            return None
        return (columns, asked.version) if columns else None

    def _plain(self, rows: list[Any]) -> Columns | None:
        """Read rows of nothing but numbers that are always there."""
        flat = np.fromiter(chain.from_iterable(map(astuple, rows)), np.float64, len(rows) * len(self._fields))
        return self._checked(flat.reshape(len(rows), -1), {})

    def _columns(self, rows: list[Any]) -> Columns | None:
        numbers: list[Iterable[Any]] = []
        texts: dict[str, list[str]] = {}
        for field, column in zip(self._fields, zip(*map(astuple, rows), strict=True), strict=True):
            if isinstance(field, TextType):
                texts[field.name] = field.encode(column)
                if not field.fits(texts[field.name]):
                    return None
            elif isinstance(field, NumbersType):
                numbers.append(field.encode_quick(column))
        flat = np.fromiter(chain.from_iterable(numbers), np.float64, len(numbers) * len(rows))
        return self._checked(flat.reshape(len(numbers), len(rows)).T, texts)

    def _checked(self, numbers: NDArray[np.float64], texts: dict[str, list[str]]) -> Columns | None:
        if self._checks.all_seen(numbers):
            return Columns(numbers, texts)
        return Columns(numbers, texts, self._checks.warnings(numbers)) if self._checks.all_in_range(numbers) else None


def _quick_type(field: FieldType) -> Any:
    return field.quick_type | None if field.nullable else field.quick_type


def _holds_names_once(body: bytes, names: int) -> bool:
    """Say whether the body holds just so many names: each ends in `":`, and no value does.

    The decoder takes the last of two equal names in silence. It counted `names` of them; one more in the body is a second.
    Any other colon (in a text, or after a space) could hide one, so it counts as too many.
    """
    if len(body) <= _FEW_BYTES:
        return body.count(b":") == names == body.count(b'":')
    letters = np.frombuffer(body, np.uint8)
    colons = letters == ord(":")
    return bool(np.count_nonzero(colons) == names == np.count_nonzero(colons[1:] & (letters[:-1] == ord('"'))))
