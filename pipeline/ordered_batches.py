"""Processes records in batches and threads, and gives the results in the order of the records.

A batch begins when it is full or when its oldest record has waited 0.2 s, so that a slow stream does not wait for a full
batch. Reading stops while many bytes are not written yet, so that memory is limited, however large the records are.

Python raises KeyboardInterrupt in the main thread between any two instructions, so a lock that this thread takes may never
be released. And a signal that comes just before the thread waits does not wake it. So the caller's thread takes no lock that
another thread needs: it exchanges objects through SimpleQueue, whose operations cannot be interrupted half-way
(docs.python.org/3/library/queue.html#simplequeue-objects), and every wait ends after 0.1 s.
"""

import queue
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Generic, TypeVar

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
    pool = ThreadPoolExecutor(threads, thread_name_prefix="process")
    run: _Run[T] = _Run(pool, process, threads, batch_records)
    # Daemons: a thread that waits for the next line of a stream must not keep the program alive.
    threading.Thread(target=run.read, args=(records,), daemon=True, name="read").start()
    submitting = threading.Thread(target=run.submit, daemon=True, name="submit")
    ordering = threading.Thread(target=run.order, daemon=True, name="order")
    submitting.start()
    ordering.start()
    try:
        yield run.results()
    finally:
        run.stopped.set()
        submitting.join()
        pool.shutdown(cancel_futures=True)
        ordering.join()


class _Run(Generic[T]):
    """The steps of a run and the queues between them: read, submit, (process), order, results. Each has its thread."""

    def __init__(
        self, pool: ThreadPoolExecutor, process: Callable[[list[Record]], T], threads: int, batch_records: int
    ) -> None:
        self.stopped = threading.Event()
        self._pool = pool
        self._process = process
        self._batch_records = batch_records
        self._memory = _MemoryBudget(self.stopped)
        self._records: queue.Queue[Record | BaseException | None] = queue.Queue(2 * batch_records)
        self._submitted: queue.Queue[tuple[Future[T], int] | None] = queue.Queue(2 * threads)
        self._finished: queue.SimpleQueue[Future[T] | None] = queue.SimpleQueue()
        self._written: queue.SimpleQueue[Future[T] | None] = queue.SimpleQueue()

    def read(self, records: Iterator[Record]) -> None:
        last: BaseException | None = _END
        try:
            for record in records:
                self._memory.acquire(record.memory_bytes)
                if not _put(self._records, record, self.stopped):
                    return
        except Exception as fault:  # noqa: BLE001 - raised where the records are used
            last = fault
        _put(self._records, last, self.stopped)

    def submit(self) -> None:
        for batch in _batches(self._records, self._batch_records, self.stopped):
            future: Future[T] = Future()
            size = 0
            if isinstance(batch, BaseException):
                future.set_exception(batch)
            else:
                future = self._pool.submit(self._process, batch)
                size = sum(record.memory_bytes for record in batch)
            _put(self._submitted, (future, size), self.stopped)
        _put(self._submitted, _END, self.stopped)

    def order(self) -> None:
        for future, size in _items(self._submitted, self.stopped):
            with suppress(CancelledError):
                future.exception()  # waits
            self._finished.put(future)
            next(_items(self._written, self.stopped), None)
            self._memory.release(size)
        self._finished.put(_END)

    def results(self) -> Iterator[T]:
        for future in _items(self._finished, self.stopped):
            yield future.result()
            self._written.put(future)


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


def _items(source: "queue.Queue[T | None] | queue.SimpleQueue[T | None]", stopped: threading.Event) -> Iterator[T]:
    while not stopped.is_set():
        try:
            item = source.get(timeout=_POLL_SECONDS)
        except queue.Empty:
            continue
        if item is _END:
            return
        yield item


def _put(target: "queue.Queue[T]", item: T, stopped: threading.Event) -> bool:
    while not stopped.is_set():
        try:
            target.put(item, timeout=_POLL_SECONDS)
        except queue.Full:
            continue
        return True
    return False
