"""Rows of many entities in any order → buckets, each with all rows of its entities: a sort by key in bounded memory.

The same rows give the same buckets again.
The files have no name: whatever becomes of the process, nothing of them stays.
"""

import itertools
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import IO, Any

import numpy as np
import pyarrow as pa

from service.jobs.partitions import BATCH_ROWS, WrongInput

BUCKETS = 128
_BATCHES_AT_ONCE = 64


def by_key(batches: Iterator[pa.RecordBatch], shape: pa.Schema) -> Iterator[pa.RecordBatch]:
    """Yield batches of whole buckets, the rows of each in the order in which they came. Small buckets go together.

    Raises WrongInput where there is no room for the temporary files.
    """
    with ExitStack() as stack:
        try:
            files = [stack.enter_context(tempfile.TemporaryFile()) for _ in range(BUCKETS)]
            _spread(batches, files, shape)
        except OSError as error:
            raise WrongInput(f"The temporary files cannot be written: {error.strerror}.") from error
        gathered = pa.table([[]] * len(shape), schema=shape)
        for file in files:
            file.seek(0)
            gathered = pa.concat_tables([gathered, pa.ipc.open_stream(file).read_all()])
            if gathered.num_rows >= BATCH_ROWS:
                yield from gathered.combine_chunks().to_batches()
                gathered = gathered.slice(0, 0)
        yield from gathered.combine_chunks().to_batches()


def _spread(batches: Iterator[pa.RecordBatch], files: Sequence[IO[bytes]], shape: pa.Schema) -> None:
    with ExitStack() as stack:
        writers: list[Any] = [stack.enter_context(pa.ipc.new_stream(file, shape)) for file in files]
        while some := list(itertools.islice(batches, _BATCHES_AT_ONCE)):
            table = pa.Table.from_batches(some, shape)
            bucket = np.array([_bucket(key) for key in table.column("key").to_pylist()])
            order = np.argsort(bucket, kind="stable")
            table = table.take(pa.array(order))
            ends = np.searchsorted(bucket[order], np.arange(BUCKETS + 1))
            for place, writer in enumerate(writers):
                if ends[place] < ends[place + 1]:
                    writer.write_table(table.slice(ends[place], ends[place + 1] - ends[place]))


def _bucket(key: str | None) -> int:
    return zlib.crc32((key or "").encode()) % BUCKETS
