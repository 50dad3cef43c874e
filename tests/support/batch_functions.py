"""Functions of one batch that workers of a cluster import by name: one that works, one that kills, one that fails."""

import os
import signal
import time
from pathlib import Path

import pyarrow as pa

from service.errors import BrokenBundle


def doubled(batch: pa.RecordBatch) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    numbers = [number * 2 for number in batch["number"].to_pylist()]
    return pa.RecordBatch.from_pydict({"number": numbers}), pa.RecordBatch.from_pydict({"number": []})


def deadly(marks: Path, times: int, batch: pa.RecordBatch) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    """Kill the worker that does the batch of 7, so many times, as the kernel would that has no memory left."""
    if 7 in batch["number"].to_pylist() and len(list(marks.iterdir())) < times:
        (marks / str(time.monotonic_ns())).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return doubled(batch)


def broken(_batch: pa.RecordBatch) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    raise BrokenBundle("its model is cut short")
