"""Promises of a scored file as the demo holds it: its counts, its rows, a row as a case, its copies."""

import csv
import io
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import assume, given
from hypothesis import strategies as some
from starlette.testclient import TestClient

from client import Card, InvalidAnswer
from demo.files import case_table, row_fault_text, scored_download, scored_file, warning_text
from demo.files.scored_file import ALL_ROWS, REFUSED, WARNED, ScoredFile
from demo.files.spreadsheet import CsvDialect, to_csv
from demo.text.translation import Translation
from tests.support.demo_cards import ENGLISH, POLISH
from tests.support.in_process_client import client_of
from tests.support.row_files import MEDIA, ask, text_of, written

NAME = "credit-default"


def pieces(content: bytes, size: int = 1000) -> Iterator[bytes]:
    yield from (content[at : at + size] for at in range(0, len(content), size))


@pytest.fixture(scope="module")
def card(service: TestClient) -> Card:
    return client_of(service).card(NAME)


@pytest.fixture(scope="module")
def scored(service: TestClient, card: Card) -> ScoredFile:
    """Real rows with decimal commas, one of them broken, scored by the real service."""
    rows = [[str(value).replace(".", ",") for value in row.values()] for row in card["real_rows"]]
    rows[7][2] = "n/a"
    body = io.BytesIO(text_of(list(card["real_rows"][0]), rows, ";"))
    with client_of(service).score_file(NAME, body, MEDIA["csv"]) as (recognised, parts):
        seen: list[int] = []
        table = scored_file.read_answer(parts, seen.append)
    assert seen[-1] == recognised["rows"] == 100
    return ScoredFile.of_answer("clients.csv", recognised, card, table)


def test_the_counts_are_those_of_the_rows(card: Card, scored: ScoredFile, service: TestClient) -> None:
    assert scored_file.is_complete(card, scored.recognised, scored.table)
    counts = scored_file.count_choices(card, scored.table)
    rows = [row for index, row in enumerate(card["real_rows"]) if index != 7]
    predictions = client_of(service).predict(NAME, rows)["predictions"]
    said = [each["decision"] for each in predictions]
    warned = sum(bool(each["warnings"]) for each in predictions)
    bands = {band: said.count(band) for band in ("approve", "ask", "refuse")}
    assert counts == {ALL_ROWS: 100, WARNED: warned, REFUSED: 1} | bands
    low, high = scored_file.interquartile_range(card, scored.table)
    chances = [each["probabilities"]["default"] for each in client_of(service).predict(NAME, rows)["predictions"]]
    assert (low, high) == pytest.approx(tuple(np.quantile(chances, [0.25, 0.75])))
    assert sum(rows for _, _, rows in scored_file.make_histogram(card, scored.table)) == 99


def test_a_row_becomes_the_case_that_it_is(card: Card, scored: ScoredFile) -> None:
    for index, row in enumerate(card["real_rows"], start=1):
        broken = {list(row)[2]} if index == 8 else set()
        expected = {name: value for name, value in row.items() if name not in broken}
        assert scored_file.model_row(card, scored, index) == expected


def test_a_choice_of_rows_is_in_the_order_that_was_asked_for(card: Card, scored: ScoredFile) -> None:
    high = scored_file.select_rows(card, scored.table, ALL_ROWS, "high")["probability_default"].to_pylist()[:99]
    assert high == sorted(high, reverse=True)
    assert scored_file.select_rows(card, scored.table, ALL_ROWS, "file")["row"].to_pylist() == list(range(1, 101))
    refused = scored_file.select_rows(card, scored.table, REFUSED, "high")
    assert refused["row"].to_pylist() == [8]
    assert "Expected" in refused["error"][0].as_py()
    approved = scored_file.select_rows(card, scored.table, "approve", "low")
    assert set(approved["decision"].to_pylist()) == {"Approve"}
    assert approved.num_rows == scored_file.count_choices(card, scored.table)["approve"]


def test_the_copies_hold_everything(scored: ScoredFile) -> None:
    assert pq.read_table(io.BytesIO(scored_download.to_parquet(scored.table))).equals(scored.table)
    rows = list(csv.DictReader(io.StringIO(to_csv(scored.table).decode("utf-8-sig"))))
    results = [float(row["probability_default"]) if row["probability_default"] else None for row in rows]
    assert results == scored.table["probability_default"].to_pylist()


@pytest.mark.parametrize(("tr", "words"), [(ENGLISH, "is not a number"), (POLISH, "to nie liczba")])
def test_a_download_says_in_the_language_of_the_page_why_a_row_was_refused(
    card: Card, scored: ScoredFile, tr: Translation, words: str
) -> None:
    table = scored_download.translate_errors(
        scored, lambda codes, sentence, cells: row_fault_text.describe_row_errors(card, codes, sentence, cells, tr)
    )
    rows = list(csv.DictReader(io.StringIO(to_csv(table).decode("utf-8-sig"))))
    assert [index for index, row in enumerate(rows, start=1) if row["error"]] == [8]
    assert words in rows[7]["error"]
    assert "Expected" not in rows[7]["error"]
    assert table.drop_columns("error").equals(scored.original_table.drop_columns("error"))


