"""Files of rows for tests: one table in every kind, and the answers to them read back."""

import asyncio
import csv
import io
import json
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from starlette.testclient import TestClient

MEDIA = {
    "json": "application/json",
    "csv": "text/csv",
    "arrow": "application/vnd.apache.arrow.stream",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def text_of(names: list[str], rows: list[list[Any]], separator: str = ",") -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator, lineterminator="\n").writerows([names, *rows])
    return out.getvalue().encode()


def written(table: pa.Table, kind: str, **options: Any) -> bytes:
    """Return a table as a file; null is an empty cell in CSV."""
    if kind == "csv":
        columns = [column.to_pylist() for column in table.columns]
        cells = [
            [str(cell).lower() if isinstance(cell, bool) else cell for cell in row] for row in zip(*columns, strict=True)
        ]
        return text_of(table.schema.names, cells)
    out = io.BytesIO()
    if kind == "parquet":
        pq.write_table(table, out, **options)
    else:
        with pa.ipc.new_stream(out, table.schema, **options) as stream:
            stream.write_table(table)
    return out.getvalue()


def ask(service: TestClient, model: str, body: bytes, kind: str, accept: str | None = None, *, query: str = "") -> Any:
    headers = {"Content-Type": MEDIA.get(kind, kind)} | ({"Accept": MEDIA.get(accept, accept)} if accept else {})
    return service.post(f"/v1/models/{model}/predictions{query}", content=body, headers=headers)


def sent(service: TestClient, model: str, pieces: list[bytes], kind: str) -> tuple[int, dict[str, str], bytes]:
    """Return status, headers and body of the answer to a file that is sent piece by piece, without a client."""
    coming = [
        {"type": "http.request", "body": piece, "more_body": index < len(pieces)} for index, piece in enumerate(pieces, 1)
    ]
    going: list[Any] = []
    path = f"/v1/models/{model}/predictions"
    headers = [(b"host", b"localhost"), (b"content-type", MEDIA[kind].encode())]
    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "headers": headers,
        "query_string": b"",
    }
    scope |= {
        "http_version": "1.1",
        "scheme": "http",
        "server": ("localhost", 80),
        "client": ("127.0.0.1", 1),
        "root_path": "",
    }
    coming.reverse()

    async def receive() -> Any:
        return coming.pop() if coming else await asyncio.Event().wait()

    async def send(message: Any) -> None:
        going.append(message)

    assert service.portal
    service.portal.call(service.app, scope, receive, send)
    start, *body = going
    named = {name.decode(): value.decode() for name, value in start["headers"]}
    return start["status"], named, b"".join(message.get("body", b"") for message in body)


def read(answer: Any) -> list[dict[str, Any]]:
    """Return a file's answer as rows; every cell of CSV is text."""
    kind = answer.headers["content-type"].partition(";")[0]
    if kind == MEDIA["csv"]:
        separator = {"tab": "\t", "": ","}.get(
            sign := (recognised(answer) if "x-file" in answer.headers else {}).get("separator", ","), sign
        )
        return list(csv.DictReader(io.StringIO(answer.content.decode(), newline=""), delimiter=separator))
    opened = (
        pa.ipc.open_stream(answer.content).read_all()
        if kind == MEDIA["arrow"]
        else pq.read_table(io.BytesIO(answer.content))
    )
    rows: list[dict[str, Any]] = opened.to_pylist()
    return rows


def recognised(answer: Any) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(answer.headers["x-file"])
    return result


KINDS = ["csv", "arrow", "parquet"]
DIAMOND = {"carat": 0.7, "cut": "Ideal", "color": "G", "clarity": "VS2", "depth": 61.8, "table": 57.0}


def numbers(rows: list[dict[str, Any]]) -> list[list[float]]:
    names = [name for name in rows[0] if name.startswith("probability_") or name in {"value", "low", "high"}]
    return [[float(row[name]) for name in names] for row in rows]


def numbers_of_json(answer: dict[str, Any]) -> list[list[float]]:
    return [
        list(each["probabilities"].values())
        if "label" in each
        else [each["value"], each["interval"]["low"], each["interval"]["high"]]
        for each in answer["predictions"]
    ]


def with_cells(**cells: str) -> bytes:
    row = {name: str(value) for name, value in DIAMOND.items()} | cells
    return text_of(list(row), [list(row.values())] * 2, ";")


FLAT_TYPES = pa.schema(
    [("area", pa.float64()), ("rooms", pa.int8()), ("state", pa.string()), ("lift", pa.bool_()), ("floor", pa.uint16())]
)
