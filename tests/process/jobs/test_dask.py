"""Promises of the Dask engine: the same run row for row, and the work of a killed worker is done again."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import psutil
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from service.bundles.bundle_files import read_card
from service.errors import BrokenBundle
from service.jobs import engines, features, job_runner
from service.jobs.engines import Dask, Engine, Local, WrongEngine
from service.jobs.pictures.measured_before import MeasuredBefore
from service.jobs.pictures.picture_job import picture_job, stored_fields
from service.jobs.pictures.picture_sources import FolderSource
from service.jobs.pictures.thread_engine import Threads
from service.jobs.sources.inputs import open_source, partitions
from service.jobs.sources.partitions import BATCH_ROWS, LoadedPartition
from service.jobs.sources.source import RequiredColumns
from service.store import lookups, run_history
from service.store.store import Store
from tests.support import picture_jobs
from tests.support.batch_functions import broken, deadly, doubled, numbers, outcome
from tests.support.job_command import KILLED_BEFORE_COMMIT
from tests.support.job_runs import MODEL, ROWS, content
from tests.support.picture_jobs import CARD, KEY, write_measured, write_pictures
from tests.support.repository import ROOT
from tests.support.server_process import children


@pytest.fixture(scope="module")
def engine() -> Iterator[Dask]:
    with Dask(None, workers=2) as engine:
        yield engine


def carried_out(store: Store, bundles: Path, source: Path, engine: Engine, advance: Any = lambda _rows: None) -> str:
    """Do the nightly predictions of a file; return the run."""
    card = read_card(bundles / MODEL)
    work = job_runner.prediction_job(
        bundles / MODEL, card, open_source(str(source), job_runner.required_columns(card, "client_id")), "client_id"
    )
    return str(job_runner.run_job(store, card, work, engine=engine, max_runs=9, advance=advance).id)


# The same result


@pytest.mark.parametrize("kind", ["parquet", "folder", "csv"])
def test_a_run_is_the_same_row_for_row_on_dask(
    kind: str, engine: Dask, sqlite_store: Store, bundles: Path, clients_with_errors: pd.DataFrame, tmp_path: Path
) -> None:
    source = tmp_path / ("in" if kind == "folder" else f"in.{kind}")
    if kind == "csv":
        clients_with_errors.to_csv(source, index=False)
    elif kind == "parquet":
        clients_with_errors.to_parquet(source, row_group_size=1700)
    else:
        source.mkdir()
        for index, start in enumerate(range(0, ROWS, 9000)):
            clients_with_errors[start : start + 9000].to_parquet(source / f"{index}.parquet")
    runs = [carried_out(sqlite_store, bundles, source, each) for each in (Local(), engine)]
    local, dask = (content(sqlite_store, run) for run in runs)
    assert len(local) == ROWS
    assert dask == local


def test_features_are_the_same_client_for_client_on_dask(
    engine: Dask, sqlite_store: Store, bundles: Path, tmp_path: Path
) -> None:
    statements = pq.read_table(ROOT / "data" / "card_statements.parquet")
    pq.write_table(statements.filter(pc.less(statements["client"], 2000)), tmp_path / "in.parquet")
    card, source = read_card(bundles / MODEL), open_source(str(tmp_path / "in.parquet"), features.required_columns(None))
    results = []
    for each in (Local(), engine):
        work = features.feature_job(card, source, None)
        run = job_runner.run_job(sqlite_store, card, work, engine=each, max_runs=9, advance=lambda _rows: None)
        pages = lookups.features_of(sqlite_store, run.id, 5000)
        results.append([(row["key"], row["fields"], row["place"]) for page in pages for row in page])
    assert len(results[0]) == 1999
    assert results[0] == results[1]


def test_one_thread_several_threads_and_dask_store_the_same_of_pictures(
    engine: Dask, sqlite_store: Store, tmp_path: Path
) -> None:
    folder = write_pictures(tmp_path / "in", 10)
    (folder / "notes.txt").write_text("no picture")
    measured = write_measured(folder, tmp_path / "measured.parquet")
    sqlite_store.prepare()

    def run_on(each: Engine) -> str:
        before = MeasuredBefore(sqlite_store, "none", measured, stored_fields(CARD))
        job = picture_job(CARD, FolderSource(folder, KEY), KEY, before)
        return job_runner.run_job(sqlite_store, CARD, job, engine=each, max_runs=9, advance=lambda _rows: None).id

    results = [picture_jobs.contents(sqlite_store, run_on(each)) for each in (Threads(1), Threads(3), engine)]
    assert len(results[0]) == 10
    assert results == [results[0]] * 3


def test_what_began_here_goes_on_there_and_back(
    engine: Dask, sqlite_store: Store, bundles: Path, clients_with_errors: pd.DataFrame, tmp_path: Path
) -> None:
    source = tmp_path / "in.parquet"
    clients_with_errors.to_parquet(source, row_group_size=1700)
    whole = content(sqlite_store, carried_out(sqlite_store, bundles, source, Local()))
    for begins, ends in ((Local(), engine), (engine, Local())):
        left = 2

        def stop(rows: int) -> None:
            nonlocal left
            left -= bool(rows)
            if not left:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            carried_out(sqlite_store, bundles, source, begins, stop)
        results = run_history.list_runs(sqlite_store).items[0]
        assert (results.state, results.rows + results.refused) == ("running", 2 * BATCH_ROWS)
        passed: list[int] = []
        assert carried_out(sqlite_store, bundles, source, ends, passed.append) == results.id
        assert passed[0] == 2 * BATCH_ROWS
        assert content(sqlite_store, results.id) == whole


def test_a_killed_job_leaves_no_worker_behind_and_goes_on_here(
    sqlite_store: Store, bundles: Path, clients_with_errors: pd.DataFrame, tmp_path: Path
) -> None:
    source = tmp_path / "in.parquet"
    clients_with_errors.to_parquet(source)
    arguments = ["predict", "--model", MODEL, "--input", str(source), "--engine", "dask"]
    settings = {"SERVICE_DATABASE_URL": f"sqlite:///{tmp_path}/witryna.db", "SERVICE_BUNDLES": str(bundles)}
    job = subprocess.Popen(
        [sys.executable, "-c", KILLED_BEFORE_COMMIT, "3", "store_batch", *arguments], cwd=ROOT, env=os.environ | settings
    )
    workers: set[psutil.Process] = set()
    while job.poll() is None:
        workers |= children(job.pid)
        with contextlib.suppress(subprocess.TimeoutExpired):
            job.wait(0.05)
    assert job.returncode == -signal.SIGKILL
    assert workers
    assert psutil.wait_procs(workers, timeout=60)[1] == []
    results = run_history.list_runs(sqlite_store).items[0]
    assert (results.state, results.rows + results.refused) == ("running", 2 * BATCH_ROWS)
    assert carried_out(sqlite_store, bundles, source, Local()) == results.id
    assert content(sqlite_store, results.id) == content(sqlite_store, carried_out(sqlite_store, bundles, source, Local()))


def test_partitions_of_any_size_hold_the_same_batches(clients_with_errors: pd.DataFrame, tmp_path: Path) -> None:
    for size in (100, 1700, 70_000):
        file = tmp_path / f"{size}.parquet"
        clients_with_errors.to_parquet(file, row_group_size=size)
        columns = ["client_id", "credit_limit"]
        source = open_source(str(file), RequiredColumns(columns, frozenset()))
        whole = [batch for each in partitions(source, columns) for batch in each.batches()]
        assert sum(batch.num_rows for batch in whole) == ROWS
        assert max(batch.num_rows for batch in whole) == BATCH_ROWS
        for most in (1, 2, 100):
            result = list(partitions(source, columns, most))
            assert [batch for each in result for batch in each.batches()] == whole
            assert [batch for each in result for batch in each.after(1).batches()] == [
                batch for index, batch in enumerate(whole) if index % most
            ]


def test_a_killed_workers_partitions_are_done_again(engine: Dask, tmp_path: Path) -> None:
    result = outcome(engine.run(partial(deadly, tmp_path, 1), numbers(40)))
    assert len(list(tmp_path.iterdir())) == 1, "no worker died"
    assert result == [2 * number for number in range(40)]


def test_a_batch_that_kills_every_worker_ends_the_job_with_a_sentence(engine: Dask, tmp_path: Path) -> None:
    with pytest.raises(WrongEngine, match="workers died at the same part of the input"):
        outcome(engine.run(partial(deadly, tmp_path, 99), numbers(10)))
    assert 2 <= len(list(tmp_path.iterdir())) <= 6
    assert outcome(engine.run(doubled, numbers(3))) == [0, 2, 4]


def test_what_the_work_raises_on_a_worker_is_raised_here(engine: Dask) -> None:
    with pytest.raises(BrokenBundle, match="cut short"):
        outcome(engine.run(broken, numbers(3)))


@pytest.mark.parametrize("library", ["onnxruntime", "rapidocr"])
def test_a_worker_with_other_libraries_does_nothing(library: str) -> None:
    with pytest.raises(WrongEngine, match=rf"A worker has {library} .*, this machine 0\.0\.1"):
        engines._run_partition(doubled, next(numbers(1)), {library: "0.0.1"})


def test_a_worker_without_the_libraries_of_pictures_does_other_work(monkeypatch: pytest.MonkeyPatch) -> None:
    versions = engines._versions()
    assert "rapidocr" in versions
    plain = {name: found for name, found in versions.items() if name not in engines._PICTURE_LIBRARIES}
    monkeypatch.setattr(engines, "_versions", lambda: plain)
    (result,) = engines._run_partition(doubled, next(numbers(1)), versions)
    assert result.rows


def test_few_partitions_are_on_the_way_at_a_time(engine: Dask) -> None:
    taken = 0

    def counted() -> Iterator[LoadedPartition]:
        nonlocal taken
        for partition in numbers(50):
            taken += 1
            yield partition

    for done, _ in enumerate(engine.run(doubled, counted())):
        assert taken - done <= 6, "the whole input would be held in memory"
