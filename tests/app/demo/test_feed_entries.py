"""Promises of an entry of the feed: strange cells break nothing, timestamps are found in any form."""

import io
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from starlette.testclient import TestClient

from client import Card
from demo.feed import feed_entries, feed_file, feed_statistics
from demo.feed.feed_entries import FeedEntry
from demo.feed.growing_feed import GrowingFeed
from demo.text.translation import Translation
from tests.support.feed_records import NAME, NOON, line
from tests.support.in_process_client import client_of
from wire.cells.text_style import PROGRAM_STYLE


@pytest.fixture(scope="module")
def card(service: TestClient) -> Card:
    return client_of(service).card(NAME)


STRANGE = ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59Z"]


CLOCKS = ("Pacific/Pago_Pago", "Europe/Warsaw", "Pacific/Kiritimati")


def test_strange_cells_become_no_entry_that_breaks_a_page(card: Card) -> None:
    result = feed_entries.parse_entry(
        card, {"comment": 5, "probability_negative": "0.25", "decision": ["ask"], "version": 3}, 1
    )
    assert result == FeedEntry(1, {"comment": "5"}, 0.25, None, "", None)


def test_when_a_record_came_is_what_it_says_in_any_form(card: Card) -> None:
    moments: list[Any] = [NOON.isoformat(), "2026-11-24T13:00:00+01:00", "2026-11-24 12:00:00"]
    records = [{"comment": "x", "probability_negative": 0.5, "id": 7, "note": "2026", "at": moment} for moment in moments]
    results = [feed_entries.parse_entry(card, record, 1) for record in records]
    assert [each.timestamp for each in results if each] == [NOON] * 3
    table = pa.table({"comment": ["x"], "probability_negative": [0.5], "at": pa.array([NOON], pa.timestamp("ms", "UTC"))})
    file = io.BytesIO()
    pq.write_table(table, file)
    assert feed_file.read_feed_file(card, "a.parquet", file)[0].timestamp == NOON
    comment = feed_entries.parse_entry(card, {"comment": NOON.isoformat(), "probability_negative": 0.5}, 1)
    assert comment is not None
    assert comment.timestamp is None


@pytest.mark.parametrize("moment", [*STRANGE, "0002-01-01T00:00:00Z", "9998-12-31T23:59:59Z", "1950-01-01"])
def test_no_moment_breaks_a_page_whatever_clock_its_reader_has(moment: str, card: Card, tmp_path: Path) -> None:
    file = tmp_path / "feed.jsonl"
    file.write_bytes(line("strange", 0.5, at=moment) + line("now", 0.6, at=NOON.isoformat()))
    entries = GrowingFeed(file).read_newest(card)
    assert [each.row["comment"] for each in entries] == ["strange", "now"]
    assert (entries[0].timestamp is None) == (moment in STRANGE)
    for part in feed_statistics.split_into_periods(entries):
        for clock in CLOCKS:
            for days in (0, 1, 999):
                assert part.start is None or Translation("pl").timestamp(part.start, days, ZoneInfo(clock))


def test_decimals_and_cells_without_a_value_are_read_as_the_pipeline_writes_them(service: TestClient) -> None:
    price: Any = client_of(service).card("diamond-price")
    price["inputs"][1]["nullable"] = True
    record = {"carat": Decimal("0.70"), "cut": "", "depth": [1], "value": Decimal(5)}
    result = feed_entries.parse_entry(price, record, 1, PROGRAM_STYLE)
    assert result is not None
    assert result.row == {"carat": 0.7, "cut": None}
    assert result.answer == 5.0
