"""Promises of a nightly job that is disturbed: a lost lock, a lost database, a full disk, a file that cannot be written."""

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Engine, NullPool, create_engine, event, func, select, text
from sqlalchemy.engine import make_url

from service.jobs.__main__ import main
from service.store import lookups, run_history
from service.store.store import Store
from service.store.tables import stored_features, stored_predictions
from tests.support.databases import new_database, sqlite_url
from tests.support.job_runs import KINDS, MODEL, newest_run
from tests.support.swallowing_proxy import SwallowingProxy, behind_proxy


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def job(monkeypatch: pytest.MonkeyPatch, bundles: Path) -> Callable[..., None]:
    monkeypatch.setenv("SERVICE_BUNDLES", str(bundles))

    def run(url: str, kind: str, given: Path | str, *more: str) -> None:
        monkeypatch.setenv("SERVICE_DATABASE_URL", url)
        main([kind, "--model", MODEL, "--input", str(given), *more])

    return run


@pytest.fixture
def server_url(postgres: Any) -> str:
    return new_database(postgres)


def after_a_batch(monkeypatch: pytest.MonkeyPatch, disturb: Callable[[], None]) -> None:
    """Disturb once, when the first batch was kept."""
    whole = run_history.store_batch
    left = [disturb]

    def add(*arguments: Any) -> None:
        whole(*arguments)
        if left:
            left.pop()()

    monkeypatch.setattr(run_history, "store_batch", add)


def told_server(url: str, sentence: str) -> Callable[[], None]:
    """Say something to a server, on a connection of another database."""

    def say() -> None:
        address = make_url(url).set(drivername="postgresql+psycopg")
        engine = create_engine(address.set(database="postgres"), poolclass=NullPool, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(sentence), {"name": address.database})

    return say


END_OF_THE_LOCK = """
SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
WHERE locktype = 'advisory' AND datname = :name
"""
END_OF_ALL = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"