def test_a_parquet_with_lists_and_formulas_that_passes_through_can_be_taken_away(service: TestClient, card: Card) -> None:
    rows = pa.Table.from_pylist([dict(row) for row in card["real_rows"][:3]])
    rows = rows.append_column("orders", pa.array([[1, 2], [], None])).append_column("note", pa.array(["=1+1", "-3", "ok"]))
    body = io.BytesIO()
    pq.write_table(rows, body)
    body.seek(0)
    with client_of(service).score_file(NAME, body, MEDIA["parquet"]) as (_, parts):
        table = scored_file.read_answer(parts, lambda _rows: None)
    result = list(csv.DictReader(io.StringIO(to_csv(table).decode("utf-8-sig"))))
    assert [row["orders"] for row in result] == ["[1, 2]", "[]", ""]
    assert [row["note"] for row in result] == ["'=1+1", "-3", "ok"]


@pytest.mark.parametrize("model", ["credit-default", "credit-scorecard", "comment-sentiment", "diamond-price"])
def test_a_sample_is_scored_as_the_rows_that_it_was_made_of(model: str, service: TestClient) -> None:
    client = client_of(service)
    card = client.card(model)
    sample = io.BytesIO(case_table.make_sample(card, CsvDialect()))
    with client.score_file(model, sample, MEDIA["csv"]) as (_, parts):
        table = scored_file.read_answer(parts, lambda _rows: None)
    said: list[Any] = client.predict(model, card["real_rows"][:50])["predictions"]
    focus = card["output"].get("focus")
    column = table[f"probability_{focus}" if focus else "value"].to_pylist()
    assert column == [each["probabilities"][focus] if focus else each["value"] for each in said]


@given(some.binary(max_size=400))
def test_an_answer_that_is_no_stream_is_nonsense(content: bytes) -> None:
    with pytest.raises(InvalidAnswer):
        scored_file.read_answer(pieces(content, 7), lambda _rows: None)


@given(some.integers(0, 3000))
def test_an_answer_that_breaks_off_inside_a_batch_is_nonsense(cut: int) -> None:
    table = pa.table({"row": list(range(1000))})
    out = io.BytesIO()
    with pa.ipc.new_stream(out, table.schema) as stream:
        stream.write_table(table)
    assume(cut != table.schema.serialize().size)  # a stream of no rows; the page counts them
    with pytest.raises(InvalidAnswer):
        scored_file.read_answer(pieces(out.getvalue()[:cut]), lambda _rows: None)


def test_a_table_with_fewer_rows_than_the_file_is_known_as_such(card: Card, scored: ScoredFile) -> None:
    assert not scored_file.is_complete(card, scored.recognised, scored.table.slice(1))


def test_a_table_of_another_model_is_known_as_such(scored: ScoredFile, service: TestClient) -> None:
    price: Any = client_of(service).card("diamond-price")
    assert not scored_file.is_complete(price, scored.recognised, scored.table)


def test_a_file_with_columns_of_the_names_of_the_answer_comes_back_as_it_was(service: TestClient, card: Card) -> None:
    rows = [[str(value) for value in row.values()] + ["1", "x"] for row in card["real_rows"][:3]]
    body = io.BytesIO(text_of([*card["real_rows"][0], "label", "row"], rows))
    with client_of(service).score_file(NAME, body, MEDIA["csv"]) as (recognised, parts):
        table = scored_file.read_answer(parts, lambda _rows: None)
    file = ScoredFile.of_answer("clients.csv", recognised, card, table)
    assert scored_file.is_complete(card, recognised, file.table)
    assert scored_file.count_choices(card, file.table)[ALL_ROWS] == 3
    assert file.original_table.column_names == table.column_names
    assert file.original_table["label"].to_pylist() == ["1"] * 3
    assert file.original_table["prediction_label"].to_pylist() == file.table["label"].to_pylist()
    shown = scored_file.select_rows(card, file.table, ALL_ROWS, "file")
    assert shown["row *"].to_pylist() == ["x"] * 3
    assert scored_file.model_row(card, file, 1) == card["real_rows"][0]


def test_rows_with_a_warning_can_be_chosen_and_are_described_in_words(card: Card, service: TestClient) -> None:
    rows = [*card["real_rows"][:5], card["real_rows"][5] | {"worst_delay": 0, "months_delayed": 6, "months_late_now": 1}]
    answer = ask(service, NAME, written(pa.Table.from_pylist(rows), "arrow"), "arrow", query="?inputs=keep")
    table = pa.ipc.open_stream(answer.content).read_all()
    warned = scored_file.count_choices(card, table)[WARNED]
    chosen = scored_file.select_rows(card, table, WARNED, "file")
    assert chosen.num_rows == warned >= 1
    described = [warning_text.describe_codes(card, codes, Translation("en")) for codes in chosen["warnings"].to_pylist()]
    assert "Months with a delay, Worst delay: contradiction" in described[-1]
    assert chosen.column_names[:2] == ["row", "warnings"]
    assert "warnings" not in scored_file.select_rows(card, table, ALL_ROWS, "file").column_names
    assert warning_text.describe_codes(card, "new_code", Translation("en")) == "new_code"


@pytest.mark.parametrize(("columns", "rows"), [(9, 1000), (13, 500), (60, 100), (500, 20)])
def test_a_page_of_a_wide_file_has_fewer_rows(columns: int, rows: int) -> None:
    table = pa.table({f"column {index}": range(1500) for index in range(columns)})
    assert scored_file.page_rows(table) == rows
