"""One way to carry out a nightly job: batches → a run, taken up again where it was killed, switched to whole.

After each
batch what is done is kept, with a checksum of all that was read: a killed run goes on only where its input begins the same.
"""

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path

from service.errors import BrokenStorage, StorageUnavailable
from service.fields.lookup import types_of
from service.jobs.batch_scoring import score_batch
from service.jobs.engines import Answer, Engine, digest_of
from service.jobs.inputs import Source, Wanted, partitions
from service.jobs.partitions import BATCH_ROWS, Partition, WrongInput
from service.schemas import Card, Run, RunKind
from service.store import run_history
from service.store.locks import Still
from service.store.run_history import Overtaken, Progress
from service.store.store import Store

Advance = Callable[[int], object]


class Busy(Exception):
    """Another job of this kind writes for this model now."""


class NothingUsable(WrongInput):
    """No row of the input could be used; the run that failed keeps the reasons."""

    def __init__(self, message: str, run: Run) -> None:
        super().__init__(message)
        self.run = run


@dataclass(frozen=True)
class Work:
    """What a run of a kind is made of."""

    kind: RunKind
    named: str
    """What is read, and how: a killed run of the same name is taken up again."""
    partitions: Callable[[int | None], Iterator[Partition]]
    """So many batches each; the same ones in the same order, each time that it is called."""
    answer: Answer
    """A pure function of one batch → what is kept of it, and why some of it is refused."""
    places_in_batch: bool
    """The answer's places count the rows of the batch; else they count those of the input."""


def needs(card: Card, key: str) -> Wanted:
    """Return what predictions need of an input."""
    required = [field.name for field in card.inputs if not field.nullable]
    numbers = frozenset(field.name for field in types_of(card) if field.has_decimal_sign)
    return Wanted([*required, key], numbers, key)


def predictions(bundle: Path, card: Card, source: Source, key: str) -> Work:
    """Return the work of scoring a source."""
    inputs = [field.name for field in card.inputs if field.name in source.columns or not field.nullable]
    columns = [*inputs, key]
    named = json.dumps({"input": source.name, "columns": columns, "rows a batch": BATCH_ROWS})
    answer = partial(score_batch, bundle, key=key, version=card.version)
    return Work("predictions", named, lambda most: partitions(source, columns, most), answer, places_in_batch=True)


def carry_out(store: Store, card: Card, work: Work, *, engine: Engine, max_runs: int, advance: Advance) -> Run:
    """Do a piece of work whole and switch to its run; `advance` is told of rows as they are done.

    Answers come from the run before until the end. Raises WrongInput (NothingUsable), WrongEngine, Busy, Overtaken,
    StorageUnavailable, BrokenStorage, and what the work raises.
    """
    store.prepare()
    with store.database.only_one(f"{work.kind}-{card.name}") as still_alone:
        if still_alone is None:
            raise Busy
        done = run_history.begin(store, work.kind, card.name, card.version, work.named)
        try:
            done, rest = _taken_up(store, done, work, engine, advance)
            done = _done(store, done, work, rest, engine=engine, advance=advance)
            run = _publish(store, done, still_alone)
        except (StorageUnavailable, BrokenStorage, Overtaken):
            raise
        except Exception:
            run_history.fail(store, done.run)
            raise
        _delete_old_runs(store, run, max_runs)
        return run


def _taken_up(
    store: Store, done: Progress, work: Work, engine: Engine, advance: Advance
) -> tuple[Progress, Iterator[Partition]]:
    """Pass over what is done already; where the input does not begin as it did, begin anew."""
    rest = work.partitions(engine.batches_a_partition)
    digest, rows = "", 0
    while rows < done.position and (partition := next(rest, None)):
        passed = 0
        for batch in partition.batches():
            if rows >= done.position:
                rest = chain([partition.after(passed)], rest)
                break
            digest, rows, passed = _chained(digest, digest_of(batch)), rows + batch.num_rows, passed + 1
    if (rows, digest) != (done.position, done.digest):
        return run_history.begin_anew(store, done.run), work.partitions(engine.batches_a_partition)
    advance(rows)
    return done, rest


def _done(
    store: Store, done: Progress, work: Work, rest: Iterator[Partition], *, engine: Engine, advance: Advance
) -> Progress:
    start = time.perf_counter()
    for each in engine.each(work.answer, rest):
        before = done.position if work.places_in_batch else 0
        computed = {"computed_at": run_history.now()}
        rows = [row | computed | {"place": row["place"] + before} for row in each.kept.to_pylist()]
        reasons = [reason | {"place": reason["place"] + before} for reason in each.refused.to_pylist()]
        done = Progress(done.run, done.position + each.rows, _chained(done.digest, each.digest))
        now = time.perf_counter()
        run_history.add(store, done, rows, reasons, now - start)
        start = now
        advance(each.rows)
    return done


def _publish(store: Store, done: Progress, still_alone: Still) -> Run:
    run = run_history.find_run(store, done.run)
    if not run.rows:
        sentence = f"None of {done.position:,} rows could be used. The served run stays as it is.{_why(store, run)}"
        raise NothingUsable(sentence, run)
    still_alone()
    run_history.publish(store, done.run)
    return run_history.find_run(store, done.run)


def _delete_old_runs(store: Store, run: Run, max_runs: int) -> None:
    """Keep at most `max_runs` published and earlier runs. What a failure leaves, the next job deletes."""
    try:
        run_history.prune(store, run.kind, run.model, max_runs)
        run_history.sweep(store, run.kind, run.model)
    except StorageUnavailable as error:
        raise StorageUnavailable(f"Run {run.id} is served, but older ones could not be deleted. {error}") from error


def _why(store: Store, run: Run) -> str:
    field, code, rows = next(iter(run_history.reasons(store, run.id)), ("", "", 0))
    return f" Most often: {field} {code}, {rows:,} rows." if rows else ""


def _chained(digest: str, batch_digest: str) -> str:
    return hashlib.sha256(f"{digest}{batch_digest}".encode()).hexdigest()
