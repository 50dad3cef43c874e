"""Promises of the engine of threads: results in the order of the input, few batches at a time, errors as they are."""

import threading
from collections.abc import Iterator

import pyarrow as pa
import pytest

from service.jobs.batch_scoring import REFUSED
from service.jobs.engines import digest_of
from service.jobs.pictures.picture_batch import RAW
from service.jobs.pictures.thread_engine import Threads
from service.jobs.sources.partitions import LoadedPartition, Partition

NONE = pa.RecordBatch.from_pylist([], REFUSED)


def batch_of(number: int) -> pa.RecordBatch:
    return pa.RecordBatch.from_pydict({"number": [number]})


def partitions(count: int, read: list[int]) -> Iterator[Partition]:
    for number in range(count):
        read.append(number)
        yield LoadedPartition((batch_of(number),))


def test_results_come_in_the_order_of_the_input_and_few_batches_are_read_ahead() -> None:
    second_began = threading.Event()
    read: list[int] = []

    def slow_first(batch: pa.RecordBatch) -> tuple[pa.RecordBatch, pa.RecordBatch]:
        number = batch.column("number")[0].as_py()
        if number == 0:
            assert second_began.wait(30)  # the first ends only after the second began: they run at once
        if number == 1:
            second_began.set()
        return batch, NONE

    results = Threads(2).run(slow_first, partitions(50, read))
    first = next(results)
    assert (first.accepted, first.digest) == (batch_of(0), digest_of(batch_of(0)))
    assert len(read) <= 5
    assert [result.accepted.column("number")[0].as_py() for result in results] == list(range(1, 50))


def test_an_error_of_a_batch_ends_the_work_and_no_batch_after_it_begins() -> None:
    read: list[int] = []

    def broken(batch: pa.RecordBatch) -> tuple[pa.RecordBatch, pa.RecordBatch]:
        if batch.column("number")[0].as_py() == 3:
            raise ValueError("the fourth")
        return batch, NONE

    results = Threads(2).run(broken, partitions(50, read))
    with pytest.raises(ValueError, match="the fourth"):
        list(results)
    assert len(read) <= 9


def test_what_was_measured_before_does_not_change_the_checksum_of_a_batch_of_pictures() -> None:
    row = {"key": "1", "digest": "d", "content": b"x"}
    unknown = pa.RecordBatch.from_pylist([row], RAW)
    known = pa.RecordBatch.from_pylist([row | {"content": None, "fields": "{}", "preview": b"y"}], RAW)
    other = pa.RecordBatch.from_pylist([row | {"digest": "e"}], RAW)
    assert digest_of(known) == digest_of(unknown) != digest_of(other)
