"""Finds the kind of column that holds some JSON values without changing one, whatever their order.

If no column of one type holds them, the kind is ANYTHING: a column of text in which each value is written as JSON.
"""

from functools import reduce
from typing import Any

Kind = str | tuple[str, Any]
"""A name; or `(LIST, kind of the items)`; or `(MEMBERS, {name: kind})`."""

NOTHING: Kind = "nothing"
ANYTHING: Kind = "anything"
BOOLEAN, INTEGER, NUMBER, TEXT = "boolean", "integer", "number", "text"
LIST, MEMBERS = "list", "members"
_EXACT_INTEGER = "exact integer"
"""An integer that a float holds exactly."""

_SINGLE = {type(None): NOTHING, bool: BOOLEAN, float: NUMBER, str: TEXT}
_MAX_EXACT, _MAX_INTEGER = 2**53, 2**63 - 1
_MAX_DEPTH, _MAX_MEMBERS = 16, 200
_NUMBERS = {frozenset({_EXACT_INTEGER, INTEGER}): INTEGER, frozenset({_EXACT_INTEGER, NUMBER}): NUMBER}


def kind_of(value: Any, depth: int = 0) -> Kind:
    """Return the kind of one JSON value."""
    if isinstance(value, list | dict) and depth == _MAX_DEPTH:
        return ANYTHING
    if isinstance(value, list):
        return _list(reduce(combine, (kind_of(each, depth + 1) for each in value), NOTHING))
    if isinstance(value, dict):
        return _members({name: kind_of(each, depth + 1) for name, each in value.items()})
    if type(value) is int:
        return _EXACT_INTEGER if abs(value) <= _MAX_EXACT else INTEGER if abs(value) <= _MAX_INTEGER else ANYTHING
    return _SINGLE[type(value)]


def combine(one: Kind, other: Kind) -> Kind:
    """Return the kind that holds the values of both kinds."""
    if one in (other, NOTHING) or other == NOTHING:
        return other if one == NOTHING else one
    if isinstance(one, str) or isinstance(other, str):
        both = frozenset({one, other}) if isinstance(one, str) and isinstance(other, str) else frozenset[str]()
        return _NUMBERS.get(both, ANYTHING)
    if one[0] != other[0]:
        return ANYTHING
    if one[0] == LIST:
        return _list(combine(one[1], other[1]))
    names = dict.fromkeys([*one[1], *other[1]])
    return _members({name: combine(one[1].get(name, NOTHING), other[1].get(name, NOTHING)) for name in names})


def _list(item: Kind) -> Kind:
    return ANYTHING if item == ANYTHING else (LIST, item)


def _members(kinds: dict[str, Kind]) -> Kind:
    """Parquet has no column without members; one of thousands of members would be slow to read."""
    fits = 0 < len(kinds) <= _MAX_MEMBERS and ANYTHING not in kinds.values()
    return (MEMBERS, kinds) if fits else ANYTHING
