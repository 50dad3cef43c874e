"""Promises of `data/advert_features.parquet`: the program of today measures the same, so `make demo` reads no text."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from service.picture_features.picture_features import FIELDS, MAX_SIDE, METHOD, compute
from service.pictures.picture_file import open_picture
from tests.support.repository import ROOT

DATA = Path(ROOT) / "data"
MEASURED = ["1001", "1148", "1191"]
"""Small letters in a card, a price in grey, a headline of an English advert with thousands in its price."""


@pytest.fixture(scope="module")
def stored() -> dict[str, dict[str, Any]]:
    return {row["advert_id"]: row for row in pq.read_table(DATA / "advert_features.parquet").to_pylist()}


@pytest.mark.parametrize("number", MEASURED)
def test_a_picture_measured_today_has_the_stored_features(number: str, stored: dict[str, Any]) -> None:
    content = (DATA / "adverts" / f"{number}.jpg").read_bytes()
    today = compute(open_picture(content, MAX_SIDE), hashlib.sha256(content).hexdigest())
    assert today.fields == {name: stored[number][name] for name in FIELDS}
    assert today.details == json.loads(stored[number]["details"])


def test_every_stored_picture_was_measured_in_the_way_of_today(stored: dict[str, Any]) -> None:
    assert {row["method"] for row in stored.values()} == {METHOD}