def test_a_job_that_lost_its_lock_switches_to_nothing_and_says_so(
    kind: str,
    job: Callable[..., None],
    inputs: dict[str, pd.DataFrame],
    server_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    inputs[kind].to_parquet(tmp_path / "in.parquet")
    job(server_url, kind, tmp_path / "in.parquet")
    store = Store(server_url)
    served = newest_run(store)
    with monkeypatch.context() as patch:
        after_a_batch(patch, told_server(server_url, END_OF_THE_LOCK))
        with pytest.raises(SystemExit, match="that held the lock of this job was lost"):
            job(server_url, kind, tmp_path / "in.parquet")
    assert caplog.records == [], "a traceback on standard error, beside the sentence"
    begun = newest_run(store)
    assert (begun.state, run_history.find_run(store, served.id).state) == ("running", "published")
    job(server_url, kind, tmp_path / "in.parquet")
    ended = newest_run(store)
    assert (ended.id, ended.state, ended.rows) == (begun.id, "published", served.rows)
    store.close()


@pytest.fixture
def proxied(server_url: str) -> Iterator[tuple[str, SwallowingProxy]]:
    """The address of a database through a proxy, and the proxy."""
    with behind_proxy(server_url) as pair:
        yield pair


def test_a_job_whose_network_swallows_everything_ends_with_a_sentence_and_goes_on_later(
    job: Callable[..., None],
    inputs: dict[str, pd.DataFrame],
    server_url: str,
    proxied: tuple[str, SwallowingProxy],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url, proxy = proxied
    inputs["predict"].to_parquet(tmp_path / "in.parquet")
    with monkeypatch.context() as patch:
        patch.setenv("SERVICE_DATABASE_SECONDS", "0.3")
        after_a_batch(patch, proxy.pause)
        with pytest.raises(SystemExit, match=r"not available\. Start the same command again to continue this run"):
            job(url, "predict", tmp_path / "in.parquet")
    store = Store(server_url)
    assert newest_run(store).state == "running"
    proxy.resume()
    job(url, "predict", tmp_path / "in.parquet")
    assert newest_run(store).state == "published"
    store.close()


def test_a_job_whose_input_table_does_not_answer_ends_with_a_sentence_and_goes_on_later(
    job: Callable[..., None],
    inputs: dict[str, pd.DataFrame],
    server_url: str,
    proxied: tuple[str, SwallowingProxy],
    sqlite_store: Store,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine = create_engine(make_url(server_url).set(drivername="postgresql+psycopg"), poolclass=NullPool)
    inputs["predict"].to_sql("clients", engine, index=False)
    url, proxy = proxied
    with monkeypatch.context() as patch:
        patch.setenv("SERVICE_DATABASE_SECONDS", "0.3")
        after_a_batch(patch, proxy.pause)
        with pytest.raises(SystemExit, match="input cannot be read to its end"):
            job(sqlite_url(tmp_path), "predict", f"{url}#clients")
    proxy.resume()
    job(sqlite_url(tmp_path), "predict", f"{url}#clients")
    assert (newest_run(sqlite_store).state, newest_run(sqlite_store).rows) == ("published", len(inputs["predict"]))


def test_a_job_whose_database_went_away_ends_with_a_sentence_and_goes_on_when_it_is_back(
    kind: str,
    job: Callable[..., None],
    inputs: dict[str, pd.DataFrame],
    server_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    inputs[kind].to_parquet(tmp_path / "in.parquet")
    closed, reopened = (
        f'ALTER DATABASE "{make_url(server_url).database}" ALLOW_CONNECTIONS {allow}' for allow in ("false", "true")
    )

    def goes() -> None:
        told_server(server_url, closed)()
        told_server(server_url, END_OF_ALL)()

    with monkeypatch.context() as patch:
        after_a_batch(patch, goes)
        with pytest.raises(SystemExit, match=r"not available\. Start the same command again to continue this run"):
            job(server_url, kind, tmp_path / "in.parquet")
    told_server(server_url, reopened)()
    store = Store(server_url)
    begun = newest_run(store)
    assert begun.state == "running"
    job(server_url, kind, tmp_path / "in.parquet")
    assert (newest_run(store).id, newest_run(store).state) == (begun.id, "published")
    store.close()


def test_a_job_that_another_one_has_overtaken_says_so_and_the_other_ones_run_is_served(
    kind: str,
    job: Callable[..., None],
    inputs: dict[str, pd.DataFrame],
    sqlite_store: Store,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    inputs[kind].to_parquet(tmp_path / "in.parquet")
    url = f"sqlite:///{tmp_path}/witryna.db"

    def other() -> None:
        (tmp_path / f"witryna.db.{'predictions' if kind == 'predict' else kind}-{MODEL}.lock").unlink()
        job(url, kind, tmp_path / "in.parquet")

    after_a_batch(monkeypatch, other)
    with pytest.raises(SystemExit, match="has continued this run"):
        job(url, kind, tmp_path / "in.parquet")
    (run,) = run_history.list_runs(sqlite_store).items
    assert (run.state, run.rows, run.refused) == ("published", len(inputs[kind]) // (1 if kind == "predict" else 6), 0)


def limited(pages: int) -> Callable[..., None]:
    def limit(connection: Any, _record: Any) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages}")

    return limit


@pytest.fixture
def full() -> Iterator[Callable[[int], None]]:
    """Leave SQLite files no more room than so many pages."""
    limits: list[Callable[..., None]] = []

    def fill(pages: int) -> None:
        limits.append(limited(pages))
        event.listen(Engine, "connect", limits[-1])

    yield fill
    for limit in limits:
        event.remove(Engine, "connect", limit)


PAGES = {"predict": 700, "features": 130}


def test_a_changed_input_finds_the_room_that_a_night_without_success_had_taken(
    kind: str,
    job: Callable[..., None],
    inputs: dict[str, pd.DataFrame],
    sqlite_store: Store,
    full: Callable[[int], None],
    tmp_path: Path,
) -> None:
    url, given = f"sqlite:///{tmp_path}/witryna.db", tmp_path / "in.parquet"
    full(PAGES[kind])
    inputs[kind].to_parquet(given)
    with pytest.raises(SystemExit, match="full"):
        job(url, kind, given)
    begun = newest_run(sqlite_store)
    assert (begun.state, begun.rows > 0) == ("running", True)
    inputs[kind].iloc[len(inputs[kind]) // 2 :].to_parquet(given)
    job(url, kind, given)
    assert (newest_run(sqlite_store).state, run_history.find_run(sqlite_store, begun.id).state) == ("published", "discarded")


def test_nights_that_fail_leave_no_rows_behind(
    kind: str,
    job: Callable[..., None],
    inputs: dict[str, pd.DataFrame],
    sqlite_store: Store,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url = f"sqlite:///{tmp_path}/witryna.db"

    def stop(*_arguments: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(run_history, "publish", stop)
    half = len(inputs[kind]) // 2
    for day in range(3):
        inputs[kind].iloc[day * 600 : day * 600 + half].to_parquet(tmp_path / "in.parquet")
        with pytest.raises(SystemExit, match="Stopped"):
            job(url, kind, tmp_path / "in.parquet")
    assert [run.state for run in run_history.list_runs(sqlite_store).items] == ["running", "discarded", "discarded"]
    with sqlite_store.reading() as connection:
        counts = [
            connection.execute(select(func.count(table.c.run.distinct()))).scalar_one()
            for table in (stored_predictions, stored_features)
        ]
    assert sorted(counts) == [0, 1]
    assert lookups.find_records(sqlite_store, MODEL, ["1"]).predictions == {}


@pytest.mark.parametrize("rows", [6, 12_000], ids=["in the buffers", "more than the buffers"])
def test_a_full_folder_of_temporary_files_ends_the_features_with_a_sentence(
    rows: int, job: Callable[..., None], inputs: dict[str, pd.DataFrame], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = sqlite_url(tmp_path)
    inputs["features"].iloc[:rows].to_parquet(tmp_path / "in.parquet")
    with monkeypatch.context() as patch:
        patch.setattr("tempfile.TemporaryFile", lambda: open("/dev/full", "w+b"))  # noqa: SIM115, PTH123 - as the real one
        with pytest.raises(SystemExit, match=r"The temporary files cannot be written: No space left on device\. TMPDIR"):
            job(url, "features", tmp_path / "in.parquet")
    job(url, "features", tmp_path / "in.parquet")


@pytest.mark.parametrize("taken", ["a file", "a file in a path", "a folder that takes nothing"])
def test_an_output_that_cannot_be_written_is_told_before_the_work_begins(
    taken: str, kind: str, job: Callable[..., None], inputs: dict[str, pd.DataFrame], sqlite_store: Store, tmp_path: Path
) -> None:
    inputs[kind].to_parquet(tmp_path / "in.parquet")
    (tmp_path / "file").touch()
    folder = {"a file": tmp_path / "file", "a file in a path": tmp_path / "file" / "out"}.get(taken, Path("/proc/1"))
    with pytest.raises(SystemExit, match=r"folder of --output cannot be written: .*\. Nothing was done\."):
        job(f"sqlite:///{tmp_path}/witryna.db", kind, tmp_path / "in.parquet", "--output", str(folder))
    assert run_history.list_runs(sqlite_store).items == []


def test_an_output_that_fails_later_is_told_and_the_run_is_served(
    kind: str, job: Callable[..., None], inputs: dict[str, pd.DataFrame], sqlite_store: Store, tmp_path: Path
) -> None:
    inputs[kind].to_parquet(tmp_path / "in.parquet")
    (tmp_path / "out" / "refused.parquet").mkdir(parents=True)
    with pytest.raises(SystemExit, match="is served, but its files could not be written"):
        job(f"sqlite:///{tmp_path}/witryna.db", kind, tmp_path / "in.parquet", "--output", str(tmp_path / "out"))
    assert newest_run(sqlite_store).state == "published"
    assert sorted(each.name for each in (tmp_path / "out").iterdir()) == [
        f"{newest_run(sqlite_store).kind}.parquet",
        "refused.parquet",
    ]


def test_a_night_that_cannot_delete_older_runs_says_that_its_own_is_served(
    kind: str,
    job: Callable[..., None],
    inputs: dict[str, pd.DataFrame],
    sqlite_store: Store,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    inputs[kind].to_parquet(tmp_path / "in.parquet")
    monkeypatch.setattr("service.jobs.__main__._LOCK_TIMEOUT_SECONDS", 0.2)
    whole = run_history.discard_old_runs
    with contextlib.closing(sqlite3.connect(tmp_path / "witryna.db", isolation_level=None)) as outside:

        def prune(*arguments: Any) -> None:
            outside.execute("BEGIN IMMEDIATE")
            whole(*arguments)

        monkeypatch.setattr(run_history, "discard_old_runs", prune)
        with pytest.raises(SystemExit, match=r"is served, but older ones could not be deleted\. The storage is locked"):
            job(f"sqlite:///{tmp_path}/witryna.db", kind, tmp_path / "in.parquet")
    assert newest_run(sqlite_store).state == "published"
