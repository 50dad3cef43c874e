"""Promises of a feed as the demo holds it: whole lines alone, the newest of many, the worst, the queue, its parts of time."""

import csv
import io
import itertools
import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as some
from starlette.testclient import TestClient

from client import Card
from demo.feed import feed_entries, feed_file, feed_statistics, growing_feed
from demo.feed.feed_entries import MAX_ENTRIES, FeedEntry
from demo.feed.feed_file import FeedTooLarge, UnreadableFeed
from demo.feed.growing_feed import GrowingFeed
from demo.settings import read_settings
from demo.text.translation import Translation
from pipeline import enrich
from tests.support.demo_pages import html_of, opened, serve_by
from tests.support.in_process_client import client_of
from tests.support.server_process import Program, free_port, running
from wire.settings_reader import WrongSettings

NAME = "comment-sentiment"
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def card(service: TestClient) -> Card:
    return client_of(service).card(NAME)


@pytest.fixture(scope="module")
def url(bundles: Path) -> Iterator[str]:
    port = free_port()
    with running(Program("service", "/health/ready", port, SERVICE_PORT=str(port), SERVICE_BUNDLES=str(bundles))) as program:
        yield program.url


def line(comment: str, chance: Any, decision: str = "ask", **more: Any) -> bytes:
    record = {"comment": comment, "probability_positive": chance, "decision": decision, "version": "abc"} | more
    return json.dumps(record).encode() + b"\n"


def shown(answer: float, band: str | None = None, number: int = 1, at: datetime | None = None) -> FeedEntry:
    return FeedEntry(number, {}, answer, band, "", at)


def test_a_growing_file_is_read_line_by_whole_line(card: Card, tmp_path: Path) -> None:
    file = tmp_path / "feed.jsonl"
    growing = GrowingFeed(file)
    assert growing.read_newest(card) == []
    with file.open("ab", buffering=0) as out:
        out.write(line("one", 0.5) + line("two", 0.6)[:20])
        assert [each.row["comment"] for each in growing.read_newest(card)] == ["one"]
        out.write(line("two", 0.6)[20:])
        found = growing.read_newest(card)
    assert [(each.row["comment"], each.number, each.answer) for each in found] == [("one", 1, 0.5), ("two", 2, 0.6)]
    assert growing.read_newest(card) == found


def test_a_feed_that_begins_anew_is_read_anew_and_one_that_is_gone_is_empty(card: Card, tmp_path: Path) -> None:
    file = tmp_path / "feed.jsonl"
    growing = GrowingFeed(file)
    file.write_bytes(line("old", 0.5) * 3)
    assert len(growing.read_newest(card)) == 3
    file.write_bytes(line("cut", 0.5))
    assert [each.row["comment"] for each in growing.read_newest(card)] == ["cut"]
    other = tmp_path / "other"
    other.write_bytes(line("new", 0.5) * 9)
    other.replace(file)
    assert [each.row["comment"] for each in growing.read_newest(card)] == ["new"] * 9
    file.unlink()
    assert growing.read_newest(card) == []


def test_of_a_long_feed_the_newest_are_held(card: Card, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growing_feed, "_MAX_BYTES", 1000)
    file = tmp_path / "feed.jsonl"
    file.write_bytes(b"".join(line(str(number), 0.5) for number in range(100)))
    found = [each.row["comment"] for each in GrowingFeed(file).read_newest(card)]
    assert found == [str(number) for number in range(100 - len(found), 100)]
    assert 5 < len(found) < 15


def test_a_feed_that_was_cut_and_grew_past_the_old_place_is_read_anew(card: Card, tmp_path: Path) -> None:
    file = tmp_path / "feed.jsonl"
    growing = GrowingFeed(file)
    file.write_bytes(line("old", 0.5) * 3)
    assert len(growing.read_newest(card)) == 3
    before = file.stat().st_ino
    file.write_bytes(line("newer", 0.5) * 9)
    assert file.stat().st_ino == before
    assert [(each.row["comment"], each.number) for each in growing.read_newest(card)] == [
        ("newer", place) for place in range(1, 10)
    ]


def test_after_a_night_unwatched_only_the_end_is_read(card: Card, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growing_feed, "_MAX_BYTES", 1000)
    file = tmp_path / "feed.jsonl"
    growing = GrowingFeed(file)
    file.write_bytes(line("evening", 0.5))
    assert len(growing.read_newest(card)) == 1
    with file.open("ab") as out:
        out.write(b"".join(line(str(number), 0.5) for number in range(100)))
    found = [each.row["comment"] for each in growing.read_newest(card)]
    assert found == [str(number) for number in range(100 - len(found), 100)]
    assert 5 < len(found) < 15


