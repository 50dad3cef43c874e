"""Promises of a Dask cluster: the job runs on it, and its faults end the job with a sentence."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import distributed
import pandas as pd
import psutil
import pyarrow.parquet as pq
import pytest

from service.jobs import engines
from service.jobs.__main__ import main
from service.jobs.engines import Dask, WrongEngine
from service.store import run_history
from service.store.store import Store
from tests.support.batch_functions import doubled, numbers, outcome
from tests.support.job_runs import MODEL, content
from tests.support.repository import ROOT
from tests.support.server_process import children, free_port


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
    kind: str,
    sqlite_store: Store,
    bundles: Path,
    clients_with_errors: pd.DataFrame,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The real job, a real scheduler and real workers, one of which dies in the middle, beside the job without any of them."""
    monkeypatch.setenv("SERVICE_DATABASE_URL", f"sqlite:///{tmp_path}/witryna.db")
    monkeypatch.setenv("SERVICE_BUNDLES", str(bundles))
    monkeypatch.setattr(Dask, "max_batches", 1)
    source = tmp_path / "in.parquet"
    if kind == "predict":
        clients_with_errors.to_parquet(source, row_group_size=1700)
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
    dask, local = run_history.list_runs(sqlite_store).items
    assert (dask.state, local.state, dask.rows > 0) == ("published", "superseded", True)
    assert (dask.rows, dask.refused) == (local.rows, local.refused)
    assert content(sqlite_store, dask.id) == content(sqlite_store, local.id) != []


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


def is_resource_tracker(process: psutil.Process) -> bool:
    """Say whether a process is the one that Python starts beside the first process of multiprocessing, and keeps."""
    try:
        return "resource_tracker" in " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return False


def test_no_worker_is_reached_from_outside_or_outlives_the_job() -> None:
    before = children(os.getpid())
    with Dask(None, workers=1) as engine:
        outcome(engine.run(doubled, numbers(2)))
        ours = [psutil.Process(), *(children(os.getpid()) - before)]
        assert len(ours) > 1
        listening = {each.laddr.ip for process in ours for each in process.net_connections() if each.status == "LISTEN"}
        assert listening == {"127.0.0.1"}, "others could reach the workers"
    workers = [each for each in children(os.getpid()) - before if not is_resource_tracker(each)]
    assert psutil.wait_procs(workers, timeout=60)[1] == []
