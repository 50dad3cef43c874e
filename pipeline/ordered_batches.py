"""Processes records in batches and threads, and gives the results in the order of the records.

A batch begins when it is full or when its oldest record has waited 0.2 s, so that a slow stream does not wait for a full
batch. Reading stops while many bytes are not written yet, so that memory is limited, however large the records are.
"""

import queue
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from pipeline.formats.records import Record

T = TypeVar("T")

OLDEST_SECONDS = 0.2
_FULL_BYTES = 2**20
_UNWRITTEN_BYTES = 64 * 2**20
_POLL_SECONDS = 0.1
_END = None


@contextmanager
def process_in_order(
    records: Iterator[Record], process: Callable[[list[Record]], T], *, threads: int, batch_records: int
) -> Iterator[Iterator[T]]:
    """Give an iterator over the results of `process`, one for each batch. It raises what reading or `process` raises."""
    stopped = threading.Event()
    memory = _MemoryBudget(stopped)
    read: queue.Queue[Record | BaseException | None] = queue.Queue(2 * batch_records)
    submitted: queue.Queue[tuple[Future[T], int] | None] = queue.Queue(2 * threads)
    pool = ThreadPoolExecutor(threads, thread_name_prefix="process")

    def batches() -> None:
        for batch in _batches(read, batch_records, stopped):
            future: Future[T] = Future()
            size = 0
            if isinstance(batch, BaseException):
                future.set_exception(batch)
            else:
                future = pool.submit(process, batch)
                size = sum(record.memory_bytes for record in batch)
            _put(submitted, (future, size), stopped)
        _put(submitted, _END, stopped)

    def results() -> Iterator[T]:
        for future, size in iter(submitted.get, _END):
            yield future.result()
            memory.release(size)

    # Daemons: a thread that waits for the next line of a stream must not keep the program alive.
    threading.Thread(target=_read, args=(records, read, memory, stopped), daemon=True, name="read").start()
    gathering = threading.Thread(target=batches, daemon=True, name="gather")
    gathering.start()
    try:
        yield results()
    finally:
        stopped.set()
        gathering.join()
        pool.shutdown(cancel_futures=True)


class _MemoryBudget:
    """Limits the bytes that are read and not yet written. A single record may be larger than the limit."""

    def __init__(self, stopped: threading.Event) -> None:
        self._stopped = stopped
        self._used = 0
        self._released = threading.Condition()

    def acquire(self, size: int) -> None:
        with self._released:
            while self._used and self._used + size > _UNWRITTEN_BYTES and not self._stopped.is_set():
                self._released.wait(_POLL_SECONDS)
            self._used += size

    def release(self, size: int) -> None:
        with self._released:
            self._used -= size
            self._released.notify()


def _read(
    records: Iterator[Record],
    read: "queue.Queue[Record | BaseException | None]",
    memory: _MemoryBudget,
    stopped: threading.Event,
) -> None:
    last: BaseException | None = _END
    try:
        for record in records:
            memory.acquire(record.memory_bytes)
            if not _put(read, record, stopped):
                return
    except Exception as fault:  # noqa: BLE001 - raised where the records are used
        last = fault
    _put(read, last, stopped)


def _batches(
    read: "queue.Queue[Record | BaseException | None]", batch_records: int, stopped: threading.Event
) -> Iterator[list[Record] | BaseException]:
    batch: list[Record] = []
    size, due = 0, 0.0
    while not stopped.is_set():
        try:
            record = read.get(timeout=max(0.0, due - time.monotonic()) if batch else _POLL_SECONDS)
        except queue.Empty:
            if batch:
                yield batch
                batch, size = [], 0
            continue
        if record is _END or isinstance(record, BaseException):
            if batch:
                yield batch
            if record is not None:
                yield record
            return
        if not batch:
            due = time.monotonic() + OLDEST_SECONDS
        batch.append(record)
        size += record.memory_bytes
        if len(batch) == batch_records or size >= _FULL_BYTES:
            yield batch
            batch, size = [], 0


def _put(target: "queue.Queue[T]", item: T, stopped: threading.Event) -> bool:
    while not stopped.is_set():
        try:
            target.put(item, timeout=_POLL_SECONDS)
        except queue.Full:
            continue
        return True
    return False
