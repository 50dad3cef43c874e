"""Promises of files over a real socket: bounded memory whatever a file says of itself, callers who hang up, a busy service."""

import io
import json
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pyarrow as pa
import pytest
import requests

from service.bundles.bundle_files import read_card
from tests.support.process_memory import above_idle, has_proc
from tests.support.row_files import MEDIA, written
from tests.support.server_process import Program, running, service_program

MODEL = "credit-scorecard"
MANY = 1_000_000
MAX_MEGABYTES = 300
DIAMOND = {"carat": 0.7, "cut": "Ideal", "color": "G", "clarity": "VS2", "depth": 61.8, "table": 57.0}


@pytest.fixture(scope="module")
def program(bundles: Path) -> Iterator[Program]:
    with running(service_program(bundles, SERVICE_BODY_STALL_SECONDS="2")) as started:
        post(started, written(rows(bundles, 100), "arrow"), "arrow")  # Arrow is loaded with the first file
        yield started


def rows(bundles: Path, count: int) -> pa.Table:
    real = pa.Table.from_pylist(list(read_card(bundles / MODEL).real_rows))
    return pa.concat_tables([real] * (count // real.num_rows)).combine_chunks()


def post(program: Program, body: bytes, kind: str, **options: Any) -> requests.Response:
    headers = {"Content-Type": MEDIA[kind]}
    return requests.post(f"{program.url}/v1/models/{MODEL}/predictions", body, headers=headers, timeout=60, **options)


def stream(table: pa.Table) -> bytes:
    out = io.BytesIO()
    with pa.ipc.new_stream(out, table.schema) as opened:
        opened.write_table(table, max_chunksize=50_000)
    return out.getvalue()


@has_proc
@pytest.mark.parametrize("kind", ["parquet", "arrow"])
def test_a_million_rows_take_bounded_memory(kind: str, program: Program, bundles: Path) -> None:
    table = rows(bundles, MANY)
    body = written(table, kind) if kind == "parquet" else stream(table)
    answer, more = above_idle(program, lambda: post(program, body, kind))
    assert json.loads(answer.headers["X-File"])["rows"] == MANY
    if kind == "arrow":
        assert sum(batch.num_rows for batch in pa.ipc.open_stream(answer.content)) == MANY
    assert more <= MAX_MEGABYTES


@has_proc
def test_many_rows_of_csv_take_bounded_memory(program: Program, bundles: Path) -> None:
    head, _, lines = written(rows(bundles, 100), "csv").partition(b"\n")
    answer, more = above_idle(program, lambda: post(program, head + b"\n" + lines * 2000, "csv"))
    assert answer.content.count(b"\n") == 200_001
    assert more <= MAX_MEGABYTES / 3


LONG, PART = "x" * 40_000, 8192
REPEATED = pa.DictionaryArray.from_arrays(pa.array(np.zeros(PART, np.int32)), pa.array([LONG]))
LISTS = pa.ListArray.from_arrays(pa.array(np.arange(PART + 1), pa.int32()), REPEATED)
VIEWS = pa.Array.from_buffers(
    pa.string_view(),
    PART,
    [
        None,
        pa.py_buffer((np.array([[len(LONG), 0x78787878, 0, 0]], np.int32)).repeat(PART, 0).tobytes()),
        pa.py_buffer(LONG.encode()),
    ],
)
RUNS = pa.RunEndEncodedArray.from_arrays(pa.array([PART], pa.int32()), pa.array([LONG]))


def with_note(column: pa.Array, kind: str, name: str = "note", **options: Any) -> bytes:
    """Return a small file whose column says one long text in every row."""
    return written(
        pa.table({field: [value] * len(column) for field, value in DIAMOND.items()} | {name: column}), kind, **options
    )


FEW_BYTES = {
    "a dictionary of Parquet": lambda: with_note(REPEATED, "parquet", store_schema=False),
    "a dictionary in lists of Parquet": lambda: with_note(LISTS, "parquet", store_schema=False),
    "beginnings that are the same": lambda: with_note(
        pa.array([LONG] * PART), "parquet", use_dictionary=False, column_encoding={"note": "DELTA_BYTE_ARRAY"}
    ),
    "a dictionary of Arrow": lambda: with_note(REPEATED, "arrow"),
    "views of one text": lambda: with_note(VIEWS, "arrow"),
    "one long run": lambda: with_note(RUNS, "arrow"),
    "an input that is a dictionary": lambda: with_note(REPEATED, "arrow", "cut"),
    "an input of views": lambda: with_note(VIEWS, "arrow", "cut"),
}


AS_SHORT = ("a dictionary of Arrow", "a dictionary in lists of Parquet", "views of one text", "one long run")
"""One of each kind of column: an answer as Arrow or Parquet may stay as short as it is. As CSV, each has its whole length."""


@has_proc
@pytest.mark.parametrize(
    ("what", "accept"),
    [*((what, "csv") for what in FEW_BYTES), *((what, accept) for what in AS_SHORT for accept in ("arrow", "parquet"))],
)
def test_few_bytes_that_stand_for_many_take_bounded_memory(what: str, accept: str, program: Program) -> None:
    body = FEW_BYTES[what]()
    assert len(body) < 2**21
    kind = "parquet" if body.startswith(b"PAR1") else "arrow"
    answer, more = above_idle(program, lambda: drained(program, body, kind, accept))
    assert answer.status_code in {200, 406}, answer.text
    assert more <= MAX_MEGABYTES


def drained(program: Program, body: bytes, kind: str, accept: str) -> requests.Response:
    """Return an answer of the diamonds' model, read and thrown away as it comes."""
    headers = {"Content-Type": MEDIA[kind], "Accept": MEDIA[accept]}
    url = f"{program.url}/v1/models/diamond-price/predictions"
    with requests.post(url, body, headers=headers, timeout=60, stream=True) as answer:
        for _ in answer.iter_content(2**20):
            pass
    return answer


CELLS = ",".join(map(str, DIAMOND.values()))
TEXTS: dict[str, Callable[[], str]] = {
    "a line of commas": lambda: f"{','.join(DIAMOND)}\n{CELLS}\n{',' * 60_000_000}\n",
    "a row of many lines": lambda: f"{','.join(DIAMOND)},note\n{CELLS}," + '"\n",' * 5_000_000,
    "a head of commas": lambda: f"{','.join(DIAMOND)}{',' * 60_000_000}\n",
    "many columns": lambda: (
        f"{','.join(DIAMOND)},{','.join(f'c{index}' for index in range(990))}\n" + f"{CELLS}{',ab' * 990}\n" * 4000
    ),
    "long texts": lambda: f"{','.join(DIAMOND)},note\n" + f"{CELLS},{'ż' * 100_000}\n" * 400,
}


@has_proc
@pytest.mark.parametrize("what", TEXTS)
def test_a_csv_of_long_rows_takes_bounded_memory(what: str, program: Program) -> None:
    body = TEXTS[what]().encode()
    answer, more = above_idle(program, lambda: drained(program, body, "csv", "csv"))
    assert answer.status_code == (200 if what in {"many columns", "long texts"} else 422)
    assert more <= MAX_MEGABYTES


def begun(program: Program, body: bytes) -> socket.socket:
    """Return a connection on which a file was sent whole and whose answer nobody reads."""
    wire = socket.create_connection(("127.0.0.1", urlsplit(program.url).port or 0), 10)
    head = f"POST /v1/models/{MODEL}/predictions HTTP/1.1\r\nHost: localhost\r\nContent-Type: {MEDIA['arrow']}\r\n"
    wire.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
    assert wire.recv(12) == b"HTTP/1.1 200"
    return wire


def test_callers_who_do_not_read_keep_no_other_file_waiting(program: Program, bundles: Path) -> None:
    large, small = stream(rows(bundles, 600_000)), stream(rows(bundles, 100))
    silent = [begun(program, large) for _ in range(3)]
    try:
        for body in (small, large):
            assert post(program, body, "arrow").status_code == 200
        assert requests.get(f"{program.url}/health/live", timeout=60).status_code == 200
    finally:
        for connection in silent:
            connection.close()
