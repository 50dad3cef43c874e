"""Records in, answered batches out, in the order of the records: one thread reads, some ask, the caller writes.

A batch is asked for when it is full or when its
oldest record has waited long enough, so a slow stream is not kept waiting for a full batch. Reading stops while there is
much that is not written yet, so memory is bounded whatever the records' size.
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
_LOOK_SECONDS = 0.1
_END = None


@contextmanager
def answered(
    records: Iterator[Record], ask: Callable[[list[Record]], T], *, threads: int, batch_records: int
) -> Iterator[Iterator[T]]:
    """Give an iterator over what `ask` returned for each batch. What reading or asking raises, it raises in its place."""
    over = threading.Event()
    room = _Room(over)
    read: queue.Queue[Record | BaseException | None] = queue.Queue(2 * batch_records)
    asked: queue.Queue[tuple[Future[T], int] | None] = queue.Queue(2 * threads)
    pool = ThreadPoolExecutor(threads, thread_name_prefix="ask")

    def batches() -> None:
        for batch in _batches(read, batch_records, over):
            future: Future[T] = Future()
            size = 0
            if isinstance(batch, BaseException):
                future.set_exception(batch)
            else:
                future = pool.submit(ask, batch)
                size = sum(record.held_bytes for record in batch)
            _put(asked, (future, size), over)
        _put(asked, _END, over)

    def answers() -> Iterator[T]:
        for future, size in iter(asked.get, _END):
            yield future.result()
            room.give(size)

    # Daemons: a thread that waits for the next line of a stream must not keep the program.
    threading.Thread(target=_read, args=(records, read, room, over), daemon=True, name="read").start()
    gathering = threading.Thread(target=batches, daemon=True, name="gather")
    gathering.start()
    try:
        yield answers()
    finally:
        over.set()
        gathering.join()
        pool.shutdown(cancel_futures=True)


class _Room:
    """How many bytes are read and not yet written; a single record may be larger than all of it."""

    def __init__(self, over: threading.Event) -> None:
        self._over = over
        self._taken = 0
        self._given = threading.Condition()

    def take(self, size: int) -> None:
        with self._given:
            while self._taken and self._taken + size > _UNWRITTEN_BYTES and not self._over.is_set():
                self._given.wait(_LOOK_SECONDS)
            self._taken += size

    def give(self, size: int) -> None:
        with self._given:
            self._taken -= size
            self._given.notify()


def _read(
    records: Iterator[Record], read: "queue.Queue[Record | BaseException | None]", room: _Room, over: threading.Event
) -> None:
    last: BaseException | None = _END
    try:
        for record in records:
            room.take(record.held_bytes)
            if not _put(read, record, over):
                return
    except Exception as fault:  # noqa: BLE001 - told to whoever waits for the records
        last = fault
    _put(read, last, over)


def _batches(
    read: "queue.Queue[Record | BaseException | None]", batch_records: int, over: threading.Event
) -> Iterator[list[Record] | BaseException]:
    batch: list[Record] = []
    size, due = 0, 0.0
    while not over.is_set():
        try:
            record = read.get(timeout=max(0.0, due - time.monotonic()) if batch else _LOOK_SECONDS)
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
        size += record.held_bytes
        if len(batch) == batch_records or size >= _FULL_BYTES:
            yield batch
            batch, size = [], 0


def _put(line: "queue.Queue[T]", item: T, over: threading.Event) -> bool:
    while not over.is_set():
        try:
            line.put(item, timeout=_LOOK_SECONDS)
        except queue.Full:
            continue
        return True
    return False
