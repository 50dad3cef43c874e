"""Promises of files over a real socket: bounded memory, callers who hang up, a busy service."""

import io
import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pyarrow as pa
import pytest
import requests

from service.scoring.bundle import read_card
from tests.files import MEDIA, written
from tests.programs import Program, free_port, running

MODEL = "credit-scorecard"
MANY = 1_000_000
MOST_MEGABYTES = 300


@pytest.fixture(scope="module")
def program(bundles: Path) -> Iterator[Program]:
    port = free_port()
    settings = {"SERVICE_PORT": str(port), "SERVICE_BUNDLES": str(bundles), "SERVICE_BODY_STALL_SECONDS": "2"}
    with running(Program("service", "/health/ready", port, **settings)) as started:
        yield started


def megabytes(program: Program, what: str) -> float:
    """Return the program's memory: VmRSS is what it holds now, VmHWM the most that it ever held."""
    lines = Path(f"/proc/{program.pid}/status").read_text(encoding="ascii").splitlines()
    return int(next(line for line in lines if line.startswith(what)).split()[1]) / 1024


def rows(bundles: Path, count: int) -> pa.Table:
    real = pa.Table.from_pylist(list(read_card(bundles / MODEL).real_rows))
    return pa.concat_tables([real] * (count // real.num_rows)).combine_chunks()


def post(program: Program, body: bytes, kind: str, **options: Any) -> requests.Response:
    headers = {"Content-Type": MEDIA[kind]}
    return requests.post(f"{program.url}/v1/models/{MODEL}/predictions", body, headers=headers, timeout=60, **options)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
@pytest.mark.parametrize("kind", ["parquet", "arrow"])
def test_a_million_rows_take_bounded_memory(kind: str, program: Program, bundles: Path) -> None:
    post(program, written(rows(bundles, 100), kind), kind)  # Arrow is loaded with the first file
    idle = megabytes(program, "VmRSS")
    table = rows(bundles, MANY)
    body = written(table, kind) if kind == "parquet" else stream(table)
    count = 0
    with post(program, body, kind, stream=True) as answer:
        out = io.BytesIO(answer.content)
    if kind == "arrow":
        count = sum(batch.num_rows for batch in pa.ipc.open_stream(out))
        assert count == MANY
    assert json.loads(answer.headers["X-File"])["rows"] == MANY
    assert megabytes(program, "VmHWM") - idle <= MOST_MEGABYTES


def stream(table: pa.Table) -> bytes:
    out = io.BytesIO()
    with pa.ipc.new_stream(out, table.schema) as opened:
        opened.write_table(table, max_chunksize=50_000)
    return out.getvalue()


def begun(program: Program, body: bytes) -> socket.socket:
    """Return a connection on which a file was sent whole and whose answer nobody reads."""
    wire = socket.create_connection(("127.0.0.1", urlsplit(program.url).port or 0), 10)
    head = f"POST /v1/models/{MODEL}/predictions HTTP/1.1\r\nHost: localhost\r\nContent-Type: {MEDIA['arrow']}\r\n"
    wire.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
    assert wire.recv(12) == b"HTTP/1.1 200"
    return wire


def test_callers_who_do_not_read_are_cut_off_and_others_get_their_turn(program: Program, bundles: Path) -> None:
    large, small = stream(rows(bundles, 600_000)), stream(rows(bundles, 100))
    silent = [begun(program, large) for _ in range(2)]
    refused = post(program, small, "arrow")
    assert (refused.status_code, refused.json()["code"]) == (503, "overloaded")
    assert int(refused.headers["Retry-After"]) >= 1
    assert requests.get(f"{program.url}/health/live", timeout=5).status_code == 200
    silent[0].close()
    deadline = time.monotonic() + 20
    while post(program, small, "arrow").status_code != 200:
        assert time.monotonic() < deadline
    silent[1].close()
