"""Promises of several copies of the service on one PostgreSQL: one answer from all, whole runs, no copy lost for long."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlalchemy import create_engine, text

from client import Client
from service.jobs.__main__ import main as job
from tests.support.databases import new_database
from tests.support.server_process import Program, free_port, running

MODEL = "credit-default"
KEYS = [str(key) for key in range(1, 41)]


@pytest.fixture(scope="module")
def database(postgres: Any) -> str:
    return new_database(postgres)


@pytest.fixture(scope="module")
def copies(bundles: Path, database: str) -> Iterator[list[Client]]:
    """Two services on one database."""
    with ExitStack() as stack:
        clients = []
        for _ in range(2):
            port = free_port()
            settings = {"SERVICE_PORT": str(port), "SERVICE_BUNDLES": str(bundles), "SERVICE_DATABASE_URL": database}
            clients.append(Client(stack.enter_context(running(Program("service", "/health/ready", port, **settings))).url))
        yield clients


@pytest.fixture
def run_nightly_job(
    bundles: Path, clients_file: Path, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Any:
    """Run a nightly job in which every client's last payment is this one."""
    monkeypatch.setenv("SERVICE_DATABASE_URL", database)
    monkeypatch.setenv("SERVICE_BUNDLES", str(bundles))
    few = pq.read_table(clients_file).slice(0, len(KEYS))

    def run(payment: float) -> None:
        index = few.schema.get_field_index("last_payment")
        pq.write_table(few.set_column(index, "last_payment", pa.array([payment] * len(few))), tmp_path / "in.parquet")
        job(["predict", "--model", MODEL, "--input", str(tmp_path / "in.parquet")])

    return run


def runs_of(client: Client) -> set[str]:
    """Ask for all keys at once; return the runs from which the answers come."""
    predictions: Any = client.predict(MODEL, [{"client_id": key} for key in KEYS])["predictions"]
    return {each["stored"]["run"] for each in predictions}


def test_after_a_switch_every_copy_answers_from_the_new_run_and_never_from_two(
    copies: list[Client], run_nightly_job: Any
) -> None:
    run_nightly_job(100.0)
    stop = threading.Event()

    def ask_on(client: Client) -> list[set[str]]:
        seen = []
        while not stop.wait(0.01):
            seen.append(runs_of(client))
        return seen

    with ThreadPoolExecutor(4) as pool:
        asking = [pool.submit(ask_on, client) for client in copies * 2]
        for payment in (200.0, 300.0, 400.0):
            run_nightly_job(payment)
        after = [runs_of(client) for client in copies]
        stop.set()
        seen = [runs for each in asking for runs in each.result()]
    assert all(len(runs) == 1 for runs in seen), "an answer of two runs"
    assert len({run for runs in seen for run in runs}) >= 2, "no switch was seen"
    newest = copies[0].runs(MODEL)["items"][0]
    assert after == [{newest["id"]}] * 2
    answers = [client.entity(MODEL, KEYS[0])["stored_prediction"] for client in copies]
    assert [each["row"]["last_payment"] for each in answers if each] == [400.0] * 2


def test_a_copy_whose_connections_are_cut_answers_the_next_question(
    copies: list[Client], run_nightly_job: Any, database: str
) -> None:
    run_nightly_job(100.0)
    expected = [runs_of(client) for client in copies]
    engine = create_engine(database, isolation_level="AUTOCOMMIT")
    cut = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    with engine.connect() as connection:
        assert connection.execute(cut).rowcount >= 1
    engine.dispose()
    assert [runs_of(client) for client in copies] == expected
