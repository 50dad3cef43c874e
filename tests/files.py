"""Files of rows for tests: one table in every kind, and the answers to them read back."""

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
}


def text_of(names: list[str], rows: list[list[Any]], separator: str = ",") -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator, lineterminator="\n").writerows([names, *rows])
    return out.getvalue().encode()


def written(table: pa.Table, kind: str, **options: Any) -> bytes:
    """Return a table as a file; what is not known is an empty cell in CSV."""
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
    found: dict[str, Any] = json.loads(answer.headers["x-file"])
    return found
