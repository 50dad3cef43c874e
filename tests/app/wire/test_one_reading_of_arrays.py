"""One picture and one vector are read alike on every way: JSON, client, CSV, Arrow, Parquet, zip, tensors, night, pipeline."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from starlette.testclient import TestClient

from client import Client, Refused
from pipeline.columns import Columns
from service.bundles.registry import Registry
from service.jobs import batch_scoring
from service.settings import Settings
from tests.support.in_process_client import client_of
from tests.support.inference_requests import columns_of
from tests.support.picture_formulas import MIXED, shade_png, zip_of
from tests.support.row_files import ask, text_of, written
from tests.support.service_app import serve
from wire.cells.text_style import PROGRAM_STYLE
from wire.row_values import data_url

NAMES = ["photo", "embedding", "size", "note"]
GOOD, VECTOR = shade_png(40, (30, 20)), [0.1, -2.5, 3e-4]
JPEG, BROKEN = shade_png(90, (64, 48), "JPEG"), shade_png(3, (90, 90))[:-30]
ROWS: list[tuple[bytes, list[Any] | None, set[tuple[str, str]]]] = [
    (GOOD, VECTOR, set()),
    (JPEG, [1, 2, 3], set()),
    (BROKEN, VECTOR, {("photo", "broken_picture")}),
    (b"<svg/>", VECTOR, {("photo", "unsupported_picture")}),
    (GOOD, [1, 2], {("embedding", "wrong_length")}),
    (GOOD, None, {("embedding", "missing_field")}),
    (GOOD, [1, float("inf"), 3], {("embedding", "not_finite")}),
    (BROKEN, [1, 2, 3, 4], {("photo", "broken_picture"), ("embedding", "wrong_length")}),
]


@pytest.fixture(scope="module")
def app() -> Iterator[TestClient]:
    yield from serve(Settings(), Registry.of([MIXED]))


@pytest.fixture(scope="module")
def client(app: TestClient) -> Client:
    return client_of(app)


def by_client(client: Client, row: dict[str, Any]) -> Any:
    try:
        return client.predict("mixed", [row])["predictions"][0]["value"], set()
    except Refused as refusal:
        return None, {(error["pointer"].rpartition("/")[2], error["code"]) for error in refusal.errors}


def by_file(app: TestClient, body: bytes, kind: str) -> Any:
    answer = ask(app, "mixed", body, kind, "json").json()
    (prediction,) = answer["predictions"]
    return prediction and prediction["value"], {(error["column"], error["code"]) for error in answer["errors"]}


def by_night(table: pa.Table, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(batch_scoring, "_open_model", lambda *_: MIXED)
    (batch,) = table.append_column("id", pa.array(["a"])).to_batches()
    good, bad = batch_scoring.score_batch(Path(), batch, key="id", version="toy", latest_day="2030-01-01")
    value = json.loads(good["prediction"][0].as_py())["value"] if good.num_rows else None
    return value, {(each["field"], each["code"]) for each in bad.to_pylist()}


def by_tensors(app: TestClient, picture: bytes, vector: Any) -> Any:
    inputs = [
        {"name": "photo", "shape": [1], "datatype": "BYTES", "data": [data_url(picture)]},
        {"name": "embedding", "shape": [1, 3], "datatype": "FP64", "data": [vector]},
        {"name": "size", "shape": [1], "datatype": "FP64", "data": [2.5]},
    ]
    answer = app.post(
        "/v2/models/mixed/infer",
        content=json.dumps({"inputs": inputs}).replace("Infinity", "1e999").encode(),
        headers={"Content-Type": "application/json"},
    )
    if answer.status_code == 200:
        return columns_of(answer)["value"][0], set()
    positions = {str(index): tensor["name"] for index, tensor in enumerate(inputs)}
    return None, {(positions[error["pointer"].split("/")[2]], error["code"]) for error in answer.json()["errors"]}


@pytest.mark.parametrize(("picture", "vector", "codes"), ROWS)
def test_a_picture_and_a_vector_have_one_reading_on_every_way(
    picture: bytes, vector: Any, codes: Any, app: TestClient, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = {"photo": picture, "embedding": vector, "size": 2.5, "note": "x"}
    expected = by_client(client, row)
    assert expected[1] == codes
    assert (expected[0] is None) == bool(codes)
    cell = "" if vector is None else json.dumps(vector)
    types = pa.schema(
        [("photo", pa.binary()), ("embedding", pa.list_(pa.float64())), ("size", pa.float64()), ("note", pa.string())]
    )
    table = pa.Table.from_pylist([row], types)
    files = {
        "csv": text_of(NAMES, [[data_url(picture), cell, "2.5", "x"]], ";"),
        "arrow": written(table, "arrow"),
        "parquet": written(table, "parquet"),
        "application/zip": zip_of({"rows.csv": text_of(NAMES, [["a.png", cell, "2.5", "x"]], ";"), "a.png": picture}),
    }
    for kind, body in files.items():
        assert by_file(app, body, kind) == expected, kind
    assert by_night(table, monkeypatch) == expected
    columns = Columns(client.card("mixed"), {}, "")
    for format_, values in (
        ("parquet", row),
        ("csv", {"photo": data_url(picture), "embedding": cell, "size": "2.5", "note": "x"}),
    ):
        assert by_client(client, columns.row(values, format_, PROGRAM_STYLE)) == expected, format_
    if vector is not None:
        without_note = by_client(client, row | {"note": None})
        assert by_tensors(app, picture, vector) == without_note
