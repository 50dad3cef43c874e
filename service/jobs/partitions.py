"""Partitions: pieces of a job's input, each some batches that may be read by whoever does the work, wherever that is.

The same partition gives the same batches again.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Protocol

import pyarrow as pa
import pyarrow.parquet

BATCH_ROWS = 4096
GROUPED_ROWS = 65_536
"""Smaller row groups of a Parquet file are read together, so that batches are not made of crumbs."""


FAULT = "\0fault"
"""A column beside those that were asked for: why a row could not be read at all. No file can name a column so."""


class WrongInput(Exception):
    """The message says what is wrong with the input as a whole."""


class Partition(Protocol):
    def batches(self) -> Iterator[pa.RecordBatch]: ...

    def after(self, count: int) -> "Partition":
        """Return the partition without its first batches."""
        ...


@dataclass(frozen=True)
class Held:
    """Batches that were read already; they travel to whoever does the work."""

    held: tuple[pa.RecordBatch, ...]

    def batches(self) -> Iterator[pa.RecordBatch]:
        yield from self.held

    def after(self, count: int) -> "Held":
        return Held(self.held[count:])


@dataclass(frozen=True)
class InFile:
    """Some batches of neighbouring row groups of a Parquet file; whoever does the work reads them from there."""

    file: Path
    groups: tuple[int, ...]
    columns: tuple[str, ...]
    first: int = 0
    end: int | None = None

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Raises WrongInput."""
        try:
            with pa.parquet.ParquetFile(self.file) as opened:
                found = opened.iter_batches(BATCH_ROWS, row_groups=self.groups, columns=self.columns)
                for batch in islice(found, self.first, self.end):
                    yield _without_dictionaries(batch.select(self.columns))
        except (pa.ArrowException, OSError, UnicodeError) as error:
            raise WrongInput(f"The input cannot be read to its end: {first_line(error)}") from error

    def after(self, count: int) -> "InFile":
        return replace(self, first=self.first + count)

    def split(self, rows: int, most: int | None) -> Iterator["InFile"]:
        """Yield these `rows` rows in partitions of `most` batches, or in one."""
        batches = -(-rows // BATCH_ROWS)
        most = most or batches or 1
        for first in range(0, batches, most):
            yield replace(self, first=first, end=first + most)


def held(batches: Iterator[pa.RecordBatch], most: int | None) -> Iterator[Held]:
    """Yield batches in partitions of `most` of them, or of one."""
    while some := tuple(map(_without_dictionaries, islice(batches, most or 1))):
        yield Held(some)


def in_file(file: Path, columns: list[str], most: int | None) -> Iterator[InFile]:
    """Yield a Parquet file in partitions of `most` batches, or as few as there can be."""
    with pa.parquet.ParquetFile(file) as opened:
        sizes = [opened.metadata.row_group(group).num_rows for group in range(opened.metadata.num_row_groups)]
    groups: list[int] = []
    rows = 0
    for group, size in enumerate(sizes):
        groups.append(group)
        rows += size
        if rows >= GROUPED_ROWS or group == len(sizes) - 1:
            yield from InFile(file, tuple(groups), tuple(columns)).split(rows, most)
            groups, rows = [], 0


def first_line(error: Exception) -> str:
    """Return what an error of Arrow or of the system says, without its details."""
    return (str(error).splitlines() or ["?"])[0][:200]


def _without_dictionaries(batch: pa.RecordBatch) -> pa.RecordBatch:
    columns = [column.dictionary_decode() if pa.types.is_dictionary(column.type) else column for column in batch.columns]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)
