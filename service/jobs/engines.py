"""Engines run the batches of a job: in this process, or on the workers of a Dask cluster, with the same results.

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

from service.errors import InvalidFile
from service.jobs.sources.partitions import IDENTITY, Partition, WrongInput

BatchFunction = Callable[[pa.RecordBatch], tuple[pa.RecordBatch, pa.RecordBatch]]
"""A pure function of one batch → the rows to store, and the reasons for the rows that are refused."""

_BATCHES_PER_TASK = 16
_TASKS_PER_WORKER = 2
_CONNECT_SECONDS = 30.0
_CHECK_SECONDS = 60.0
"""If a cluster has no worker at two checks in a row, the job ends. Until then another worker may start."""
_PINNED_LIBRARIES = ("numpy", "onnxruntime", "pillow", "pyarrow", "scikit-learn")
"""Libraries that could give other numbers in another version. A worker must have the same versions."""
_PICTURE_LIBRARIES = ("opencv-python-headless", "rapidocr")
"""The same, for pictures only. A worker may be without them: it refuses pictures by itself."""


class WrongEngine(Exception):
    """The message says why the cluster cannot do the work."""


@dataclass(frozen=True)
class BatchResult:
    """The result of one batch; `digest` is the checksum of its input."""

    rows: int
    digest: str
    accepted: pa.RecordBatch
    refused: pa.RecordBatch


class Engine(Protocol):
    @property
    def max_batches(self) -> int | None:
        """The largest number of batches in a partition. None: the engine reads batch by batch, so there is no limit."""

    def run(self, function: BatchFunction, partitions: Iterator[Partition]) -> Iterator[BatchResult]:
        """Yield the result of every batch in the order of the input. Raises WrongEngine, and what `function` raises."""
        ...


class Local:
    """Runs one batch after the other in this process."""

    max_batches = None

    def run(self, function: BatchFunction, partitions: Iterator[Partition]) -> Iterator[BatchResult]:
        for partition in partitions:
            for batch in partition.batches():
                yield run_batch(function, batch, partition.file_name)


class Dask:
    """Runs partitions in parallel on the workers of a cluster. Puts the results in order; few are in progress at a time.

    If a worker dies, another worker runs its partitions again. Without the address of a scheduler, the workers are
    processes of this machine, one for each core, and end with the job.
    """

    max_batches = _BATCHES_PER_TASK

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
            self._client = distributed.Client(self._cluster or self._scheduler, timeout=_CONNECT_SECONDS)
            self._client.wait_for_workers(1, timeout=_CONNECT_SECONDS)
        except (OSError, TimeoutError, ValueError) as error:
            self.__exit__(None, None, None)
            raise WrongEngine(f"No Dask worker answers at {self._scheduler or 'this machine'}.") from error
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        for resource in (getattr(self, "_client", None), self._cluster):
            if resource is not None:
                resource.close()

    def run(self, function: BatchFunction, partitions: Iterator[Partition]) -> Iterator[BatchResult]:
        from distributed import KilledWorker
        from distributed.client import FutureCancelledError
        from distributed.comm.core import CommClosedError

        pending: deque[Any] = deque()
        try:
            for partition in partitions:
                pending.append(self._client.submit(_run_partition, function, partition, _versions(), pure=False))
                if len(pending) > _TASKS_PER_WORKER * max(1, len(self._client.nthreads())):
                    yield from self._result(pending.popleft())
            while pending:
                yield from self._result(pending.popleft())
        except RuntimeError as error:
            if "deserialization" not in str(error):
                raise
            raise WrongEngine("The cluster does not have the same program: docs/dask.md says how to start it.") from error
        except KilledWorker as error:
            raise WrongEngine(f"{error.allowed_failures + 1} workers died at the same part of the input.") from error
        except (FutureCancelledError, CommClosedError, OSError) as error:
            raise WrongEngine("The Dask scheduler is gone. Start the same command again to continue this run.") from error

    def _result(self, task: Any) -> list[BatchResult]:
        """Wait for a task as long as there are workers. Raises WrongEngine, and what the task raises."""
        no_workers = False
        while True:
            try:
                return list(task.result(timeout=_CHECK_SECONDS))
            except TimeoutError:
                if task.status == "error":
                    raise
            before, no_workers = no_workers, not self._client.nthreads()
            if before and no_workers:
                raise WrongEngine("The last Dask worker is gone. Start the same command again to continue this run.")


def digest_of(batch: pa.RecordBatch) -> str:
    """Return the checksum of a batch, of the columns that its metadata name if they do."""
    names = (batch.schema.metadata or {}).get(IDENTITY.encode())
    return hashlib.sha256((batch.select(names.decode().split(",")) if names else batch).serialize()).hexdigest()


def _run_partition(function: BatchFunction, partition: Partition, versions: dict[str, str]) -> list[BatchResult]:
    """Run a whole partition on a worker. Raises WrongEngine if the worker has other versions of the libraries."""
    for name, expected in versions.items():
        found = _versions().get(name)
        if found != expected and (found or name in _PINNED_LIBRARIES):
            raise WrongEngine(f"A worker has {name} {found}, this machine {expected}.")
    return [run_batch(function, batch, partition.file_name) for batch in partition.batches()]


def run_batch(function: BatchFunction, batch: pa.RecordBatch, file_name: str) -> BatchResult:
    """Run one batch. Raises WrongInput with the name of the file if a column has a type that no field takes."""
    try:
        accepted, refused = function(batch)
    except InvalidFile as error:
        place = f"{file_name}: " if file_name else ""
        raise WrongInput(" ".join([place + error.problem, *(fault.message for fault in error.faults)])) from error
    return BatchResult(batch.num_rows, digest_of(batch), accepted, refused)


@cache
def _versions() -> dict[str, str]:
    versions = {}
    for name in (*_PINNED_LIBRARIES, *_PICTURE_LIBRARIES):
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            continue
    return versions
