"""Promises of the drawn adverts: their texts are read, their features are theirs, their clicks follow the formula."""

import csv
import hashlib
import json
import math
import re
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from service.training.adverts.clicks import EFFECTS, Advert, Showing, expected_effect, write_showings
from tests.support.reading_rate import edit_distance, pair_lines, reading_rate

ROOT = Path(__file__).parents[3]
DATA = ROOT / "data"
POLISH = "ąćęłńóśźż"
ADVERT = Advert(advert_id=1, motif="cat", language="en", has_price=True, text_share=0.2, brightness=0.55)


@pytest.fixture(scope="module")
def adverts() -> dict[str, dict[str, str]]:
    with (DATA / "adverts.csv").open(encoding="utf-8", newline="") as file:
        return {row["advert_id"]: row for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def features() -> dict[str, dict[str, Any]]:
    columns = pq.ParquetFile(DATA / "advert_features.parquet").schema_arrow.names
    table = pq.read_table(DATA / "advert_features.parquet", columns=[name for name in columns if name != "embedding"])
    return {row["advert_id"]: row for row in table.to_pylist()}


@pytest.fixture(scope="module")
def pairs(adverts: dict[str, Any], features: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        pair
        for number, advert in adverts.items()
        for pair in pair_lines(
            advert["lines"].split(" | ") if advert["lines"] else [],
            [text["text"] for text in json.loads(features[number]["details"])["texts"]],
        )
    ]


def test_the_measure_of_reading_counts_what_differs() -> None:
    assert edit_distance("kitten", "sitting") == 3
    assert edit_distance("żółw", "zolw") == 3
    assert pair_lines(["one line", "two"], ["two", "one lime", "x"]) == [("two", "two"), ("one line", "one lime"), ("", "x")]
    assert reading_rate([("abcd", "abxd"), ("efgh", ""), ("", "ij")]) == 1 - 7 / 8
    assert reading_rate([("ąbą", "ąxa")], POLISH) == 0.5


def test_at_least_99_of_100_characters_of_the_adverts_are_read(pairs: list[tuple[str, str]]) -> None:
    rate = reading_rate(pairs)
    assert rate >= 0.99
    assert reading_rate(pairs, POLISH) >= 0.99
    assert reading_rate(pairs, POLISH + POLISH.upper()) >= 0.98
    assert {letter for line, _ in pairs for letter in line if letter in POLISH} == set(POLISH)
    stated = re.search(r"([\d.]+)% of the ([\d,]+) characters", (ROOT / "docs" / "adverts.md").read_text(encoding="utf-8"))
    assert stated is not None
    assert float(stated[1]) == math.floor(10_000 * rate) / 100
    assert int(stated[2].replace(",", "")) == sum(len(line) for line, _ in pairs)


def test_what_follows_from_the_texts_is_right(adverts: dict[str, Any], features: dict[str, Any]) -> None:
    wrong = [
        number
        for number, advert in adverts.items()
        if (features[number]["language"], features[number]["currency"], features[number]["price"])
        != (advert["language"], advert["currency"], float(advert["price"]) if advert["price"] else None)
    ]
    assert len(wrong) <= 3


def test_the_features_are_those_of_the_pictures(adverts: dict[str, Any], features: dict[str, Any]) -> None:
    files = {file.stem: file for file in (DATA / "adverts").iterdir()}
    assert files.keys() == adverts.keys() == features.keys()
    assert len(files) == 300
    assert sum(file.stat().st_size for file in files.values()) <= 12_000_000
    digests = {number: hashlib.sha256(file.read_bytes()).hexdigest() for number, file in files.items()}
    assert digests == {number: row["digest"] for number, row in features.items()}


def test_the_clicks_are_those_of_the_formula(adverts: dict[str, Any], tmp_path: Path) -> None:
    write_showings([Advert.of_row(row) for row in adverts.values()], tmp_path / "again.csv")
    assert (tmp_path / "again.csv").read_bytes() == (DATA / "advert_showings.csv").read_bytes()


@pytest.mark.parametrize(
    ("showing", "terms"),
    [
        (Showing("feed", "mon", 8, "18-24", 100), [0.35, 0.15, 0.5, 0.25, 0.8 * 0.1]),
        (Showing("story", "sat", 21, "25-34", 500), [-0.1, -0.15, 0.15, 0.3, 0.1, 0.4, 0.15, -0.12, 0.2 * math.log(3)]),
        (Showing("search", "sun", 3, "65+", 50), [0.35, -0.4, 0.15, 0.3, -0.4, -0.3, 0.8 * 0.1, 0.2 * math.log(0.5)]),
    ],
)
def test_an_english_cat_with_a_price_gets_the_terms_of_its_showing(showing: Showing, terms: list[float]) -> None:
    assert expected_effect(ADVERT, showing) == pytest.approx(-0.2 - 5 * 0.1 + sum(terms))


def test_the_documentation_lists_every_effect_of_the_formula() -> None:
    rows = re.findall(r"^\| (−?)(0\.\d+) \|", (ROOT / "docs" / "adverts.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert [float(number) * (-1 if sign else 1) for sign, number in rows] == [effect.added for effect in EFFECTS]
