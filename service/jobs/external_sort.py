"""Groups rows by their key in bounded memory: rows in any order → buckets, each with all rows of its keys.

The same rows always give the same buckets. The temporary files have no name, so the system deletes them even if the process
is killed.
"""

import itertools
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from typing import IO, Any

import numpy as np
import pyarrow as pa

from service.jobs.sources.partitions import BATCH_ROWS, WrongInput, first_line

BUCKETS = 128
_BATCHES_PER_CHUNK = 64


def group_by_key(batches: Iterator[pa.RecordBatch], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """Yield batches of whole buckets, the rows of each in the order of the input. Small buckets are joined.

    Raises WrongInput if the temporary files cannot be written.
    """
    with ExitStack() as stack:
        try:
            files = [_open_file(stack) for _ in range(BUCKETS)]
            _write_buckets(batches, files, schema)
            for file in files:
                file.seek(0)  # writes what is still in the file's buffer
        except OSError as error:
            raise WrongInput(
                f"The temporary files cannot be written: {error.strerror or first_line(error)}. "
                "TMPDIR names their folder; they are as large as the input."
            ) from error
        gathered = pa.table([[]] * len(schema), schema=schema)
        for file in files:
            gathered = pa.concat_tables([gathered, pa.ipc.open_stream(file).read_all()])
            if gathered.num_rows >= BATCH_ROWS:
                yield from gathered.combine_chunks().to_batches()
                gathered = gathered.slice(0, 0)
        yield from gathered.combine_chunks().to_batches()


def _open_file(stack: ExitStack) -> IO[bytes]:
    """Open a temporary file, and close it with the stack. On a full disk closing fails too; the first error counts."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the stack closes it
    stack.callback(_close, file)
    return file


def _close(file: IO[bytes]) -> None:
    with suppress(OSError):
        file.close()


def _write_buckets(batches: Iterator[pa.RecordBatch], files: Sequence[IO[bytes]], schema: pa.Schema) -> None:
    with ExitStack() as stack:
        writers: list[Any] = [stack.enter_context(pa.ipc.new_stream(file, schema)) for file in files]
        while chunk := list(itertools.islice(batches, _BATCHES_PER_CHUNK)):
            table = pa.Table.from_batches(chunk, schema)
            buckets = np.array([_bucket_index(key) for key in table.column("key").to_pylist()])
            order = np.argsort(buckets, kind="stable")
            table = table.take(pa.array(order))
            ends = np.searchsorted(buckets[order], np.arange(BUCKETS + 1))
            for index, writer in enumerate(writers):
                if ends[index] < ends[index + 1]:
                    writer.write_table(table.slice(ends[index], ends[index + 1] - ends[index]))


def _bucket_index(key: str | None) -> int:
    return zlib.crc32((key or "").encode()) % BUCKETS
