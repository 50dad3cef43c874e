"""The life of a run: start or resume, store batch by batch, publish, roll back, discard, delete.

Each change is one transaction. It first checks that the run is as its job left it. If another job has continued the run, the
change raises Overtaken and writes nothing.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, tuple_, update

from service.schemas import Run, RunKind, RunList, RunState
from service.store.run_names import run_name
from service.store.run_rows import TABLES, insert_rows
from service.store.store import Store, retried
from service.store.tables import refused_rows, runs

PAGE = 50
_ROWS_PER_DELETE = 2000
_WHOLE: list[RunState] = ["published", "superseded", "withdrawn"]
"""The states of runs that can be served. Runs of the last state are discarded first."""
_UNFINISHED: list[RunState] = ["running", "failed"]
_RUN_COLUMNS = [getattr(runs.c, name) for name in Run.__struct_fields__]


@dataclass(frozen=True)
class Progress:
    """How far a run is: `position` rows of its source are done, and `digest` is the checksum of their content."""

    run: str
    position: int
    digest: str


class NoEarlierRun(Exception):
    """There is no earlier run to roll back to."""


class Overtaken(Exception):
    """Another job has continued this run, or has discarded it."""


def now() -> str:
    """Return the time as it is stored: UTC, ISO 8601, to the millisecond, in the order of the alphabet."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@retried
def resume_or_start(store: Store, kind: RunKind, model: str, version: str, source: str) -> Progress:
    """Resume the unfinished run of the same source and version, or start a new one. Discard other unfinished runs.

    Their rows are deleted first, so that a full disk has space for the new run.
    """
    with store.writing() as connection:
        unfinished = connection.execute(
            select(runs).where(_runs_of(kind, model), runs.c.state.in_(_UNFINISHED)).order_by(runs.c.id.desc())
        ).all()
        same = next((run for run in unfinished if (run.version, run.source) == (version, source)), None)
        for run in unfinished:
            if run is not same:
                _discard(connection, run.id)
        if same is not None:
            connection.execute(update(runs).where(runs.c.id == same.id).values(state="running", finished=None))
    delete_discarded_rows(store, kind, model)
    if same is not None:
        return Progress(same.id, same.position, same.digest)
    with store.writing() as connection:
        return _insert_run(connection, kind, model, version, source)


@retried
def restart(store: Store, run: str) -> Progress:
    """Discard an unfinished run and start a new one of the same source and version."""
    with store.writing() as connection:
        old = _lock_unfinished(connection, run)
        _discard(connection, run)
    return resume_or_start(store, old.kind, old.model, old.version, old.source)


@retried
def store_batch(
    store: Store, done: Progress, computed: list[dict[str, Any]], refused: list[dict[str, Any]], seconds: float
) -> None:
    """Store a batch and the progress of the run. A row whose key the run already has is refused.

    Raises Overtaken if the run is further already.
    """
    with store.writing() as connection:
        run = _lock_unfinished(connection, done.run)
        if run.position >= done.position > 0:
            raise Overtaken
        accepted, duplicates = insert_rows(connection, run.kind, done.run, computed)
        reasons = [dict(reason, run=done.run) for reason in [*refused, *duplicates]]
        if reasons:
            connection.execute(insert(refused_rows), reasons)
        connection.execute(
            update(runs)
            .where(runs.c.id == done.run)
            .values(
                rows=runs.c.rows + accepted,
                refused=runs.c.refused + len({reason["place"] for reason in reasons}),
                seconds=runs.c.seconds + seconds,
                position=done.position,
                digest=done.digest,
            )
        )


@retried
def publish(store: Store, run: str) -> None:
    """Publish a run: before this commit every answer comes from the previous run, after it from this one."""
    with store.writing() as connection:
        unfinished = _lock_unfinished(connection, run)
        others = _runs_of(unfinished.kind, unfinished.model) & (runs.c.state == "published")
        connection.execute(update(runs).where(others).values(state="superseded"))
        connection.execute(update(runs).where(runs.c.id == run).values(state="published", finished=now()))


@retried
def mark_failed(store: Store, run: str) -> None:
    with store.writing() as connection:
        connection.execute(
            update(runs).where(runs.c.id == run, runs.c.state == "running").values(state="failed", finished=now())
        )


