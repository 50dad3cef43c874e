"""An engine that runs batches on threads of this process: for work that lets go of Python's lock, as networks do."""

import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from service.jobs.engines import BatchFunction, BatchResult, run_batch
from service.jobs.sources.partitions import Partition

_WAITING_BATCHES = 2


class Threads:
    """Runs batches in parallel and yields their results in the order of the input. Few are in memory at a time."""

    max_batches = None

    def __init__(self, threads: int | None = None) -> None:
        """Take one thread for each core that this process may use, if their number is not given."""
        self._threads = threads or _cores()

    def run(self, function: BatchFunction, partitions: Iterator[Partition]) -> Iterator[BatchResult]:
        pending: deque[Future[BatchResult]] = deque()
        pool = ThreadPoolExecutor(self._threads)
        try:
            for partition in partitions:
                for batch in partition.batches():
                    pending.append(pool.submit(run_batch, function, batch, partition.file_name))
                    if len(pending) >= self._threads + _WAITING_BATCHES:
                        yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
