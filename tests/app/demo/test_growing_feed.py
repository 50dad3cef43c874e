"""Promises of a growing feed: whole lines alone, the newest of many, begun anew when the file is cut or replaced."""

from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from client import Card
from demo.feed import feed_entries, growing_feed
from demo.feed.feed_entries import MAX_ENTRIES, FeedEntry
from demo.feed.growing_feed import GrowingFeed
from tests.support.feed_records import NAME, line
from tests.support.in_process_client import client_of


@pytest.fixture(scope="module")
def card(service: TestClient) -> Card:
    return client_of(service).card(NAME)


def test_a_growing_file_is_read_line_by_whole_line(card: Card, tmp_path: Path) -> None:
    file = tmp_path / "feed.jsonl"
    growing = GrowingFeed(file)
    assert growing.read_newest(card) == []
    with file.open("ab", buffering=0) as out:
        out.write(line("one", 0.5) + line("two", 0.6)[:20])
        assert [each.row["comment"] for each in growing.read_newest(card)] == ["one"]
        out.write(line("two", 0.6)[20:])
        result = growing.read_newest(card)
    assert [(each.row["comment"], each.number, each.answer) for each in result] == [("one", 1, 0.5), ("two", 2, 0.6)]
    assert growing.read_newest(card) == result


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
    results = [each.row["comment"] for each in GrowingFeed(file).read_newest(card)]
    assert results == [str(number) for number in range(100 - len(results), 100)]
    assert 5 < len(results) < 15


def test_a_feed_that_was_cut_and_grew_past_the_old_place_is_read_anew(card: Card, tmp_path: Path) -> None:
    file = tmp_path / "feed.jsonl"
    growing = GrowingFeed(file)
    file.write_bytes(line("old", 0.5) * 3)
    assert len(growing.read_newest(card)) == 3
    before = file.stat().st_ino
    file.write_bytes(line("newer", 0.5) * 9)
    assert file.stat().st_ino == before
    assert [(each.row["comment"], each.number) for each in growing.read_newest(card)] == [
        ("newer", index) for index in range(1, 10)
    ]


def test_after_a_night_unwatched_only_the_end_is_read(card: Card, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growing_feed, "_MAX_BYTES", 1000)
    file = tmp_path / "feed.jsonl"
    growing = GrowingFeed(file)
    file.write_bytes(line("evening", 0.5))
    assert len(growing.read_newest(card)) == 1
    with file.open("ab") as out:
        out.write(b"".join(line(str(number), 0.5) for number in range(100)))
    results = [each.row["comment"] for each in growing.read_newest(card)]
    assert results == [str(number) for number in range(100 - len(results), 100)]
    assert 5 < len(results) < 15


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
    result = GrowingFeed(file).read_newest(card)
    assert [result[0].number, result[-1].number] == [501, MAX_ENTRIES + 500]
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
