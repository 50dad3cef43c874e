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

_MAX_PERIODS = 24
_MAX_NAMED_FIELDS = 3
_MIN_TIMESTAMP_LETTERS = 8
_NEVER = datetime.min.replace(tzinfo=UTC)
_ANSWER_COLUMNS = {"label", "decision", "value", "low", "high", "version"}

Band: TypeAlias = str | None
"""The value of one of the card's bands; None where an answer is in none of them."""


@dataclass(frozen=True)
class FeedEntry:
    """One case with its answer: the number that people read, and its band."""

    number: int
    row: Row
    answer: float
    band: Band
    version: str
    at: datetime | None
    """When it came, where it says so."""


@dataclass(frozen=True)
class FeedPeriod:
    """A stretch of the way, with how many of each band came in it, and their average."""

    at: datetime | None
    """When it begins; None where its entries do not say when they came."""
    number: int
    """Of its first entry."""
    counts: Counter[Band]
    average: float | None


def parse_entry(card: Card, found: Mapping[str, Any], number: int) -> FeedEntry | None:
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
    return FeedEntry(
        number,
        row,
        answer,
        band if band in known else None,
        version if isinstance(version, str) else "",
        _find_timestamp(card, found),
    )


def answer_column(card: Card) -> str:
    """Return the column with the number that people read."""
    return f"probability_{card['output']['focus']}" if is_classification(card) else "value"


def _find_timestamp(card: Card, found: Mapping[str, Any]) -> datetime | None:
    """Return the first moment that a record names beside the model's own columns."""
    own = {field["name"] for field in card["inputs"]} | _ANSWER_COLUMNS
    for name, value in found.items():
        if name not in own and (moment := _parse_timestamp(value)):
            return moment
    return None


def _parse_timestamp(told: Any) -> datetime | None:
    """Return the moment that a cell tells, in UTC; None where it tells none, or one that some clock on earth cannot show."""
    try:
        if isinstance(told, str) and len(told) >= _MIN_TIMESTAMP_LETTERS and told[4:5] == "-":
            told = datetime.fromisoformat(told)
        if not isinstance(told, datetime):
            return None
        moment = (told if told.tzinfo else told.replace(tzinfo=UTC)).astimezone(UTC)
    except (OverflowError, ValueError):
        return None
    return moment if MINYEAR < moment.year < MAXYEAR else None


def select_worst(card: Card, entries: list[FeedEntry], most: int) -> list[FeedEntry]:
    """Return the worst answers, the worst first; the highest where the card does not say which are bad."""
    if _is_low_bad(card):
        return heapq.nsmallest(most, entries, key=lambda each: (each.answer, -each.number))
    return heapq.nlargest(most, entries, key=lambda each: (each.answer, each.number))


def _is_low_bad(card: Card) -> bool:
    ends = {band["tone"]: band["low"] for band in card["output"].get("bands", [])}
    return "bad" in ends and ends["bad"] < ends.get("good", math.inf)


def describe_entry(card: Card, each: FeedEntry, tr: Translation) -> str:
    """Return an entry in words: its text, or its first fields."""
    fields = field_types.by_name(card)
    texts = [name for name, field in fields.items() if field.is_long and name in each.row]
    if texts:
        return str(each.row[texts[0]])
    known = [name for name in fields if name in each.row][:_MAX_NAMED_FIELDS]
    return " · ".join(
        f"{field_label(fields[name].field)} {fields[name].value_with_unit(each.row[name], tr)}" for name in known
    )


def select_undecided(card: Card, entries: list[FeedEntry]) -> list[FeedEntry]:
    """Return those that the model leaves to a person, in the order in which they came."""
    middle = {band["value"] for band in card["output"].get("bands", []) if band["tone"] == "middle"}
    return [each for each in entries if each.band in middle]


def sort_by_time(entries: list[FeedEntry]) -> list[FeedEntry]:
    """Return the entries as time went by where every one says when it came, else as they came in."""
    return sorted(entries, key=lambda each: each.at or _NEVER) if have_timestamps(entries) else entries


def have_timestamps(entries: list[FeedEntry]) -> bool:
    """Tell whether every entry says when it came, and not all at the same moment."""
    moments = {each.at for each in entries}
    return None not in moments and len(moments) > 1


def split_into_periods(entries: list[FeedEntry]) -> list[FeedPeriod]:
    """Cut the way into equal parts: of time where every entry says when it came, else of so many entries each."""
    moments = [each.at for each in entries if each.at] if have_timestamps(entries) else []
    if moments:
        first, width = min(moments), (max(moments) - min(moments)).total_seconds() / _MAX_PERIODS
        inside: list[list[FeedEntry]] = [[] for _ in range(_MAX_PERIODS)]
        for moment, each in zip(moments, entries, strict=True):
            inside[min(int((moment - first).total_seconds() / width), _MAX_PERIODS - 1)].append(each)
        begins = [first + timedelta(seconds=width * place) for place in range(_MAX_PERIODS)]
        return [_make_period(at, some) for at, some in zip(begins, inside, strict=True)]
    count = min(_MAX_PERIODS, len(entries))
    ends = [place * len(entries) // count for place in range(count + 1)]
    return [_make_period(None, entries[begin:end]) for begin, end in itertools.pairwise(ends)]


def _make_period(at: datetime | None, some: list[FeedEntry]) -> FeedPeriod:
    average = math.fsum(each.answer for each in some) / len(some) if some else None
    return FeedPeriod(at, some[0].number if some else 0, count_bands(some), average)


def count_bands(entries: list[FeedEntry]) -> Counter[Band]:
    """Return how many there are of each band."""
    return Counter(each.band for each in entries)


def compare_first_and_last(card: Card, entries: list[FeedEntry]) -> tuple[float, float]:
    """Return a figure for the first third and for the last: the share of the worst band, else the average."""
    third = max(1, len(entries) // 3)
    ordered = sort_by_time(entries)
    ends = ordered[:third], ordered[-third:]
    bands = card["output"].get("bands", [])
    if bands:
        before, now = (count_bands(end)[bands[-1]["value"]] / third for end in ends)
    else:
        before, now = (math.fsum(each.answer for each in end) / third for end in ends)
    return before, now
