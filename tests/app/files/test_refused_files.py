"""Promises of files that cannot be scored: damaged, too large, of another type, or without room to store them."""

import io
import json
import resource
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from starlette.testclient import TestClient

from service.rows.columns import Columns
from service.settings import Settings
from tests.support.formula_models import FLAT_ROW, TOYS
from tests.support.row_files import DIAMOND, FLAT_TYPES, KINDS, ask, read, sent, with_cells, written
from tests.support.service_app import serve


def damaged(kind: str, body: bytes) -> list[bytes]:
    """Return the file cut and changed at many positions."""
    random = np.random.default_rng(0)
    cut = [body[: int(len(body) * part)] for part in (0.0, 0.1, 0.5, 0.9, 0.99)]
    bent = []
    for index in random.integers(0, len(body), 60):
        harmed = bytearray(body)
        harmed[index] ^= int(random.integers(1, 256))
        bent.append(bytes(harmed))
    return [*cut, *bent, b"PAR1", b"ARROW1\0\0", b"\xff\xff\xff\xff\xff\xff\xff\x7f", kind.encode() * 1000]


@pytest.mark.parametrize("kind", ["arrow", "parquet"])
def test_a_damaged_file_is_refused_or_scored_and_never_brings_the_service_down(kind: str, service: TestClient) -> None:
    rows = [DIAMOND | {"id": f"{index}", "carat": 0.3 + index / 100} for index in range(40)]
    for body in damaged(kind, written(pa.Table.from_pylist(rows), kind)):
        answer = ask(service, "diamond-price", body, kind, "json")
        assert answer.status_code in {200, 413, 422}, answer.text
    for body in damaged(kind, written(pa.Table.from_pylist(rows), kind))[1:5]:
        assert ask(service, "diamond-price", body, kind).json()["code"] == "invalid_file"


def arrow_file() -> bytes:
    out = io.BytesIO()
    table = pa.table({name: [value] for name, value in DIAMOND.items()})
    with pa.ipc.new_file(out, table.schema) as file:
        file.write_table(table)
    return out.getvalue()


TABLE = pa.table({name: [value] for name, value in DIAMOND.items()})
OTHER_KINDS = [
    (
        arrow_file(),
        "arrow",
        "The file is an Arrow file (Feather), not an Arrow stream. Write it as an Arrow stream, or as Parquet.",
    ),
    (
        written(TABLE, "parquet"),
        "arrow",
        "The file is a Parquet file, not an Arrow stream. Send it as application/vnd.apache.parquet.",
    ),
    (with_cells(), "arrow", "The file is a text file, not an Arrow stream. Send it as text/csv."),
    (with_cells(), "parquet", "The file is a text file, not a Parquet file. Send it as text/csv."),
    (
        written(TABLE, "arrow"),
        "parquet",
        "The file is an Arrow stream, not a Parquet file. Send it as application/vnd.apache.arrow.stream.",
    ),
    (
        written(TABLE, "parquet"),
        "csv",
        "This is no CSV text: it is a Parquet file. Send it as application/vnd.apache.parquet.",
    ),
    (written(TABLE, "parquet"), "application/gzip", "The file is a Parquet file, not a file compressed with gzip."),
    (with_cells(), "application/zstd", "The file is a text file, not a file compressed with zstd."),
    (written(TABLE, "parquet")[:-9], "parquet", "The Parquet file is damaged or incomplete."),
    (written(TABLE, "arrow")[:-9], "arrow", "The Arrow stream is damaged or incomplete."),
]


@pytest.mark.parametrize(("body", "kind", "sentence"), OTHER_KINDS, ids=[sentence[:60] for *_, sentence in OTHER_KINDS])
def test_a_file_of_another_kind_is_told_what_it_is_and_what_to_do(
    body: bytes, kind: str, sentence: str, service: TestClient
) -> None:
    answer = ask(service, "diamond-price", body, kind)
    assert (answer.status_code, answer.json()["code"], answer.json()["detail"]) == (422, "invalid_file", sentence)


@pytest.mark.parametrize("compression", ["lz4", "zstd"])
def test_compressed_arrow_is_refused_before_it_is_unpacked(compression: str, service: TestClient) -> None:
    table = pa.table({name: [value] * 1000 for name, value in DIAMOND.items()})
    body = written(table, "arrow", options=pa.ipc.IpcWriteOptions(compression=compression))
    assert "compressed" in ask(service, "diamond-price", body, "arrow").json()["detail"]


