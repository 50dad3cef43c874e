"""Promises of a run that is much smaller than the served one: it is served only if a person says so."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from service.jobs.__main__ import main
from service.store import lookups, run_history
from service.store.store import Store
from tests.support.databases import sqlite_url
from tests.support.job_runs import KINDS, MODEL, content, newest_run, read_rows

Job = Callable[..., None]
CLIENTS = 20


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def job(kind: str, tmp_path: Path, bundles: Path, monkeypatch: pytest.MonkeyPatch, inputs: dict[str, pd.DataFrame]) -> Job:
    """Run a job over the first clients."""
    monkeypatch.setenv("SERVICE_DATABASE_URL", sqlite_url(tmp_path))
    monkeypatch.setenv("SERVICE_BUNDLES", str(bundles))
    tables = {"predict": read_rows(CLIENTS), "features": inputs["features"].iloc[: 6 * CLIENTS]}

    def run(clients: int, *options: str) -> None:
        rows = clients if kind == "predict" else 6 * clients
        tables[kind].iloc[:rows].to_parquet(tmp_path / "in.parquet")
        main([kind, "--model", MODEL, "--input", str(tmp_path / "in.parquet"), *options])

    return run


def test_a_run_of_less_than_half_of_the_rows_is_not_served(job: Job, sqlite_store: Store) -> None:
    job(CLIENTS)
    served = newest_run(sqlite_store)
    sentence = r"This run stored 9 rows, and the served run has 20\. The served run did not change\..* --allow-shrink"
    with pytest.raises(SystemExit, match=sentence):
        job(9)
    refused = newest_run(sqlite_store)
    assert (refused.state, refused.rows) == ("failed", 9)
    records = lookups.find_records(sqlite_store, MODEL, ["20"])
    predictions, features = records.predictions.values(), records.features.values()
    assert {record.run for record in predictions} | {record.run for record in features} == {served.id}


def test_half_of_the_rows_and_more_rows_are_served_without_a_question(job: Job, sqlite_store: Store) -> None:
    for clients in (CLIENTS, CLIENTS // 2, CLIENTS):
        job(clients)
        assert (newest_run(sqlite_store).state, newest_run(sqlite_store).rows) == ("published", clients)


def test_allow_shrink_serves_the_run_that_is_stored_already(job: Job, sqlite_store: Store) -> None:
    job(CLIENTS)
    with pytest.raises(SystemExit, match="--allow-shrink"):
        job(1)
    refused = newest_run(sqlite_store)
    stored = content(sqlite_store, refused.id)
    job(1, "--allow-shrink")
    served = newest_run(sqlite_store)
    assert (served.id, served.state, content(sqlite_store, served.id)) == (refused.id, "published", stored)


def test_the_run_that_is_served_now_is_compared_and_not_the_newest(job: Job, sqlite_store: Store, kind: str) -> None:
    job(CLIENTS)
    job(1, "--allow-shrink")
    main(["rollback", "--model", MODEL, "--kind", "predictions" if kind == "predict" else kind])
    with pytest.raises(SystemExit, match="the served run has 20"):
        job(2)
    assert [run.state for run in run_history.list_runs(sqlite_store).items] == ["failed", "withdrawn", "published"]
