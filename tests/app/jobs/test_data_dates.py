"""Promises of the age of the data: what an input says of it is stored beside the time of the job, and answered."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from starlette.testclient import TestClient

from service.jobs.__main__ import main
from service.settings import Settings
from service.store import lookups
from service.store.store import Store
from tests.support.card_statements import months_of
from tests.support.databases import sqlite_url
from tests.support.job_runs import MODEL, read_rows
from tests.support.service_app import serve

Job = Callable[[str, Any], Path]
URL = f"/v1/models/{MODEL}"


@pytest.fixture
def job(tmp_path: Path, bundles: Path, monkeypatch: pytest.MonkeyPatch) -> Job:
    """Run a job over a table, and return the folder of its output."""
    monkeypatch.setenv("SERVICE_DATABASE_URL", sqlite_url(tmp_path))
    monkeypatch.setenv("SERVICE_BUNDLES", str(bundles))

    def run(kind: str, table: pa.Table) -> Path:
        pq.write_table(table, tmp_path / "in.parquet")
        main([kind, "--model", MODEL, "--input", str(tmp_path / "in.parquet"), "--output", str(tmp_path / "out")])
        return tmp_path / "out"

    return run


@pytest.fixture
def app(tmp_path: Path, bundles: Path) -> Iterator[TestClient]:
    yield from serve(Settings(bundles=str(bundles), database_url=sqlite_url(tmp_path)))


def with_dates(dates: Any) -> pa.Table:
    clients = pa.Table.from_pandas(read_rows(len(dates)), preserve_index=False)
    return clients.append_column("as_of", dates if isinstance(dates, pa.Array) else pa.array(dates))


def stored_dates(store: Store, count: int) -> list[str | None]:
    records = lookups.find_records(store, MODEL, [str(key) for key in range(1, count + 1)]).predictions
    return [records[str(key)].as_of if str(key) in records else "refused" for key in range(1, count + 1)]


def test_the_newest_month_of_a_clients_statements_goes_from_features_to_predictions_and_answers(
    job: Job, app: TestClient
) -> None:
    older = months_of("2").assign(month=[f"2001-{month:02}" for month in range(6, 0, -1)])
    statements = pd.concat([months_of("1"), older]).astype({"client": str, "month": str})
    out = job("features", pa.Table.from_pandas(statements, preserve_index=False))
    job("predict", pq.read_table(out / "features.parquet"))
    for key, month in (("1", "2005-09"), ("2", "2001-06")):
        entity = app.get(f"{URL}/entities/{key}").json()
        assert (entity["stored_features"]["as_of"], entity["stored_prediction"]["as_of"]) == (month, month)
        (prediction,) = app.post(f"{URL}/predictions", json={"rows": [{"client_id": key}]}).json()["predictions"]
        assert prediction["stored"]["as_of"] == month
        assert {origin["as_of"] for origin in prediction["origins"].values()} == {month}
    predictions = {row["client_id"]: row["as_of"] for row in pq.read_table(out / "predictions.parquet").to_pylist()}
    assert predictions == {"1": "2005-09", "2": "2001-06"}


def test_an_input_that_does_not_say_it_leaves_it_open(job: Job, app: TestClient) -> None:
    job("predict", pa.Table.from_pandas(read_rows(1), preserve_index=False))
    entity = app.get(f"{URL}/entities/1").json()
    assert entity["stored_prediction"]["as_of"] is None
    row = {"client_id": "1", "months_late_now": 2}
    (prediction,) = app.post(f"{URL}/predictions", json={"rows": [row]}).json()["predictions"]
    assert prediction["origins"]["months_late_now"]["as_of"] is None


NIGHT = datetime(2005, 9, 30, 22, 30, tzinfo=UTC)
DATES: dict[str, tuple[Any, list[str | None]]] = {
    "text": (["2005-09", "2005-09-30", " 2005-09-30 14:30 ", "", None], ["2005-09", "2005-09-30", "2005-09-30", None, None]),
    "text as people write it": (["30.09.2005", "1.9.2005 0:00"], ["2005-09-30", "2005-09-01"]),
    "days": (pa.array([date(2005, 9, 30), None]), ["2005-09-30", None]),
    "a time in Warsaw": (pa.array([NIGHT], pa.timestamp("ms", tz="Europe/Warsaw")), ["2005-10-01"]),
    "a time in New York": (pa.array([NIGHT], pa.timestamp("ns", tz="America/New_York")), ["2005-09-30"]),
    "nulls": (pa.nulls(2), [None, None]),
}


@pytest.mark.parametrize("kind", DATES)
def test_a_month_a_date_or_a_time_is_stored_as_the_input_says_it(kind: str, job: Job, sqlite_store: Store) -> None:
    dates, expected = DATES[kind]
    job("predict", with_dates(dates))
    assert stored_dates(sqlite_store, len(expected)) == expected


def test_a_row_whose_data_are_from_the_future_or_from_no_day_is_refused(job: Job, sqlite_store: Store) -> None:
    next_week = (datetime.now(UTC) + timedelta(days=7)).date().isoformat()
    out = job("predict", with_dates([next_week, "2005-02-30", "09/30/2005", "2199-01", "30.09.2005"]))
    assert stored_dates(sqlite_store, 5) == ["refused"] * 4 + ["2005-09-30"]
    refused = pq.read_table(out / "refused.parquet").to_pylist()
    assert [(row["place"], row["field"], row["code"]) for row in refused] == [
        (1, "as_of", "future_date"),
        (2, "as_of", "invalid_date"),
        (3, "as_of", "invalid_date"),
        (4, "as_of", "future_date"),
    ]


def test_a_day_that_has_begun_in_the_east_is_not_the_future(job: Job, sqlite_store: Store) -> None:
    in_the_east = (datetime.now(UTC) + timedelta(hours=13, minutes=30)).date().isoformat()
    job("predict", with_dates([in_the_east]))
    assert stored_dates(sqlite_store, 1) == [in_the_east]


def test_a_column_of_another_type_ends_the_job_with_a_sentence(job: Job) -> None:
    with pytest.raises(SystemExit, match=r"The column as_of holds int64, not dates\."):
        job("predict", with_dates([20050930]))


def test_a_date_is_no_field_of_the_stored_row(job: Job, sqlite_store: Store) -> None:
    job("predict", with_dates(["2005-09"]))
    record = lookups.find_records(sqlite_store, MODEL, ["1"]).predictions["1"]
    assert "as_of" not in json.loads(record.row)