def test_a_column_of_another_type_refuses_the_file(service: TestClient) -> None:
    for name, column in (("carat", ["0.7"]), ("cut", [1]), ("depth", [True]), ("table", [[1.0]])):
        table = pa.table({field: [value] for field, value in DIAMOND.items()} | {name: column})
        answer = ask(service, "diamond-price", written(table, "arrow"), "arrow").json()
        assert (answer["code"], answer["errors"][0]["column"]) == ("invalid_file", name)


def test_not_a_number_is_refused_by_name(service: TestClient) -> None:
    table = pa.table({name: [value] * 3 for name, value in DIAMOND.items()} | {"carat": [0.7, float("nan"), float("inf")]})
    result = read(ask(service, "diamond-price", written(table, "arrow"), "arrow"))
    assert [row["error"] and "finite" in row["error"] for row in result] == [None, True, True]


@pytest.fixture(scope="module")
def narrow(bundles: Path) -> Iterator[TestClient]:
    yield from serve(Settings(bundles=str(bundles), max_file_bytes=20_000, max_file_rows=100, max_rows=50))


@pytest.mark.parametrize("kind", KINDS)
def test_limits_are_kept_before_anything_is_scored(kind: str, narrow: TestClient) -> None:
    def table(rows: int, **more: Any) -> bytes:
        return written(pa.table({name: [value] * rows for name, value in (DIAMOND | more).items()}), kind)

    assert ask(narrow, "diamond-price", table(100), kind, kind).status_code == 200
    for body, accept in ((table(101), kind), (table(60), "json"), (table(2, **{f"c{n}": 1 for n in range(1001)}), kind)):
        assert ask(narrow, "diamond-price", body, kind, accept).json()["code"] == "too_large"
    noise = np.random.default_rng(0).bytes(30_000).hex()
    assert ask(narrow, "diamond-price", table(1, note=noise), kind).json()["code"] == "too_large"


def test_a_parquet_row_group_that_unpacks_to_more_than_a_gigabyte_is_refused(service: TestClient) -> None:
    zeros = pa.array(np.zeros(1_000_000))
    texts = pa.array([""] * len(zeros))
    columns = {name: texts if isinstance(value, str) else zeros for name, value in DIAMOND.items()}
    table = pa.table(columns | {f"c{index}": zeros for index in range(135)})
    body = written(table, "parquet", use_dictionary=False, compression="zstd", row_group_size=len(zeros))
    assert len(body) < 2**21
    answer = ask(service, "diamond-price", body, "parquet").json()
    assert (answer["code"], "more than 1 GB" in answer["detail"]) == ("too_large", True), answer


@pytest.mark.parametrize("size", [1000, 2**22])
def test_a_full_disk_asks_the_caller_to_try_later(size: int, service: TestClient) -> None:
    body = with_cells(note="x" * 100_000) * 20
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, limit[1]))
    try:
        status, headers, answer = sent(service, "diamond-price", pieces, "csv")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        signal.signal(signal.SIGXFSZ, ignored)
    assert (status, json.loads(answer)["code"]) == (503, "overloaded"), answer
    assert int(headers["retry-after"]) >= 1
    assert ask(service, "diamond-price", with_cells(), "csv").status_code == 200


def test_an_unsupported_media_type_is_named(service: TestClient) -> None:
    assert ask(service, "diamond-price", b"x", "application/vnd.ms-excel").status_code == 415
    answer = ask(service, "diamond-price", with_cells(), "csv", "image/png")
    assert (answer.status_code, answer.json()["code"]) == (406, "not_acceptable")
    answer = ask(service, "diamond-price", with_cells(), "csv", "image/png, text/*;q=0.5, application/json;q=0.4")
    assert answer.headers["content-type"].startswith("text/csv")
    gzip = {"Content-Type": "text/csv", "Content-Encoding": "gzip"}
    assert service.post("/v1/models/diamond-price/predictions", content=b"x", headers=gzip).status_code == 415


def test_a_model_that_fails_later_refuses_the_later_rows_and_the_answer_is_whole(
    toys: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = pa.Table.from_pylist([FLAT_ROW] * 40_000, FLAT_TYPES)
    scorer, sizes = TOYS["flat-price"].scorer, list[int]()
    score = scorer.score

    def score_once(columns: Columns) -> Any:
        sizes.append(len(columns))
        if len(sizes) > 1:
            raise RuntimeError("tired")
        return score(columns)

    monkeypatch.setattr(scorer, "score", score_once)
    answer = read(ask(toys, "flat-price", written(rows, "arrow"), "arrow"))
    assert len(answer) == len(rows)
    assert {row["error_codes"] for row in answer[: sizes[0]]} == {None}
    assert {(row["error_codes"], row["value"]) for row in answer[sizes[0] :]} == {("model_failed", None)}
