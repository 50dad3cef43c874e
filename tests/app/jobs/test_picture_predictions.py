"""Promises of nightly predictions for models of pictures and vectors: answers of the API, no picture in the store."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from starlette.testclient import TestClient

from service.bundles.model import Model
from service.bundles.registry import Registry
from service.jobs import batch_scoring
from service.jobs.sources import partitions
from service.jobs.sources.inputs import open_source, read
from service.jobs.sources.source import RequiredColumns
from service.settings import Settings
from tests.support.picture_formulas import MIXED, SHADE, shade_png
from tests.support.service_app import serve
from wire.row_values import data_url

ROWS = 150


@pytest.fixture(scope="module")
def app() -> Iterator[TestClient]:
    yield from serve(Settings(), Registry.of([MIXED, SHADE]))


def scored(model: Model, table: pa.Table, folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, list[Any]]:
    """Return key → (stored row, value), and the refused rows as place, key, field, code, of a Parquet file."""
    pq.write_table(table, folder / "rows.parquet", row_group_size=64)
    monkeypatch.setattr(batch_scoring, "_open_model", lambda *_: model)
    source = open_source(str(folder / "rows.parquet"), RequiredColumns(["id"], frozenset(), "id", frozenset()))
    rows: dict[str, Any] = {}
    refused: list[Any] = []
    for batch in read(source, table.column_names):
        how: Any = {"style": source.style, "typed": source.typed, "latest_day": "2030-01-01"}
        good, bad = batch_scoring.score_batch(folder, batch, key="id", version="toy", **how)
        rows |= {
            each["key"]: (each["place"], json.loads(each["row"]), json.loads(each["prediction"])["value"])
            for each in good.to_pylist()
        }
        refused += [(each["place"], each["key"], each["field"], each["code"]) for each in bad.to_pylist()]
    return rows, refused


def test_a_night_has_the_answers_of_the_api_and_stores_no_picture(
    app: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = range(ROWS)
    pictures = [shade_png(number) for number in numbers]
    rows = [{"embedding": [number, 0.5, -1.25], "size": number / 4, "note": None} for number in numbers]
    sent = [row | {"photo": data_url(picture)} for row, picture in zip(rows, pictures, strict=True)]
    answer = app.post("/v1/models/mixed/predictions", json={"rows": sent}).json()
    pictures[70] = b"no picture"
    cells = [{"bytes": picture, "path": f"{number}.png"} for number, picture in zip(numbers, pictures, strict=True)]
    table = pa.Table.from_pylist([row | {"id": number, "note": ""} for number, row in zip(numbers, rows, strict=True)])
    result, refused = scored(MIXED, table.append_column("photo", pa.array(cells)), tmp_path, monkeypatch)
    assert refused == [(71, "70", "photo", "unsupported_picture")]
    assert result == {
        str(number): (number + 1, rows[number] | {"note": ""}, each["value"])
        for number, each in enumerate(answer["predictions"])
        if number != 70
    }


def test_a_night_of_pictures_alone_stores_empty_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = pa.table({"id": ["a", "b"], "picture": [shade_png(1), shade_png(2)]})
    result, refused = scored(SHADE, table, tmp_path, monkeypatch)
    assert ([row for _, row, _ in result.values()], refused) == ([{}, {}], [])


def test_batches_of_large_rows_are_small_and_the_same_each_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partitions, "_MAX_BATCH_BYTES", 2**20)
    file = tmp_path / "large.parquet"
    pictures = [{"bytes": bytes(2**14), "path": "1.png"}] * 100
    pq.write_table(pa.table({"id": range(100), "picture": pictures}), file, use_dictionary=False)
    sizes = [
        [batch.num_rows for part in partitions.parquet_partitions(file, columns, None, keys={}) for batch in part.batches()]
        for columns in (["picture", "id"], ["id"])
    ]
    assert sizes == [[63, 37], [100]]
