"""Promises of the log about failures: no value of a caller, and no error for what a caller did wrong."""

import logging
from io import BytesIO
from typing import Any

import pyarrow as pa
import pytest
from starlette.testclient import TestClient


def test_a_refusal_of_a_file_is_no_error_of_the_service(service: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    for content, kind in ((b"PAR1 no", "parquet"), (b"no", "arrow.stream")):
        answer = service.post(
            "/v1/models/diamond-price/predictions",
            content=content,
            headers={"Content-Type": f"application/vnd.apache.{kind}"},
        )
        assert answer.status_code == 422
    assert not [each for each in caplog.records if each.levelno >= logging.ERROR]


def test_a_cell_that_the_answer_cannot_hold_is_in_no_log(
    service: TestClient, cards: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    row = cards["diamond-price"]["real_rows"][0]
    table = pa.table({name: [value] for name, value in row.items()})
    far = pa.array([4444444444444444444], pa.timestamp("s"))
    stream = BytesIO()
    with pa.ipc.new_stream(stream, table.append_column("ts", far).schema) as writer:
        writer.write_table(table.append_column("ts", far))
    answer = service.post(
        "/v1/models/diamond-price/predictions",
        content=stream.getvalue(),
        headers={
            "Content-Type": "application/vnd.apache.arrow.stream",
            "Accept": "application/vnd.apache.parquet",
        },
    )
    assert answer.status_code == 406
    assert "4444444444444444444" not in caplog.text
