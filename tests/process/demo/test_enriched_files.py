"""Promises of the pipeline and the demo together: what the one writes the other shows."""

import csv
import json
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from client import Card
from demo.feed import feed_file
from demo.feed.growing_feed import GrowingFeed
from pipeline import enrich
from tests.support.feed_records import NAME
from tests.support.in_process_client import client_of
from tests.support.server_process import Program


@pytest.fixture(scope="module")
def card(service: TestClient) -> Card:
    return client_of(service).card(NAME)


@pytest.fixture(scope="module")
def url(bundled_service: Program) -> str:
    return bundled_service.url


def test_what_the_pipeline_writes_is_what_the_page_shows(url: str, service: TestClient, card: Card, tmp_path: Path) -> None:
    rows = [dict(row) for row in card["real_rows"]]
    source = tmp_path / "comments.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    said = client_of(service).predict(NAME, rows)["predictions"]
    for ending in ("jsonl", "csv", "parquet"):
        target = tmp_path / f"enriched.{ending}"
        enrich(NAME, source, target, url=url)
        with target.open("rb") as file:
            result = feed_file.read_feed_file(card, target.name, file)
        assert [each.row for each in result] == rows
        assert [each.answer for each in result] == [each["probabilities"]["negative"] for each in said]
        assert [each.band for each in result] == [each["decision"] for each in said]
        assert {each.version for each in result} == {card["version"]}
    assert GrowingFeed(tmp_path / "enriched.jsonl").read_newest(card) == result


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
