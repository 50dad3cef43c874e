"""Who does the batches of a job: this process, or the workers of a Dask cluster. The result is the same, batch by batch.

Dask is imported on first use: it is an optional dependency.
"""

import hashlib
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from types import TracebackType
from typing import Any, Protocol, Self

import pyarrow as pa

from service.jobs.partitions import Partition

Answer = Callable[[pa.RecordBatch], tuple[pa.RecordBatch, pa.RecordBatch]]
"""A pure function of one batch → what is kept of it, and why some of it is refused."""

_BATCHES_A_TASK = 16
_TASKS_A_WORKER = 2
_SECONDS_TO_CONNECT = 30.0
_SECONDS_A_LOOK = 60.0
"""A cluster without a worker at two looks in a row is given up: by then another one could have been started."""
_SAME = ("numpy", "onnxruntime", "pyarrow", "scikit-learn")
"""Of another version of these a worker might give other numbers."""


class WrongEngine(Exception):
    """The message says why the cluster cannot do the work."""


@dataclass(frozen=True)
class Answered:
    """One batch, done; `digest` is the checksum of what was read."""

    rows: int
    digest: str
    kept: pa.RecordBatch
    refused: pa.RecordBatch


class Engine(Protocol):
    @property
    def batches_a_partition(self) -> int | None:
        """None: whoever does the work reads on as it goes, so a partition may be as long as it likes."""

    def each(self, answer: Answer, partitions: Iterator[Partition]) -> Iterator[Answered]:
        """Yield every batch, done, in the order of the input. Raises what `answer` raises, WrongEngine."""
        ...


class Local:
    """One batch after the other, in this process."""

    batches_a_partition = None

    def each(self, answer: Answer, partitions: Iterator[Partition]) -> Iterator[Answered]:
        for partition in partitions:
            for batch in partition.batches():
                yield _answered(answer, batch)


class Dask:
    """Partitions side by side on the workers of a cluster; what comes back is put in order, a bounded number ahead.

    A worker that dies has its partitions done again by another one. Without a scheduler's address the workers are processes
    of this machine, one a core, and end with the job.
    """

    batches_a_partition = _BATCHES_A_TASK

    def __init__(self, scheduler: str | None, workers: int | None = None) -> None:
        self._scheduler, self._workers = scheduler, workers

    def __enter__(self) -> Self:
        """Raises WrongEngine."""
        try:
            import distributed
        except ImportError:
            raise WrongEngine("Dask is not installed here: install the group dask of pyproject.toml.") from None
        self._cluster: Any = None
        try:
            if self._scheduler is None:
                self._cluster = distributed.LocalCluster(
                    n_workers=self._workers, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0"
                )
            self._client = distributed.Client(self._cluster or self._scheduler, timeout=_SECONDS_TO_CONNECT)
            self._client.wait_for_workers(1, timeout=_SECONDS_TO_CONNECT)
        except (OSError, TimeoutError, ValueError) as error:
            self.__exit__(None, None, None)
            raise WrongEngine(f"No Dask worker answers at {self._scheduler or 'this machine'}.") from error
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        for held in (getattr(self, "_client", None), self._cluster):
            if held is not None:
                held.close()

    def each(self, answer: Answer, partitions: Iterator[Partition]) -> Iterator[Answered]:
        from distributed import KilledWorker
        from distributed.client import FutureCancelledError
        from distributed.comm.core import CommClosedError

        ahead: deque[Any] = deque()
        try:
            for partition in partitions:
                ahead.append(self._client.submit(_do, answer, partition, _versions(), pure=False))
                if len(ahead) > _TASKS_A_WORKER * max(1, len(self._client.nthreads())):
                    yield from self._result(ahead.popleft())
            while ahead:
                yield from self._result(ahead.popleft())
        except RuntimeError as error:
            if "deserialization" not in str(error):
                raise
            raise WrongEngine("The cluster does not have the same program: docs/dask.md says how to start it.") from error
        except KilledWorker as error:
            raise WrongEngine(f"{error.allowed_failures + 1} workers died at the same part of the input.") from error
        except (FutureCancelledError, CommClosedError, OSError) as error:
            raise WrongEngine("The Dask scheduler is gone. Start the same command again to continue this run.") from error

    def _result(self, task: Any) -> list[Answered]:
        """Wait for a task as long as there are workers. Raises WrongEngine, and what the task raises."""
        alone = False
        while True:
            try:
                return list(task.result(timeout=_SECONDS_A_LOOK))
            except TimeoutError:
                if task.status == "error":
                    raise
            before, alone = alone, not self._client.nthreads()
            if before and alone:
                raise WrongEngine("The last Dask worker is gone. Start the same command again to continue this run.")


def digest_of(batch: pa.RecordBatch) -> str:
    return hashlib.sha256(batch.serialize()).hexdigest()


def _do(answer: Answer, partition: Partition, versions: dict[str, str]) -> list[Answered]:
    """Do a whole partition on a worker. Raises WrongEngine where its libraries are other ones."""
    for name, wanted in versions.items():
        if _versions().get(name) != wanted:
            raise WrongEngine(f"A worker has {name} {_versions().get(name)}, this machine {wanted}.")
    return [_answered(answer, batch) for batch in partition.batches()]


def _answered(answer: Answer, batch: pa.RecordBatch) -> Answered:
    kept, refused = answer(batch)
    return Answered(batch.num_rows, digest_of(batch), kept, refused)


@cache
def _versions() -> dict[str, str]:
    found = {}
    for name in _SAME:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
