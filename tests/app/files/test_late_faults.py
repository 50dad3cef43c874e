"""Promises of a fault in a late part of a file: the file is refused before its answer begins, and nothing of it is scored."""

import io
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from starlette.testclient import TestClient

from service.bundles.registry import Registry
from service.files.cell_sizes import PART_BYTES
from service.files.file_parts import PART_ROWS
from service.settings import Settings
from tests.support.explained_models import CountingScorer
from tests.support.formula_models import FLAT, FLAT_ROW
from tests.support.problem_check import check_problem
from tests.support.row_files import ask
from tests.support.service_app import serve

ROWS = 2 * PART_ROWS
INVALID_TEXT = pa.Array.from_buffers(
    pa.string(), 1, [None, pa.py_buffer(np.array([0, 1], np.int32).tobytes()), pa.py_buffer(b"\xff")]
)
BEYOND_THE_CALENDAR = pa.array([2**62]).cast(pa.timestamp("s"))
FAULTS: dict[str, tuple[pa.Array, pa.Array, str, int, str]] = {
    "bytes that are no text": (pa.array(["fine"] * ROWS), INVALID_TEXT, "arrow", 422, "invalid_file"),
    "a row of more than 8 MB": (pa.array(["fine"] * ROWS), pa.array(["x" * (PART_BYTES + 1)]), "arrow", 413, "too_large"),
    "a time that has no text": (
        pa.array([0] * ROWS, pa.timestamp("s")), BEYOND_THE_CALENDAR, "csv", 406, "not_acceptable"
    ),
    "a time that Parquet cannot hold": (
        pa.array([0] * ROWS, pa.timestamp("s")), BEYOND_THE_CALENDAR, "parquet", 406, "not_acceptable"
    ),
}  # fmt: skip


def stream(*notes: pa.Array) -> bytes:
    """Return an Arrow stream with one batch for each array."""
    tables = [pa.table({name: [value] * len(note) for name, value in FLAT_ROW.items()} | {"note": note}) for note in notes]
    out = io.BytesIO()
    with pa.ipc.new_stream(out, tables[0].schema) as writer:
        for table in tables:
            writer.write_table(table)
    return out.getvalue()


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_a_late_part_refuses_the_file_and_nothing_is_scored(fault: str) -> None:
    good, bad, accept, status, code = FAULTS[fault]
    scorer = CountingScorer(FLAT.scorer)
    for service in serve(Settings(), Registry.of([replace(FLAT, scorer=scorer)])):
        answer: Any = ask(service, "flat-price", stream(good, bad), "arrow", accept)
        check_problem(answer, status, code)
        assert scorer.rows == 0
        assert ask(service, "flat-price", stream(good), "arrow", accept).status_code == 200
        assert scorer.rows == ROWS


def test_an_arrow_stream_may_hold_every_time(toys: TestClient) -> None:
    good, bad, *_ = FAULTS["a time that has no text"]
    assert ask(toys, "flat-price", stream(good, bad), "arrow", "arrow").status_code == 200


def test_a_long_text_that_very_many_rows_share_refuses_the_file() -> None:
    """One text of 7 MB and 20,000 rows are a file of 7 MB that took 16 seconds."""
    shared = pa.DictionaryArray.from_arrays(pa.array(np.zeros(20_000, np.int32)), pa.array(["x" * 7_000_000]))
    scorer = CountingScorer(FLAT.scorer)
    for service in serve(Settings(), Registry.of([replace(FLAT, scorer=scorer)])):
        check_problem(ask(service, "flat-price", stream(shared), "arrow", "arrow"), 413, "too_large")
        assert scorer.rows == 0
