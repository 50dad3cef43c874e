"""Promises of the feed's statistics: the worst first, the queue, periods that hold every entry once."""

import itertools
from collections import Counter
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as some

from demo.feed import feed_statistics
from tests.support.feed_records import NOON, entry

answers = some.lists(some.floats(0, 1), min_size=1, max_size=60)


@given(answers, some.integers(1, 20))
def test_the_worst_are_the_lowest_of_all_in_order(chances: list[float], most: int) -> None:
    bands: Any = {"output": {"bands": [{"tone": "good", "low": 0.7}, {"tone": "bad", "low": 0.0}]}}
    entries = [entry(chance, number=number) for number, chance in enumerate(chances)]
    assert [each.answer for each in feed_statistics.select_worst(bands, entries, most)] == sorted(chances)[:most]
    high_is_bad: Any = {"output": {"bands": [{"tone": "good", "low": 0.0}, {"tone": "bad", "low": 0.7}]}}
    without: Any = {"output": {}}
    for card in (high_is_bad, without):
        assert [each.answer for each in feed_statistics.select_worst(card, entries, most)] == sorted(chances, reverse=True)[
            :most
        ]


def test_the_queue_holds_the_band_in_the_middle_as_it_came() -> None:
    tones = {"positive": "good", "ask": "middle", "negative": "bad"}
    card: Any = {"output": {"bands": [{"value": value, "tone": tone} for value, tone in tones.items()]}}
    entries = [entry(0.5, band, number) for number, band in enumerate(["ask", "positive", "ask", None, "negative"])]
    assert [each.number for each in feed_statistics.select_undecided(card, entries)] == [0, 2]


@given(chances=answers, seconds=some.lists(some.integers(0, 10**9), min_size=60, max_size=60), dated=some.booleans())
def test_the_parts_hold_every_entry_once(*, chances: list[float], seconds: list[int], dated: bool) -> None:
    moments = [NOON + timedelta(seconds=each) if dated else None for each in seconds]
    bands = ["ask", "positive", None]
    entries = [entry(each, bands[index % 3], index, moments[index]) for index, each in enumerate(chances)]
    parts = feed_statistics.split_into_periods(entries)
    assert sum((part.counts for part in parts), Counter()) == Counter(each.band for each in entries)
    for part in parts:
        assert (part.average is None) == (not part.counts)
    if not dated:
        assert all(part.counts for part in parts)
        sizes = [sum(part.counts.values()) for part in parts]
        assert max(sizes) - min(sizes) <= 1


def test_the_beginning_and_lately_are_those_of_the_chart_whatever_the_order_of_arrival() -> None:
    card: Any = {"output": {"bands": [{"value": "good"}, {"value": "bad"}]}}
    entries = [entry(0.5, "bad" if day < 5 else "good", day, NOON + timedelta(days=day)) for day in range(15)]
    for arrived in (entries, entries[::-1], entries[7:] + entries[:7]):
        assert feed_statistics.compare_first_and_last(card, arrived) == (1.0, 0.0)
        first, *_, last = feed_statistics.split_into_periods(arrived)
        assert [set(first.counts), set(last.counts)] == [{"bad"}, {"good"}]
    undated = [entry(0.5, "bad" if index < 5 else "good", index) for index in range(15)]
    assert feed_statistics.compare_first_and_last(card, undated) == (1.0, 0.0)


def test_parts_of_time_are_equally_long_and_show_a_gap() -> None:
    times = [0, 1, 2, 3, 4, 240]
    entries = [entry(0.5, "ask", number, NOON + timedelta(minutes=at)) for number, at in enumerate(times)]
    parts = feed_statistics.split_into_periods(entries)
    assert [sum(part.counts.values()) for part in parts] == [5, *[0] * 22, 1]
    lengths = {
        round((later.start - part.start).total_seconds())
        for part, later in itertools.pairwise(parts)
        if part.start and later.start
    }
    assert lengths == {600}
