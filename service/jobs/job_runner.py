"""Runs a nightly job: batches → a run, which is published whole. A killed job continues its run.

After each batch the store keeps its results and a checksum of all rows read so far. A job continues a run only if its input
begins with the same rows.
"""

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from itertools import chain
from pathlib import Path

from service.errors import BrokenStorage, StorageUnavailable
from service.fields.date import DateType
from service.fields.lookup import types_of
from service.files.column_check import labels_of
from service.jobs.batch_scoring import has_dates, score_batch
from service.jobs.engines import BatchFunction, Engine, digest_of
from service.jobs.input_dates import latest_day
from service.jobs.key_columns import check_key_column
from service.jobs.sources.inputs import partitions
from service.jobs.sources.partitions import BATCH_ROWS, Partition, WrongInput
from service.jobs.sources.source import RequiredColumns, Source
from service.schemas import Card, Run, RunKind
from service.store import lookups, run_history
from service.store.locks import CheckLock
from service.store.run_history import Overtaken, Progress
from service.store.store import Store
from wire.answer_columns import AS_OF

Advance = Callable[[int], object]

_MIN_SHARE_OF_SERVED = 0.5
"""A run with a smaller share of the rows of the served run is published only on request: its input may be incomplete."""


class JobRunning(Exception):
    """Another job of this kind is writing for this model."""


class NoUsableRows(WrongInput):
    """No row of the input could be used. The failed run holds the reasons."""

    def __init__(self, message: str, run: Run) -> None:
        super().__init__(message)
        self.run = run


@dataclass(frozen=True)
class Job:
    """What a job reads and computes."""

    kind: RunKind
    source_id: str
    """What is read, and how. A job continues a killed run with the same source."""
    partitions: Callable[[int | None], Iterator[Partition]]
    """Takes the largest number of batches in a partition; gives the same partitions in the same order at each call."""
    function: BatchFunction
    """A pure function of one batch → the rows to store, and the reasons for the rows that are refused."""
    positions_in_batch: bool
    """True: the function numbers the rows of the batch. False: it numbers the rows of the input."""


def required_columns(card: Card, key: str) -> RequiredColumns:
    """Return the columns that predictions need of an input. Raises WrongInput if the key is a field."""
    check_key_column(key, [field.name for field in card.inputs])
    required = [field.name for field in card.inputs if not field.nullable]
    numbers = frozenset(field.name for field in types_of(card) if field.has_decimal_sign)
    dates = frozenset(field.name for field in types_of(card) if isinstance(field, DateType))
    return RequiredColumns([*required, key], numbers, key, dates, labels=labels_of(card))


def prediction_job(bundle: Path, card: Card, source: Source, key: str) -> Job:
    """Return the job of scoring a source."""
    inputs = [field.name for field in card.inputs if field.name in source.columns or not field.nullable]
    dates = [AS_OF] if has_dates(card, source.columns) else []
    columns = [*inputs, *dates, key]
    source_id = json.dumps(
        {"input": source.name, "columns": columns, "text": asdict(source.style), "rows a batch": BATCH_ROWS}
    )
    function = partial(
        score_batch,
        bundle,
        key=key,
        version=card.version,
        latest_day=latest_day().isoformat(),
        style=source.style,
        typed=source.typed,
    )
    return Job(
        "predictions",
        source_id,
        lambda max_batches: partitions(source, columns, max_batches),
        function,
        positions_in_batch=True,
    )


