"""Partitions of a job's input: each gives some batches, in this process or on a worker.

The same partition always gives the same batches.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path, PurePath
from typing import Any, ClassVar, Protocol

import pyarrow as pa
import pyarrow.parquet

BATCH_ROWS = 4096
_MIN_BATCH_ROWS, _MAX_BATCH_BYTES = 16, 2**26
"""Rows with pictures are large: a batch of a Parquet file then has fewer rows."""
GROUPED_ROWS = 65_536
"""Row groups of a Parquet file with fewer rows are joined, so that batches are not tiny."""


FAULT = "\0fault"
"""An extra column: the reason why a row could not be read, or null. No column of a file can have this name."""


IDENTITY = "identity"
"""Metadata of a batch: the columns, separated by commas, that tell it from another batch of the input."""


class WrongInput(Exception):
    """The message says what is wrong with the input as a whole."""


class Partition(Protocol):
    @property
    def file_name(self) -> str:
        """The Parquet file that it reads; empty for any other input."""
        ...

    def batches(self) -> Iterator[pa.RecordBatch]: ...

    def after(self, count: int) -> "Partition":
        """Return the partition without its first batches."""
        ...


@dataclass(frozen=True)
class LoadedPartition:
    """Batches that are already read. They are sent to the worker."""

    loaded: tuple[pa.RecordBatch, ...]
    file_name: ClassVar[str] = ""

    def batches(self) -> Iterator[pa.RecordBatch]:
        yield from self.loaded

    def after(self, count: int) -> "LoadedPartition":
        return LoadedPartition(self.loaded[count:])


@dataclass(frozen=True)
class ParquetPartition:
    """Some batches of neighbouring row groups of a Parquet file. The worker reads them from the file."""

    file: Path
    groups: tuple[int, ...]
    columns: tuple[str, ...]
    keys: Mapping[str, str | None]
    """Columns that are not in the file: the same text in each row."""
    first: int = 0
    end: int | None = None
    batch_rows: int = BATCH_ROWS

    @property
    def file_name(self) -> str:
        return self.file.name

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Raises WrongInput."""
        try:
            with open_parquet(self.file) as parquet:
                in_file = [name for name in self.columns if name not in self.keys]
                batches = parquet.iter_batches(self.batch_rows, row_groups=self.groups, columns=in_file)
                for batch in islice(batches, self.first, self.end):
                    yield _without_dictionaries(self._with_keys(batch))
        except (pa.ArrowException, OSError, UnicodeError) as error:
            raise WrongInput(f"{self.file_name}: it cannot be read to its end: {first_line(error)}") from error

    def _with_keys(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        arrays = [
            pa.repeat(pa.scalar(self.keys[name], pa.string()), batch.num_rows) if name in self.keys else batch.column(name)
            for name in self.columns
        ]
        return pa.RecordBatch.from_arrays(arrays, names=list(self.columns))

    def after(self, count: int) -> "ParquetPartition":
        return replace(self, first=self.first + count)

    def split(self, rows: int, max_batches: int | None) -> Iterator["ParquetPartition"]:
        """Yield the partition, which has `rows` rows, in partitions of `max_batches` batches, or whole."""
        batches = -(-rows // self.batch_rows)
        max_batches = max_batches or batches or 1
        for first in range(0, batches, max_batches):
            yield replace(self, first=first, end=first + max_batches)


@contextmanager
def open_parquet(file: Path) -> Iterator[Any]:
    """Open a Parquet file, local or remote, as a ParquetFile. Raises OSError for any error of a remote store."""
    if isinstance(file, PurePath):
        with pa.parquet.ParquetFile(file) as parquet:
            yield parquet
        return
    try:
        with file.open("rb") as opened, pa.parquet.ParquetFile(opened) as parquet:
            yield parquet
    except (OSError, pa.ArrowException, UnicodeError):
        raise
    except Exception as error:  # the package of each store has errors of its own
        raise OSError(f"{type(error).__name__}: {first_line(error)}") from error


def load_partitions(batches: Iterator[pa.RecordBatch], max_batches: int | None) -> Iterator[LoadedPartition]:
    """Yield batches in partitions of `max_batches` of them, or of one."""
    while loaded := tuple(map(_without_dictionaries, islice(batches, max_batches or 1))):
        yield LoadedPartition(loaded)


def parquet_partitions(
    file: Path, columns: list[str], max_batches: int | None, *, keys: Mapping[str, str | None]
) -> Iterator[ParquetPartition]:
    """Yield a Parquet file in partitions of `max_batches` batches, or in one for each group of joined row groups."""
    with open_parquet(file) as parquet:
        sizes = [parquet.metadata.row_group(group).num_rows for group in range(parquet.metadata.num_row_groups)]
        batch_rows = _batch_rows(parquet.metadata, columns)
    groups: list[int] = []
    rows = 0
    for group, size in enumerate(sizes):
        groups.append(group)
        rows += size
        if rows >= GROUPED_ROWS or group == len(sizes) - 1:
            partition = ParquetPartition(file, tuple(groups), tuple(columns), keys, batch_rows=batch_rows)
            yield from partition.split(rows, max_batches)
            groups, rows = [], 0


def _batch_rows(metadata: Any, columns: list[str]) -> int:
    """Return how many rows of a Parquet file make a batch: fewer if its columns have much to unpack in each row."""
    row_bytes = 0.0
    for group in map(metadata.row_group, range(metadata.num_row_groups)):
        chunks = [group.column(index) for index in range(group.num_columns)]
        unpacked = sum(chunk.total_uncompressed_size for chunk in chunks if chunk.path_in_schema.split(".")[0] in columns)
        row_bytes = max(row_bytes, unpacked / max(1, group.num_rows))
    return int(min(BATCH_ROWS, max(_MIN_BATCH_ROWS, _MAX_BATCH_BYTES // max(1.0, row_bytes))))


def first_line(error: Exception) -> str:
    """Return the first line of an error of Arrow or of the system: the message without its details."""
    return (str(error).splitlines() or ["?"])[0][:200]


def _without_dictionaries(batch: pa.RecordBatch) -> pa.RecordBatch:
    columns = [column.dictionary_decode() if pa.types.is_dictionary(column.type) else column for column in batch.columns]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)