def test_of_very_many_new_lines_only_those_that_are_held_are_parsed(
    card: Card, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed: list[int] = []

    def counted(card: Card, record: Any, number: int) -> FeedEntry | None:
        parsed.append(number)
        return feed_entries.parse_entry(card, record, number)

    monkeypatch.setattr(growing_feed, "parse_entry", counted)
    file = tmp_path / "feed.jsonl"
    file.write_bytes(line("x", 0.5) * (MAX_ENTRIES + 500))
    found = GrowingFeed(file).read_newest(card)
    assert [found[0].number, found[-1].number] == [501, MAX_ENTRIES + 500]
    assert len(parsed) == MAX_ENTRIES


@pytest.mark.parametrize(
    "broken",
    [
        b"no json\n",
        b"[]\n",
        b'"text"\n',
        b"[" * 100_000 + b"\n",
        b"\xff\xfe\n",
        b"\n",
        b'{"comment": "x"}\n',
        line("x", "many"),
        line("x", None),
        line("x", float("nan")),
        line("x", 1.5),
        line("x", -0.1),
        line("x", [1]),
        line("x", 10**400),
        line("x", -(10**400)),
        b'{"comment": "' + b"x" * 3_000_000 + b'"}\n',
    ],
    ids=lambda broken: repr(broken[:20]),
)
def test_a_line_that_says_nothing_of_the_model_is_passed_over(broken: bytes, card: Card, tmp_path: Path) -> None:
    file = tmp_path / "feed.jsonl"
    file.write_bytes(line("before", 0.5) + broken + line("after", 0.5))
    assert [each.row["comment"] for each in GrowingFeed(file).read_newest(card)] == ["before", "after"]


def test_strange_cells_become_no_entry_that_breaks_a_page(card: Card) -> None:
    found = feed_entries.parse_entry(
        card, {"comment": 5, "probability_positive": "0.25", "decision": ["ask"], "version": 3}, 1
    )
    assert found == FeedEntry(1, {"comment": "5"}, 0.25, None, "", None)


def test_what_the_pipeline_writes_is_what_the_page_shows(url: str, service: TestClient, card: Card, tmp_path: Path) -> None:
    rows = [dict(row) for row in card["real_rows"]]
    source = tmp_path / "comments.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    said = client_of(service).predict(NAME, rows)["predictions"]
    for ending in ("jsonl", "csv", "parquet"):
        target = tmp_path / f"enriched.{ending}"
        enrich(NAME, source, target, url=url)
        with target.open("rb") as file:
            found = feed_file.read_feed_file(card, target.name, file)
        assert [each.row for each in found] == rows
        assert [each.answer for each in found] == [each["probabilities"]["positive"] for each in said]
        assert [each.band for each in found] == [each["decision"] for each in said]
        assert {each.version for each in found} == {card["version"]}
    assert GrowingFeed(tmp_path / "enriched.jsonl").read_newest(card) == found


@pytest.mark.parametrize("separator", [";", "\t", ",", "|"])
def test_a_csv_that_the_pipeline_enriched_is_taken_with_its_separator(
    separator: str, url: str, card: Card, tmp_path: Path
) -> None:
    source, target = tmp_path / "comments.csv", tmp_path / "enriched.csv"
    with source.open("w", newline="", encoding="utf-8") as out:
        rows = [["seen", "comment"], ["1", "Great; really, and\tcheap"], ["2", 'They said "no"\nand left']]
        csv.writer(out, delimiter=separator).writerows(rows)
    enrich(NAME, source, target, url=url)
    with target.open("rb") as file:
        assert [each.row["comment"] for each in feed_file.read_feed_file(card, target.name, file)] == [
            row[1] for row in rows[1:]
        ]


@pytest.mark.parametrize(
    ("name", "content", "missing"),
    [
        ("a.jsonl", b"", ""),
        ("a.csv", b"", ""),
        ("a.parquet", b"PAR1 not really", ""),
        ("a.csv", b"comment,decision\nx,ask\n", "probability_positive"),
        ("a.csv", b"text,probability_positive\nx,0.5\n", "comment"),
        ("a.csv", "comment,probability_positive\nzażółć,0.5\n".encode("utf-16"), ""),
        ("a.csv", b"comment,probability_positive\nx,many\n", ""),
        ("a.jsonl", b"{}\n", "comment"),
    ],
)
def test_a_file_without_answers_is_refused_naming_what_is_missing(
    name: str, content: bytes, missing: str, card: Card
) -> None:
    with pytest.raises(UnreadableFeed) as refusal:
        feed_file.read_feed_file(card, name, io.BytesIO(content))
    assert str(refusal.value) == missing


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"comment,decision\nx,ask\n", "there is no column probability\\_positive"),
        (b"text,probability_positive\nx,0.5\n", "This file has answers of this model, but no column comment"),
        (b"", "This file cannot be read"),
    ],
)
def test_a_wrong_file_is_read_once_however_often_the_page_is_drawn_and_says_why(
    content: bytes, sentence: str, service: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve_by(client_of(service), monkeypatch)
    opened_files: list[str] = []
    real = feed_file.read_feed_file

    def counted(card: Card, name: str, file: Any) -> list[FeedEntry]:
        opened_files.append(name)
        return real(card, name, file)

    monkeypatch.setattr(feed_file, "read_feed_file", counted)
    app = opened("feed", model=NAME, lang="en")
    app.file_uploader[0].set_value(("a.csv", content, "text/csv")).run()
    for _ in range(3):
        app.run()
        assert sentence in app.error[0].value
    assert opened_files == ["a.csv"]
    app.file_uploader[0].set_value(("b.csv", b"comment,probability_positive\nx,0.5\n", "text/csv")).run()
    assert opened_files == ["a.csv", "b.csv"]
    assert "1 came in" in html_of(app)


def test_when_a_record_came_is_what_it_says_in_any_form(card: Card) -> None:
    moments: list[Any] = [NOON.isoformat(), "2026-11-24T13:00:00+01:00", "2026-11-24 12:00:00"]
    records = [{"comment": "x", "probability_positive": 0.5, "id": 7, "note": "2026", "at": moment} for moment in moments]
    found = [feed_entries.parse_entry(card, record, 1) for record in records]
    assert [each.timestamp for each in found if each] == [NOON] * 3
    table = pa.table({"comment": ["x"], "probability_positive": [0.5], "at": pa.array([NOON], pa.timestamp("ms", "UTC"))})
    file = io.BytesIO()
    pq.write_table(table, file)
    assert feed_file.read_feed_file(card, "a.parquet", file)[0].timestamp == NOON
    comment = feed_entries.parse_entry(card, {"comment": NOON.isoformat(), "probability_positive": 0.5}, 1)
    assert comment is not None
    assert comment.timestamp is None


STRANGE = ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59Z"]
CLOCKS = ("Pacific/Pago_Pago", "Europe/Warsaw", "Pacific/Kiritimati")


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


def parquet(table: pa.Table, **options: Any) -> io.BytesIO:
    file = io.BytesIO()
    pq.write_table(table, file, **options)
    return file


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
def test_moments_of_parquet_that_no_calendar_has_are_none(unit: str, card: Card) -> None:
    stamps = pa.array([2**62, -(2**62), 1], pa.int64()).cast(pa.timestamp(unit, "UTC"))
    columns = {"comment": ["a", "b", "c"], "probability_positive": [0.5] * 3}
    file = parquet(pa.table(columns | {"at": stamps}))
    found = feed_file.read_feed_file(card, "a.parquet", file)
    assert [each.row["comment"] for each in found] == ["a", "b", "c"]
    assert found[2].timestamp is not None
    if unit != "ns":
        assert [each.timestamp for each in found[:2]] == [None, None]
    feed_statistics.split_into_periods(found)


def test_a_parquet_that_unpacks_to_too_much_is_refused_before_it_is_unpacked(
    card: Card, monkeypatch: pytest.MonkeyPatch
) -> None:
    columns: dict[str, Any] = {"comment": ["x"] * 50, "probability_positive": [0.5] * 50}
    whole = pa.table(columns | {"lists": [[1] * 100] * 50})
    assert len(feed_file.read_feed_file(card, "a.parquet", parquet(whole))) == 50
    for limit in ("_MAX_UNPACKED_BYTES", "_MAX_UNPACKED_ROWS"):
        with monkeypatch.context() as patch:
            patch.setattr(feed_file, limit, 10)
            with pytest.raises(FeedTooLarge):
                feed_file.read_feed_file(card, "a.parquet", parquet(whole))


def test_a_text_that_a_parquet_holds_a_thousand_times_is_unpacked_once(card: Card) -> None:
    remark = pa.DictionaryArray.from_arrays(pa.array([0] * 20_000, pa.int32()), ["x" * 100_000])  # 2 GB, spelt out
    chances = pa.array([0.5] * 20_000)
    comments = pa.array(["nice"] * 20_000)
    file = parquet(pa.table({"comment": comments, "probability_positive": chances, "remark": remark}))
    assert len(file.getvalue()) < 1_000_000
    before = pa.total_allocated_bytes()
    assert len(feed_file.read_feed_file(card, "a.parquet", file)) == MAX_ENTRIES
    assert pa.default_memory_pool().max_memory() - before < 100 * 2**20


def test_of_a_long_parquet_the_newest_rows_are_held(card: Card) -> None:
    count = MAX_ENTRIES + 700
    table = pa.table({"comment": [str(place) for place in range(count)], "probability_positive": [0.5] * count})
    for rows in (5000, count):
        found = feed_file.read_feed_file(card, "a.parquet", parquet(table, row_group_size=rows))
        assert [found[0].row["comment"], found[-1].row["comment"]] == ["700", str(count - 1)]
        assert len(found) == MAX_ENTRIES


def test_decimals_and_cells_without_a_value_are_read_as_the_pipeline_writes_them(service: TestClient) -> None:
    price: Any = client_of(service).card("diamond-price")
    price["inputs"][1]["nullable"] = True
    found = feed_entries.parse_entry(price, {"carat": Decimal("0.70"), "cut": "", "depth": [1], "value": Decimal(5)}, 1)
    assert found is not None
    assert found.row == {"carat": 0.7, "cut": None}
    assert found.answer == 5.0


answers = some.lists(some.floats(0, 1), min_size=1, max_size=60)


@given(answers, some.integers(1, 20))
def test_the_worst_are_the_lowest_of_all_in_order(chances: list[float], most: int) -> None:
    bands: Any = {"output": {"bands": [{"tone": "good", "low": 0.7}, {"tone": "bad", "low": 0.0}]}}
    entries = [shown(chance, number=number) for number, chance in enumerate(chances)]
    assert [each.answer for each in feed_statistics.select_worst(bands, entries, most)] == sorted(chances)[:most]
    high_is_bad: Any = {"output": {"bands": [{"tone": "good", "low": 0.0}, {"tone": "bad", "low": 0.7}]}}
    without: Any = {"output": {}}
    for card in (high_is_bad, without):
        assert [each.answer for each in feed_statistics.select_worst(card, entries, most)] == sorted(chances, reverse=True)[
            :most
        ]


def test_the_queue_holds_the_band_in_the_middle_as_it_came(card: Card) -> None:
    entries = [shown(0.5, band, number) for number, band in enumerate(["ask", "positive", "ask", None, "negative"])]
    assert [each.number for each in feed_statistics.select_undecided(card, entries)] == [0, 2]


@given(chances=answers, seconds=some.lists(some.integers(0, 10**9), min_size=60, max_size=60), dated=some.booleans())
def test_the_parts_hold_every_entry_once(*, chances: list[float], seconds: list[int], dated: bool) -> None:
    moments = [NOON + timedelta(seconds=each) if dated else None for each in seconds]
    bands = ["ask", "positive", None]
    entries = [shown(each, bands[place % 3], place, moments[place]) for place, each in enumerate(chances)]
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
    entries = [shown(0.5, "bad" if day < 5 else "good", day, NOON + timedelta(days=day)) for day in range(15)]
    for arrived in (entries, entries[::-1], entries[7:] + entries[:7]):
        assert feed_statistics.compare_first_and_last(card, arrived) == (1.0, 0.0)
        first, *_, last = feed_statistics.split_into_periods(arrived)
        assert [set(first.counts), set(last.counts)] == [{"bad"}, {"good"}]
    undated = [shown(0.5, "bad" if place < 5 else "good", place) for place in range(15)]
    assert feed_statistics.compare_first_and_last(card, undated) == (1.0, 0.0)


def test_parts_of_time_are_equally_long_and_show_a_gap() -> None:
    times = [0, 1, 2, 3, 4, 240]
    entries = [shown(0.5, "ask", number, NOON + timedelta(minutes=at)) for number, at in enumerate(times)]
    parts = feed_statistics.split_into_periods(entries)
    assert [sum(part.counts.values()) for part in parts] == [5, *[0] * 22, 1]
    lengths = {
        round((later.start - part.start).total_seconds())
        for part, later in itertools.pairwise(parts)
        if part.start and later.start
    }
    assert lengths == {600}


def test_moments_are_written_in_the_readers_language_and_zone() -> None:
    warsaw = ZoneInfo("Europe/Warsaw")
    assert [Translation(each).timestamp(NOON, 0, warsaw) for each in ("en", "pl")] == ["13:00", "13:00"]
    assert [Translation(each).timestamp(NOON, 3, warsaw) for each in ("en", "pl")] == ["Nov 24", "24 lis"]
    assert [Translation(each).timestamp(NOON, 999, warsaw) for each in ("en", "pl")] == ["Nov 2026", "lis 2026"]


def test_feeds_are_named_model_by_model() -> None:
    settings = read_settings({"DEMO_FEEDS": "one=/a/b=c.jsonl, two=x.jsonl"})
    assert settings.feeds_by_model() == {"one": Path("/a/b=c.jsonl"), "two": Path("x.jsonl")}
    for wrong in ("x.jsonl", "=x", "one="):
        with pytest.raises(WrongSettings, match="DEMO_FEEDS"):
            read_settings({"DEMO_FEEDS": wrong})