def run_job(
    store: Store, card: Card, job: Job, *, engine: Engine, max_runs: int, advance: Advance, allow_shrink: bool = False
) -> Run:
    """Run a job to its end and publish its run. `advance` gets the number of rows after each batch.

    Answers come from the previous run until the end. Without `allow_shrink`, a run that is much smaller than the published
    one is not published. Raises WrongInput (NoUsableRows), WrongEngine, JobRunning, Overtaken, StorageUnavailable,
    BrokenStorage, and what the job raises.
    """
    store.prepare()
    with store.database.try_lock(f"{job.kind}-{card.name}") as check_lock:
        if check_lock is None:
            raise JobRunning
        done = run_history.resume_or_start(store, job.kind, card.name, card.version, job.source_id)
        try:
            done, rest = _skip_stored_batches(store, done, job, engine, advance)
            done = _compute_batches(store, done, job, rest, engine=engine, advance=advance)
            run = _publish_run(store, done, check_lock, allow_shrink=allow_shrink)
        except Overtaken:
            raise
        except (StorageUnavailable, BrokenStorage) as error:
            raise type(error)(f"{error} Start the same command again to continue this run.") from error
        except Exception:
            run_history.mark_failed(store, done.run)
            raise
        _delete_old_runs(store, run, max_runs)
        return run


def _skip_stored_batches(
    store: Store, done: Progress, job: Job, engine: Engine, advance: Advance
) -> tuple[Progress, Iterator[Partition]]:
    """Skip the batches that the run has stored. If the input does not begin with the same rows, restart."""
    rest = job.partitions(engine.max_batches)
    digest, rows = "", 0
    while rows < done.position and (partition := next(rest, None)):
        passed = 0
        for batch in partition.batches():
            if rows >= done.position:
                rest = chain([partition.after(passed)], rest)
                break
            digest, rows, passed = _chain_digest(digest, digest_of(batch)), rows + batch.num_rows, passed + 1
    if (rows, digest) != (done.position, done.digest):
        return run_history.restart(store, done.run), job.partitions(engine.max_batches)
    advance(rows)
    return done, rest


def _compute_batches(
    store: Store, done: Progress, job: Job, rest: Iterator[Partition], *, engine: Engine, advance: Advance
) -> Progress:
    start = time.perf_counter()
    for each in engine.run(job.function, rest):
        before = done.position if job.positions_in_batch else 0
        computed = {"computed_at": run_history.now()}
        rows = [row | computed | {"place": row["place"] + before} for row in each.accepted.to_pylist()]
        reasons = [reason | {"place": reason["place"] + before} for reason in each.refused.to_pylist()]
        done = Progress(done.run, done.position + each.rows, _chain_digest(done.digest, each.digest))
        now = time.perf_counter()
        run_history.store_batch(store, done, rows, reasons, now - start)
        start = now
        advance(each.rows)
    return done


def _publish_run(store: Store, done: Progress, check_lock: CheckLock, *, allow_shrink: bool) -> Run:
    run = run_history.find_run(store, done.run)
    if not run.rows:
        sentence = f"None of {done.position:,} rows could be used. The served run did not change.{_why(store, run)}"
        raise NoUsableRows(sentence, run)
    served_rows = run_history.count_published_rows(store, run.kind, run.model)
    if run.rows < _MIN_SHARE_OF_SERVED * served_rows and not allow_shrink:
        raise WrongInput(
            f"This run stored {run.rows:,} rows, and the served run has {served_rows:,}. The served run did not change."
            f"{_why(store, run)} If this is right, start the same command with --allow-shrink: it serves this run."
        )
    check_lock()
    run_history.publish(store, done.run)
    return run_history.find_run(store, done.run)


def _delete_old_runs(store: Store, run: Run, max_runs: int) -> None:
    """Keep at most `max_runs` published and earlier runs. What a failure leaves, the next job deletes."""
    try:
        run_history.discard_old_runs(store, run.kind, run.model, max_runs)
        run_history.delete_discarded_rows(store, run.kind, run.model)
    except StorageUnavailable as error:
        raise StorageUnavailable(f"Run {run.id} is served, but older ones could not be deleted. {error}") from error


def _why(store: Store, run: Run) -> str:
    field, code, rows = next(iter(lookups.count_refusals(store, run.id)), ("", "", 0))
    return f" Most often: {field} {code}, {rows:,} rows." if rows else ""


def _chain_digest(digest: str, batch_digest: str) -> str:
    return hashlib.sha256(f"{digest}{batch_digest}".encode()).hexdigest()
