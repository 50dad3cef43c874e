"""Enriched cases as they came in, → what the page shows of them: the shares along the way, the worst, those for a person."""

import heapq
import itertools
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, UTC, datetime, timedelta
from typing import Any, TypeAlias

from client import Card, Row
from demo.fields import field_types
from demo.text.translation import Translation
from demo.text.wording import field_label, is_classification

_PARTS = 24
_NAMED = 3
_MIN_MOMENT = 8
_NEVER = datetime.min.replace(tzinfo=UTC)
_ADDED = {"label", "decision", "value", "low", "high", "version"}

Band: TypeAlias = str | None
"""The value of one of the card's bands; None where an answer is in none of them."""


@dataclass(frozen=True)
class Entry:
    """One case with its answer: the number that people read, and its band."""

    number: int
    row: Row
    answer: float
    band: Band
    version: str
    at: datetime | None
    """When it came, where it says so."""


@dataclass(frozen=True)
class Part:
    """A stretch of the way, with how many of each band came in it, and their average."""

    at: datetime | None
    """When it begins; None where its entries do not say when they came."""
    number: int
    """Of its first entry."""
    counts: Counter[Band]
    average: float | None


def entry(card: Card, found: Mapping[str, Any], number: int) -> Entry | None:
    """Return a record of an enriched file as an entry; None where it has no answer of this model."""
    try:
        answer = float(found[answer_column(card)])
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    if not math.isfinite(answer) or (is_classification(card) and not 0 <= answer <= 1):
        return None
    row: Row = {}
    for name, field in field_types.by_name(card).items():
        try:
            row[name] = field.from_cell(found[name])
        except (KeyError, ValueError, OverflowError):
            continue
    known = [band["value"] for band in card["output"].get("bands", [])]
    band = found.get("decision")
    version = found.get("version")
    return Entry(
        number, row, answer, band if band in known else None, version if isinstance(version, str) else "", _at(card, found)
    )


def answer_column(card: Card) -> str:
    """Return the column with the number that people read."""
    return f"probability_{card['output']['focus']}" if is_classification(card) else "value"


def _at(card: Card, found: Mapping[str, Any]) -> datetime | None:
    """Return the first moment that a record names beside the model's own columns."""
    own = {field["name"] for field in card["inputs"]} | _ADDED
    for name, value in found.items():
        if name not in own and (moment := _moment(value)):
            return moment
    return None


def _moment(told: Any) -> datetime | None:
    """Return the moment that a cell tells, in UTC; None where it tells none, or one that some clock on earth cannot show."""
    try:
        if isinstance(told, str) and len(told) >= _MIN_MOMENT and told[4:5] == "-":
            told = datetime.fromisoformat(told)
        if not isinstance(told, datetime):
            return None
        moment = (told if told.tzinfo else told.replace(tzinfo=UTC)).astimezone(UTC)
    except (OverflowError, ValueError):
        return None
    return moment if MINYEAR < moment.year < MAXYEAR else None


def worst(card: Card, entries: list[Entry], most: int) -> list[Entry]:
    """Return the worst answers, the worst first; the highest where the card does not say which are bad."""
    if _low_is_bad(card):
        return heapq.nsmallest(most, entries, key=lambda each: (each.answer, -each.number))
    return heapq.nlargest(most, entries, key=lambda each: (each.answer, each.number))


def _low_is_bad(card: Card) -> bool:
    ends = {band["tone"]: band["low"] for band in card["output"].get("bands", [])}
    return "bad" in ends and ends["bad"] < ends.get("good", math.inf)


def title(card: Card, each: Entry, tr: Translation) -> str:
    """Return an entry in words: its text, or its first fields."""
    fields = field_types.by_name(card)
    texts = [name for name, field in fields.items() if field.is_long and name in each.row]
    if texts:
        return str(each.row[texts[0]])
    known = [name for name in fields if name in each.row][:_NAMED]
    return " · ".join(
        f"{field_label(fields[name].field)} {fields[name].value_with_unit(each.row[name], tr)}" for name in known
    )


def waiting(card: Card, entries: list[Entry]) -> list[Entry]:
    """Return those that the model leaves to a person, in the order in which they came."""
    middle = {band["value"] for band in card["output"].get("bands", []) if band["tone"] == "middle"}
    return [each for each in entries if each.band in middle]


def in_order(entries: list[Entry]) -> list[Entry]:
    """Return the entries as time went by where every one says when it came, else as they came in."""
    return sorted(entries, key=lambda each: each.at or _NEVER) if are_dated(entries) else entries


def are_dated(entries: list[Entry]) -> bool:
    """Tell whether every entry says when it came, and not all at the same moment."""
    moments = {each.at for each in entries}
    return None not in moments and len(moments) > 1


def parts(entries: list[Entry]) -> list[Part]:
    """Cut the way into equal parts: of time where every entry says when it came, else of so many entries each."""
    moments = [each.at for each in entries if each.at] if are_dated(entries) else []
    if moments:
        first, width = min(moments), (max(moments) - min(moments)).total_seconds() / _PARTS
        inside: list[list[Entry]] = [[] for _ in range(_PARTS)]
        for moment, each in zip(moments, entries, strict=True):
            inside[min(int((moment - first).total_seconds() / width), _PARTS - 1)].append(each)
        begins = [first + timedelta(seconds=width * place) for place in range(_PARTS)]
        return [_part(at, some) for at, some in zip(begins, inside, strict=True)]
    count = min(_PARTS, len(entries))
    ends = [place * len(entries) // count for place in range(count + 1)]
    return [_part(None, entries[begin:end]) for begin, end in itertools.pairwise(ends)]


def _part(at: datetime | None, some: list[Entry]) -> Part:
    average = math.fsum(each.answer for each in some) / len(some) if some else None
    return Part(at, some[0].number if some else 0, counts(some), average)


def counts(entries: list[Entry]) -> Counter[Band]:
    """Return how many there are of each band."""
    return Counter(each.band for each in entries)


def at_both_ends(card: Card, entries: list[Entry]) -> tuple[float, float]:
    """Return a figure for the first third and for the last: the share of the worst band, else the average."""
    third = max(1, len(entries) // 3)
    ordered = in_order(entries)
    ends = ordered[:third], ordered[-third:]
    bands = card["output"].get("bands", [])
    if bands:
        before, now = (counts(end)[bands[-1]["value"]] / third for end in ends)
    else:
        before, now = (math.fsum(each.answer for each in end) / third for end in ends)
    return before, now
