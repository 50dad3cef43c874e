"""Promises of the Dask engine: the same run row for row, a worker's death mended, a cluster's end told in a sentence."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import distributed
import numpy as np
import pandas as pd
import psutil
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from sqlalchemy import select

from service.bundles.bundle_files import read_card
from service.errors import BrokenBundle
from service.jobs import engines, features, job_runner
from service.jobs.__main__ import main
from service.jobs.engines import BatchResult, Dask, Engine, Local, WrongEngine
from service.jobs.sources.inputs import open_source, partitions
from service.jobs.sources.partitions import BATCH_ROWS, LoadedPartition, load_partitions
from service.jobs.sources.source import RequiredColumns
from service.store import lookups, run_history
from service.store.store import Store
from service.store.tables import refused_rows, stored_features, stored_predictions
from service.training.credit import read_clients
from tests.support.batch_functions import broken, deadly, doubled
from tests.support.job_command import KILLED_BEFORE_COMMIT
from tests.support.repository import ROOT
from tests.support.server_process import free_port

MODEL = "credit-default"
ROWS = 5 * BATCH_ROWS + 100


@pytest.fixture(scope="module")
def engine() -> Iterator[Dask]:
    with Dask(None, workers=2) as engine:
        yield engine


@pytest.fixture(scope="module")
def some() -> pd.DataFrame:
    """Real clients, a few of them spoiled."""
    table = read_clients().head(ROWS).rename(columns={"ID": "client_id"}).drop(columns=["SEX", "DEFAULT_NEXT_MONTH"])
    table["credit_limit"] = table["credit_limit"].astype(float)
    table.loc[[7, 5000, 12_000], "credit_limit"] = [np.nan, -5.0, 1e12]
    table.loc[9000, "client_id"] = 3
    return table


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(f"sqlite:///{tmp_path}/witryna.db", 60.0)
    yield opened
    opened.close()


def carried_out(store: Store, bundles: Path, source: Path, engine: Engine, advance: Any = lambda _rows: None) -> str:
    """Do the nightly predictions of a file; return the run."""
    card = read_card(bundles / MODEL)
    work = job_runner.prediction_job(
        bundles / MODEL, card, open_source(str(source), job_runner.required_columns(card, "client_id")), "client_id"
    )
    return str(job_runner.run_job(store, card, work, engine=engine, max_runs=9, advance=advance).id)


def content(store: Store, run: str) -> list[Any]:
    """Everything that a run holds, without its name and its times."""
    found: list[Any] = []
    with store.reading() as connection:
        for table in (stored_predictions, stored_features, refused_rows):
            columns = [column for column in table.c if column.name not in {"run", "computed_at"}]
            found += sorted(map(tuple, connection.execute(select(*columns).where(table.c.run == run))), key=str)
    return found


def children(pid: int) -> set[psutil.Process]:
    try:
        return set(psutil.Process(pid).children(recursive=True))
    except psutil.NoSuchProcess:
        return set()


# The same result


@pytest.mark.parametrize("kind", ["parquet", "folder", "csv"])
def test_a_run_is_the_same_row_for_row_on_dask(
    kind: str, engine: Dask, store: Store, bundles: Path, some: pd.DataFrame, tmp_path: Path
) -> None:
    source = tmp_path / ("in" if kind == "folder" else f"in.{kind}")
    if kind == "csv":
        some.to_csv(source, index=False)
    elif kind == "parquet":
        some.to_parquet(source, row_group_size=1700)
    else:
        source.mkdir()
        for place, start in enumerate(range(0, ROWS, 9000)):
            some[start : start + 9000].to_parquet(source / f"{place}.parquet")
    runs = [carried_out(store, bundles, source, each) for each in (Local(), engine)]
    local, dask = (content(store, run) for run in runs)
    assert len(local) == ROWS
    assert dask == local


def test_features_are_the_same_client_for_client_on_dask(engine: Dask, store: Store, bundles: Path, tmp_path: Path) -> None:
    statements = pq.read_table(ROOT / "data" / "card_statements.parquet")
    pq.write_table(statements.filter(pc.less(statements["client"], 2000)), tmp_path / "in.parquet")
    card, source = read_card(bundles / MODEL), open_source(str(tmp_path / "in.parquet"), features.required_columns(None))
    found = []
    for each in (Local(), engine):
        work = features.feature_job(card, source, None)
        run = job_runner.run_job(store, card, work, engine=each, max_runs=9, advance=lambda _rows: None)
        pages = lookups.features_of(store, run.id, 5000)
        found.append([(row["key"], row["fields"], row["place"]) for page in pages for row in page])
    assert len(found[0]) == 1999
    assert found[0] == found[1]


def test_what_began_here_goes_on_there_and_back(
    engine: Dask, store: Store, bundles: Path, some: pd.DataFrame, tmp_path: Path
) -> None:
    source = tmp_path / "in.parquet"
    some.to_parquet(source, row_group_size=1700)
    whole = content(store, carried_out(store, bundles, source, Local()))
    for begins, ends in ((Local(), engine), (engine, Local())):
        left = 2

        def stop(rows: int) -> None:
            nonlocal left
            left -= bool(rows)
            if not left:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            carried_out(store, bundles, source, begins, stop)
        results = run_history.list_runs(store).items[0]
        assert (results.state, results.rows + results.refused) == ("running", 2 * BATCH_ROWS)
        passed: list[int] = []
        assert carried_out(store, bundles, source, ends, passed.append) == results.id
        assert passed[0] == 2 * BATCH_ROWS
        assert content(store, results.id) == whole


def test_a_killed_job_leaves_no_worker_behind_and_goes_on_here(
    store: Store, bundles: Path, some: pd.DataFrame, tmp_path: Path
) -> None:
    source = tmp_path / "in.parquet"
    some.to_parquet(source)
    arguments = ["predict", "--model", MODEL, "--input", str(source), "--engine", "dask"]
    settings = {"SERVICE_DATABASE_URL": f"sqlite:///{tmp_path}/witryna.db", "SERVICE_BUNDLES": str(bundles)}
    job = subprocess.Popen(
        [sys.executable, "-c", KILLED_BEFORE_COMMIT, "3", "store_batch", *arguments], cwd=ROOT, env=os.environ | settings
    )
    workers: set[psutil.Process] = set()
    while job.poll() is None:
        workers |= children(job.pid)
    assert job.returncode == -signal.SIGKILL
    assert workers
    assert psutil.wait_procs(workers, timeout=20)[1] == []
    results = run_history.list_runs(store).items[0]
    assert (results.state, results.rows + results.refused) == ("running", 2 * BATCH_ROWS)
    assert carried_out(store, bundles, source, Local()) == results.id
    assert content(store, results.id) == content(store, carried_out(store, bundles, source, Local()))


def test_partitions_of_any_size_hold_the_same_batches(some: pd.DataFrame, tmp_path: Path) -> None:
    for size in (100, 1700, 70_000):
        file = tmp_path / f"{size}.parquet"
        some.to_parquet(file, row_group_size=size)
        columns = ["client_id", "credit_limit"]
        source = open_source(str(file), RequiredColumns(columns, frozenset()))
        whole = [batch for each in partitions(source, columns) for batch in each.batches()]
        assert sum(batch.num_rows for batch in whole) == ROWS
        assert max(batch.num_rows for batch in whole) == BATCH_ROWS
        for most in (1, 2, 100):
            found = list(partitions(source, columns, most))
            assert [batch for each in found for batch in each.batches()] == whole
            assert [batch for each in found for batch in each.after(1).batches()] == [
                batch for place, batch in enumerate(whole) if place % most
            ]


# Workers and clusters that die


def numbers(count: int) -> Iterator[LoadedPartition]:
    return load_partitions((pa.RecordBatch.from_pydict({"number": [number]}) for number in range(count)), 1)


def outcome(found: Iterator[BatchResult]) -> list[int]:
    return [number for each in found for number in each.accepted["number"].to_pylist()]


def test_a_killed_workers_partitions_are_done_again(engine: Dask, tmp_path: Path) -> None:
    found = outcome(engine.run(partial(deadly, tmp_path, 1), numbers(40)))
    assert len(list(tmp_path.iterdir())) == 1, "no worker died"
    assert found == [2 * number for number in range(40)]


def test_a_batch_that_kills_every_worker_ends_the_job_with_a_sentence(engine: Dask, tmp_path: Path) -> None:
    with pytest.raises(WrongEngine, match="workers died at the same part of the input"):
        outcome(engine.run(partial(deadly, tmp_path, 99), numbers(10)))
    assert 2 <= len(list(tmp_path.iterdir())) <= 6
    assert outcome(engine.run(doubled, numbers(3))) == [0, 2, 4]


def test_what_the_work_raises_on_a_worker_is_raised_here(engine: Dask) -> None:
    with pytest.raises(BrokenBundle, match="cut short"):
        outcome(engine.run(broken, numbers(3)))


def test_a_worker_with_other_libraries_does_nothing() -> None:
    with pytest.raises(WrongEngine, match=r"A worker has onnxruntime .*, this machine 0\.0\.1"):
        engines._run_partition(doubled, next(numbers(1)), {"onnxruntime": "0.0.1"})


def test_few_partitions_are_on_the_way_at_a_time(engine: Dask) -> None:
    taken = 0

    def counted() -> Iterator[LoadedPartition]:
        nonlocal taken
        for partition in numbers(50):
            taken += 1
            yield partition

    for done, _ in enumerate(engine.run(doubled, counted())):
        assert taken - done <= 6, "the whole input would be held in memory"


def started(folders: Sequence[Path], *arguments: str) -> "subprocess.Popen[bytes]":
    """Start a program of Dask that can import only what is in these folders: not from where the tests run."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, folders))}
    command = [sys.executable, "-m", *arguments]
    return subprocess.Popen(command, cwd="/", env=environment, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


@contextmanager
def cluster(*folders: Path) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """A scheduler and a worker, as real programs."""
    port = free_port()
    address = f"tcp://127.0.0.1:{port}"
    scheduler = started(
        folders, "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard", "--no-show"
    )
    worker = started(folders, "distributed.cli.dask_worker", address, "--nthreads", "1", "--no-dashboard", "--no-nanny")
    try:
        yield address, scheduler
    finally:
        for program in (worker, scheduler):
            program.kill()
            program.wait()


def test_a_cluster_elsewhere_does_the_work_and_its_end_is_a_sentence() -> None:
    with cluster(ROOT) as (address, scheduler), Dask(address) as engine:
        assert outcome(engine.run(doubled, numbers(5))) == [0, 2, 4, 6, 8]
        results = engine.run(doubled, numbers(1000))
        next(results)
        scheduler.kill()
        with pytest.raises(WrongEngine, match="scheduler is gone"):
            outcome(results)


def worker_of(address: str) -> "subprocess.Popen[bytes]":
    return started((ROOT,), "distributed.cli.dask_worker", address, "--nthreads", "1", "--no-dashboard", "--no-nanny")


@pytest.mark.parametrize("kind", ["predict", "features"])
def test_the_command_on_a_cluster_elsewhere_gives_the_same_run_though_a_worker_is_killed(
    kind: str, store: Store, bundles: Path, some: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The real job, a real scheduler and real workers, one of which dies in the middle, beside the job without any of them."""
    monkeypatch.setenv("SERVICE_DATABASE_URL", f"sqlite:///{tmp_path}/witryna.db")
    monkeypatch.setenv("SERVICE_BUNDLES", str(bundles))
    monkeypatch.setattr(Dask, "max_batches", 1)
    source = tmp_path / "in.parquet"
    if kind == "predict":
        some.to_parquet(source, row_group_size=1700)
    else:
        pq.write_table(pq.read_table(ROOT / "data" / "card_statements.parquet").slice(0, 60_000), source)
    command = [kind, "--model", MODEL, "--input", str(source)]
    main(command)
    whole = run_history.store_batch
    with cluster(ROOT) as (address, _):
        workers = [worker_of(address)]
        with distributed.Client(address, timeout=30) as client:
            client.wait_for_workers(2, timeout=30)

        def add(*arguments: Any) -> None:
            whole(*arguments)
            if workers:
                victim = workers.pop()
                victim.kill()
                victim.wait()

        monkeypatch.setattr(run_history, "store_batch", add)
        main([*command, "--engine", "dask", "--scheduler", address])
    assert not workers, "no worker died"
    dask, local = run_history.list_runs(store).items
    assert (dask.state, local.state, dask.rows > 0) == ("published", "superseded", True)
    assert (dask.rows, dask.refused) == (local.rows, local.refused)
    assert content(store, dask.id) == content(store, local.id) != []


def test_a_cluster_that_lost_its_last_worker_is_given_up_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "_CHECK_SECONDS", 0.5)
    with cluster(ROOT) as (address, scheduler), Dask(address) as engine:
        results = engine.run(doubled, numbers(1000))
        next(results)
        (worker,) = (each for each in psutil.Process().children() if "distributed.cli.dask_worker" in each.cmdline())
        worker.kill()
        with pytest.raises(WrongEngine, match="last Dask worker is gone"):
            outcome(results)
        assert scheduler.poll() is None


def test_a_cluster_without_our_program_is_told_in_a_sentence() -> None:
    with cluster() as (address, _), Dask(address) as engine, pytest.raises(WrongEngine, match="same program"):
        outcome(engine.run(doubled, numbers(5)))


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nonsense://x", "tcp://"])
def test_an_address_where_no_cluster_is_is_one_sentence(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "_CONNECT_SECONDS", 0.5)
    with pytest.raises(WrongEngine, match="No Dask worker answers"):
        Dask(address).__enter__()


def test_without_dask_the_job_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(WrongEngine, match="group dask"):
        Dask(None).__enter__()


def test_no_worker_is_reached_from_outside_or_outlives_the_job() -> None:
    before = children(os.getpid())
    with Dask(None, workers=1) as engine:
        outcome(engine.run(doubled, numbers(2)))
        ours = [psutil.Process(), *(children(os.getpid()) - before)]
        assert len(ours) > 1
        listening = {each.laddr.ip for process in ours for each in process.net_connections() if each.status == "LISTEN"}
        assert listening == {"127.0.0.1"}, "others could reach the workers"
    gone, left = psutil.wait_procs(children(os.getpid()) - before, timeout=10)
    assert left == [] or all("resource_tracker" in " ".join(each.cmdline()) for each in left), (gone, left)
