"""Promises of a whole enriched file: refused by name, bounded in memory, the newest rows, read once."""

import io
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from starlette.testclient import TestClient

from client import Card
from demo.feed import feed_file, feed_statistics
from demo.feed.feed_entries import MAX_ENTRIES, FeedEntry
from demo.feed.feed_file import FeedTooLarge, UnreadableFeed
from tests.support.demo_pages import html_of, opened, serve_by
from tests.support.feed_records import NAME
from tests.support.in_process_client import client_of
from tests.support.packed_files import packed_as


@pytest.fixture(scope="module")
def card(service: TestClient) -> Card:
    return client_of(service).card(NAME)


def parquet(table: pa.Table, **options: Any) -> io.BytesIO:
    file = io.BytesIO()
    pq.write_table(table, file, **options)
    return file


@pytest.mark.parametrize(
    ("name", "content", "missing"),
    [
        ("a.jsonl", b"", ""),
        ("a.csv", b"", ""),
        ("a.parquet", b"PAR1 not really", ""),
        ("a.csv", b"comment,decision\nx,ask\n", "probability_negative"),
        ("a.csv", b"text,probability_negative\nx,0.5\n", "comment"),
        ("a.csv", "comment,probability_negative\nzażółć,0.5\n".encode("utf-16"), ""),
        ("a.csv", b"comment,probability_negative\nx,many\n", ""),
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
        (b"comment,decision\nx,ask\n", "the column probability\\_negative is missing"),
        (b"text,probability_negative\nx,0.5\n", "This file has results of this model, but no column comment"),
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
    app.file_uploader[0].set_value(("b.csv", b"comment,probability_negative\nx,0.5\n", "text/csv")).run()
    assert opened_files == ["a.csv", "b.csv"]
    assert "1 comment" in html_of(app)


@pytest.mark.parametrize("ending", ["gz", "zip", "zst"])
@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_a_compressed_file_is_read_within_a_limit(
    name: str, ending: str, card: Card, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = (
        b"comment,probability_negative\nnice,0.5\n"
        if name == "a.csv"
        else b'{"comment": "nice", "probability_negative": 0.5}\n'
    )
    packed = packed_as(ending, rows)
    (entry,) = feed_file.read_feed_file(card, f"{name}.{ending}", io.BytesIO(packed))
    assert (entry.row, entry.answer) == ({"comment": "nice"}, 0.5)
    with pytest.raises(UnreadableFeed):
        feed_file.read_feed_file(card, f"{name}.{ending}", io.BytesIO(packed[:-5]))
    monkeypatch.setattr(feed_file, "_MAX_UNPACKED_BYTES", 20)
    with pytest.raises(FeedTooLarge):
        feed_file.read_feed_file(card, f"{name}.{ending}", io.BytesIO(packed))


def test_a_file_of_another_type_is_refused_in_the_language_of_the_page(
    service: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve_by(client_of(service), monkeypatch)
    app = opened("feed", model=NAME, lang="pl")
    app.file_uploader[0].set_value(("a.docx", b"x", "application/octet-stream")).run()
    assert app.error[0].value == (
        "a.docx: plików tego typu nie można tu wczytać. Można wczytać: .jsonl, .ndjson, .csv, .parquet, .gz, .zip, .zst."
    )


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
def test_moments_of_parquet_that_no_calendar_has_are_none(unit: str, card: Card) -> None:
    stamps = pa.array([2**62, -(2**62), 1], pa.int64()).cast(pa.timestamp(unit, "UTC"))
    columns = {"comment": ["a", "b", "c"], "probability_negative": [0.5] * 3}
    file = parquet(pa.table(columns | {"at": stamps}))
    result = feed_file.read_feed_file(card, "a.parquet", file)
    assert [each.row["comment"] for each in result] == ["a", "b", "c"]
    assert result[2].timestamp is not None
    if unit != "ns":
        assert [each.timestamp for each in result[:2]] == [None, None]
    feed_statistics.split_into_periods(result)


def test_a_parquet_that_unpacks_to_too_much_is_refused_before_it_is_unpacked(
    card: Card, monkeypatch: pytest.MonkeyPatch
) -> None:
    columns: dict[str, Any] = {"comment": ["x"] * 50, "probability_negative": [0.5] * 50}
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
    file = parquet(pa.table({"comment": comments, "probability_negative": chances, "remark": remark}))
    assert len(file.getvalue()) < 1_000_000
    usual_pool = pa.default_memory_pool()
    counted_pool = pa.proxy_memory_pool(usual_pool)  # its maximum is that of this test alone
    pa.set_memory_pool(counted_pool)
    try:
        assert len(feed_file.read_feed_file(card, "a.parquet", file)) == MAX_ENTRIES
    finally:
        pa.set_memory_pool(usual_pool)
    assert 0 < counted_pool.max_memory() < 100 * 2**20


def test_of_a_long_parquet_the_newest_rows_are_held(card: Card) -> None:
    count = MAX_ENTRIES + 700
    table = pa.table({"comment": [str(index) for index in range(count)], "probability_negative": [0.5] * count})
    for rows in (5000, count):
        result = feed_file.read_feed_file(card, "a.parquet", parquet(table, row_group_size=rows))
        assert [result[0].row["comment"], result[-1].row["comment"]] == ["700", str(count - 1)]
        assert len(result) == MAX_ENTRIES
