"""Nightly predictions: an input → a run, written batch by batch, taken up again where it was killed, switched to whole.

Knows: inputs, the batch function, runs. Must not know: settings, terminals. After each batch what is done is kept, with a
checksum of all that was read so far: a killed run goes on only where its input still begins the same.
"""

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pyarrow as pa

from service.errors import StorageUnavailable
from service.jobs.batches import score_batch
from service.jobs.inputs import BATCH_ROWS, Source, WrongInput, read
from service.schemas import Card, Run
from service.store import history
from service.store.history import Progress
from service.store.store import Store

Advance = Callable[[int], object]
Score = Callable[[pa.RecordBatch], tuple[pa.RecordBatch, pa.RecordBatch]]


class Busy(Exception):
    """Another job writes predictions of this model now."""


def predict(store: Store, bundle: Path, card: Card, source: Source, *, key: str, keep: int, advance: Advance) -> Run:
    """Score a source whole and switch to its predictions; `advance` is told of rows as they are done.

    Raises WrongInput, Busy, StorageUnavailable, and what the model raises. Answers come from the run before until the end.
    """
    inputs = [field.name for field in card.inputs if field.name in source.columns or not field.nullable]
    columns = [*inputs, key]
    batches = read(source, columns)
    store.prepare()
    with store.database.only_one(f"predictions-{card.name}") as alone:
        if not alone:
            raise Busy
        named = json.dumps({"input": source.name, "columns": columns, "rows a batch": BATCH_ROWS})
        done = history.begin(store, card.name, card.version, named)
        try:
            done, batches = _taken_up(store, done, batches, lambda: read(source, columns), advance)
            done = _scored(store, done, batches, partial(score_batch, bundle, key=key), advance)
            run = _publish(store, done)
        except StorageUnavailable:
            raise
        except Exception:
            history.fail(store, done.run)
            raise
        history.prune(store, card.name, keep)
        history.sweep(store, card.name)
        return run


def _taken_up(
    store: Store,
    done: Progress,
    batches: Iterator[pa.RecordBatch],
    again: Callable[[], Iterator[pa.RecordBatch]],
    advance: Advance,
) -> tuple[Progress, Iterator[pa.RecordBatch]]:
    """Pass over what is done already; where the input does not begin as it did, begin anew."""
    digest, rows = "", 0
    while rows < done.position:
        batch = next(batches, None)
        if batch is None:
            break
        digest, rows = _chained(digest, batch), rows + batch.num_rows
    if (rows, digest) != (done.position, done.digest):
        return history.begin_anew(store, done.run), again()
    advance(rows)
    return done, batches


def _scored(store: Store, done: Progress, batches: Iterator[pa.RecordBatch], score: Score, advance: Advance) -> Progress:
    start = time.perf_counter()
    for batch in batches:
        scored, refused = score(batch)
        computed_at = history.now()
        rows = [row | {"place": row["place"] + done.position, "computed_at": computed_at} for row in scored.to_pylist()]
        reasons = [reason | {"place": reason["place"] + done.position} for reason in refused.to_pylist()]
        done = Progress(done.run, done.position + batch.num_rows, _chained(done.digest, batch))
        now = time.perf_counter()
        history.add(store, done, rows, reasons, now - start)
        start = now
        advance(batch.num_rows)
    return done


def _publish(store: Store, done: Progress) -> Run:
    run = history.find_run(store, done.run)
    if not run.rows:
        raise WrongInput(f"None of {done.position:,} rows could be scored. The served run stays as it is.{_why(store, run)}")
    history.publish(store, done.run)
    return history.find_run(store, done.run)


def _why(store: Store, run: Run) -> str:
    field, code, rows = next(iter(history.reasons(store, run.id)), ("", "", 0))
    return f" Most often: {field} {code}, {rows:,} rows." if rows else ""


def _chained(digest: str, batch: pa.RecordBatch) -> str:
    return hashlib.sha256(digest.encode() + batch.serialize()).hexdigest()