@retried
def roll_back(store: Store, kind: RunKind, model: str) -> Run:
    """Withdraw the published run, publish the previous one and return it. Raises NoEarlierRun."""
    with store.writing() as connection:
        published = select(runs.c.id).where(_runs_of(kind, model), runs.c.state == "published").scalar_subquery()
        before = connection.scalar(
            select(func.max(runs.c.id)).where(_runs_of(kind, model), runs.c.state == "superseded", runs.c.id < published)
        )
        if before is None:
            raise NoEarlierRun
        connection.execute(update(runs).where(_runs_of(kind, model), runs.c.state == "published").values(state="withdrawn"))
        connection.execute(update(runs).where(runs.c.id == before).values(state="published"))
        return _load_run(connection, before)


@retried
def discard_old_runs(store: Store, kind: RunKind, model: str, max_runs: int) -> None:
    """Discard whole runs beyond `max_runs`, at least 1. The published run stays, then the newest superseded ones."""
    with store.writing() as connection:
        query = (
            select(runs.c.id, runs.c.state).where(_runs_of(kind, model), runs.c.state.in_(_WHOLE)).order_by(runs.c.id.desc())
        )
        whole = sorted(connection.execute(query), key=lambda run: _WHOLE.index(run.state))
        for run in whole[max(max_runs, 1) :]:
            _discard(connection, run.id)


@retried
def delete_discarded_rows(store: Store, kind: RunKind, model: str) -> None:
    """Delete the rows of discarded runs in small transactions, so that other writers wait only briefly."""
    gone = select(runs.c.id).where(_runs_of(kind, model), runs.c.state == "discarded")
    for table in (*TABLES[kind], refused_rows):
        column = table.c.place if table is refused_rows else table.c.key
        some = select(table.c.run, column).where(table.c.run.in_(gone)).limit(_ROWS_PER_DELETE)
        while True:
            with store.writing() as connection:
                if not connection.execute(delete(table).where(tuple_(table.c.run, column).in_(some))).rowcount:
                    break


def find_run(store: Store, run: str) -> Run:
    with store.reading() as connection:
        return _load_run(connection, run)


def count_published_rows(store: Store, kind: RunKind, model: str) -> int:
    """Return the number of rows that the published run of a kind and a model stored; 0 without such a run."""
    query = select(runs.c.rows).where(_runs_of(kind, model), runs.c.state == "published")
    with store.reading() as connection:
        return connection.scalar(query) or 0


def list_runs(store: Store, model: str | None = None, after: str | None = None, kind: RunKind | None = None) -> RunList:
    """Return a page of runs, the newest first; `after` is the `next` of the page before."""
    query = select(*_RUN_COLUMNS).order_by(runs.c.id.desc()).limit(PAGE + 1)
    if model is not None:
        query = query.where(runs.c.model == model)
    if kind is not None:
        query = query.where(runs.c.kind == kind)
    if after is not None:
        query = query.where(runs.c.id < after)
    with store.reading() as connection:
        page = [Run(**row._mapping) for row in connection.execute(query)]
    return RunList(items=page[:PAGE], next=page[PAGE - 1].id if len(page) > PAGE else None)


def _runs_of(kind: RunKind, model: str) -> ColumnElement[bool]:
    return (runs.c.model == model) & (runs.c.kind == kind)


def _lock_unfinished(connection: Connection, run: str) -> Any:
    """Return a run that is being written, locked until the commit. Raises Overtaken if it is not being written."""
    query = select(runs).where(runs.c.id == run, runs.c.state.in_(_UNFINISHED)).with_for_update()
    unfinished = connection.execute(query).one_or_none()
    if unfinished is None:
        raise Overtaken
    return unfinished


def _load_run(connection: Connection, run: str) -> Run:
    return Run(**connection.execute(select(*_RUN_COLUMNS).where(runs.c.id == run)).one()._mapping)


def _insert_run(connection: Connection, kind: RunKind, model: str, version: str, source: str) -> Progress:
    started = now()
    run = run_name(started, connection.scalar(select(func.max(runs.c.id))))
    named = {"id": run, "model": model, "version": version, "kind": kind, "source": source}
    empty = {"state": "running", "started": started, "rows": 0, "refused": 0, "seconds": 0.0, "position": 0, "digest": ""}
    connection.execute(insert(runs).values(named | empty))
    return Progress(run, 0, "")


def _discard(connection: Connection, run: str) -> None:
    """Mark a run as discarded; `delete_discarded_rows` deletes its rows."""
    connection.execute(
        update(runs).where(runs.c.id == run).values(state="discarded", finished=func.coalesce(runs.c.finished, now()))
    )
