"""Statistics of the feed: counts and shares by period, the worst entries, and the entries left to a person."""

import heapq
import itertools
import math
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from client import Card
from demo.feed.feed_entries import Band, FeedEntry

_MAX_PERIODS = 24
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class FeedPeriod:
    """A part of the feed: a stretch of time, or a number of entries. `average` is the mean answer, None without entries."""

    start: datetime | None
    """When it begins; None if the entries have no timestamps."""
    first_number: int
    """The number of its first entry; 0 without entries."""
    counts: Counter[Band]
    average: float | None


def select_worst(card: Card, entries: list[FeedEntry], count: int) -> list[FeedEntry]:
    """Return `count` entries with the worst answers, the worst first.

    The highest answers are the worst, unless the card's bands say that low ones are bad.
    """
    if _is_low_bad(card):
        return heapq.nsmallest(count, entries, key=lambda each: (each.answer, -each.number))
    return heapq.nlargest(count, entries, key=lambda each: (each.answer, each.number))


def _is_low_bad(card: Card) -> bool:
    ends = {band["tone"]: band["low"] for band in card["output"].get("bands", [])}
    return "bad" in ends and ends["bad"] < ends.get("good", math.inf)


def select_undecided(card: Card, entries: list[FeedEntry]) -> list[FeedEntry]:
    """Return the entries in a band that leaves the decision to a person, in the order of the file."""
    middle = {band["value"] for band in card["output"].get("bands", []) if band["tone"] == "middle"}
    return [each for each in entries if each.band in middle]


def sort_by_time(entries: list[FeedEntry]) -> list[FeedEntry]:
    """Return the entries by their timestamps, or in the order of the file if they have none."""
    return sorted(entries, key=lambda each: each.timestamp or _NEVER) if have_timestamps(entries) else entries


def have_timestamps(entries: list[FeedEntry]) -> bool:
    """Tell whether every entry has a timestamp, and the timestamps differ."""
    timestamps = {each.timestamp for each in entries}
    return None not in timestamps and len(timestamps) > 1


def split_into_periods(entries: list[FeedEntry]) -> list[FeedPeriod]:
    """Split the feed into periods of equal length; without timestamps, of equal numbers of entries."""
    timestamps = [each.timestamp for each in entries if each.timestamp] if have_timestamps(entries) else []
    if timestamps:
        first, width = min(timestamps), (max(timestamps) - min(timestamps)).total_seconds() / _MAX_PERIODS
        periods: list[list[FeedEntry]] = [[] for _ in range(_MAX_PERIODS)]
        for timestamp, each in zip(timestamps, entries, strict=True):
            periods[min(int((timestamp - first).total_seconds() / width), _MAX_PERIODS - 1)].append(each)
        starts = [first + timedelta(seconds=width * index) for index in range(_MAX_PERIODS)]
        return [_make_period(start, some) for start, some in zip(starts, periods, strict=True)]
    count = min(_MAX_PERIODS, len(entries))
    ends = [index * len(entries) // count for index in range(count + 1)]
    return [_make_period(None, entries[begin:end]) for begin, end in itertools.pairwise(ends)]


def _make_period(start: datetime | None, entries: list[FeedEntry]) -> FeedPeriod:
    average = math.fsum(each.answer for each in entries) / len(entries) if entries else None
    return FeedPeriod(start, entries[0].number if entries else 0, count_bands(entries), average)


def count_bands(entries: list[FeedEntry]) -> Counter[Band]:
    """Return the number of entries in each band."""
    return Counter(each.band for each in entries)


def compare_first_and_last(card: Card, entries: list[FeedEntry]) -> tuple[float, float]:
    """Return a figure for the first and for the last third of the entries.

    It is the share of the worst band, or the mean answer if the card has no bands.
    """
    third = max(1, len(entries) // 3)
    ordered = sort_by_time(entries)
    ends = ordered[:third], ordered[-third:]
    bands = card["output"].get("bands", [])
    if bands:
        before, now = (count_bands(end)[bands[-1]["value"]] / third for end in ends)
    else:
        before, now = (math.fsum(each.answer for each in end) / third for end in ends)
    return before, now
