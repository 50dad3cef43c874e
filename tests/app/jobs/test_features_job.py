"""Promises of the nightly features: training's own numbers from statements in any order, stored as a whole run."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlalchemy import NullPool, create_engine

from service.bundles.bundle_opening import open_model
from service.jobs.__main__ import main
from service.store import lookups, run_history
from service.store.store import Store
from service.training import credit
from service.training.recipe import DATA
from tests.support.card_statements import months_of
from tests.support.databases import sqlite_url
from tests.support.job_command import KILLED_BEFORE_COMMIT
from tests.support.job_runs import MODEL, newest_run
from tests.support.repository import ROOT

FILE = DATA / "card_statements.parquet"


@pytest.fixture(scope="module")
def some() -> pd.DataFrame:
    """The statements of the clients 1 to 400."""
    table = pd.read_parquet(FILE)
    return table[table["client"] <= 400].reset_index(drop=True)


@pytest.fixture
def job(monkeypatch: pytest.MonkeyPatch, url: str, bundles: Path) -> Any:
    """The job's command line, on either database."""
    monkeypatch.setenv("SERVICE_DATABASE_URL", url)
    monkeypatch.setenv("SERVICE_BUNDLES", str(bundles))

    def run(given: Path | str, *more: str, kind: str = "features", model: str = MODEL) -> None:
        main([kind, "--model", model, *(["--input", str(given)] if given else []), *more])

    return run


def contents(store: Store, run: str) -> dict[str, dict[str, Any]]:
    return {row["key"]: json.loads(row["fields"]) for page in lookups.features_of(store, run, 9999) for row in page}


@pytest.fixture(scope="module")
def all_clients(tmp_path_factory: pytest.TempPathFactory, bundles: Path) -> Iterator[dict[str, dict[str, Any]]]:
    """What the job stores of the shipped file."""
    folder = tmp_path_factory.mktemp("all")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SERVICE_DATABASE_URL", sqlite_url(folder))
        patch.setenv("SERVICE_BUNDLES", str(bundles))
        main(["features", "--model", MODEL, "--input", str(FILE)])
    store = Store(sqlite_url(folder))
    yield contents(store, newest_run(store, "features").id)
    store.close()


def test_the_stored_features_of_every_client_are_those_of_training_to_the_last_bit(
    all_clients: dict[str, dict[str, Any]],
) -> None:
    trained = credit.read_clients()
    stored = [all_clients[str(key)] for key in trained["ID"]]
    assert len(all_clients) == len(trained) == 30_000
    assert all(fields.keys() == set(credit.FIELDS) for fields in stored)
    table = np.array([[fields[name] for name in credit.FIELDS] for fields in stored], dtype=float)
    assert table.tobytes() == trained[credit.FIELDS].to_numpy(dtype=float).tobytes()


def test_the_prediction_of_an_unseen_client_from_stored_features_is_the_one_of_the_training_row(
    all_clients: dict[str, dict[str, Any]], bundles: Path
) -> None:
    unseen = credit.split_clients().test
    rows = [{str(name): value for name, value in row.items()} for row in unseen.fields.to_dict("records")]
    for name in (MODEL, "credit-scorecard"):
        model = open_model(bundles / name)
        stored = model.predict([all_clients[str(key)] for key in unseen.aside["ID"]]).predictions
        assert stored == model.predict(rows).predictions


def test_the_shipped_statements_are_the_wide_table_written_month_by_month(tmp_path: Path) -> None:
    credit.write_statements(tmp_path / "again.parquet")
    long = pd.read_parquet(FILE)
    pd.testing.assert_frame_equal(long, pd.read_parquet(tmp_path / "again.parquet"))
    assert list(long.columns) == ["client", "month", "status", "bill", "paid", "limit"]
    wide = pd.read_parquet(DATA / "credit_card_default.parquet").set_index("ID")
    assert len(long) == 180_000
    names = {"2005-09": "0 1", "2005-08": "2 2", "2005-07": "3 3", "2005-06": "4 4", "2005-05": "5 5", "2005-04": "6 6"}
    for month, numbers in names.items():
        status, amount = numbers.split()
        one = long[long["month"] == month].set_index("client")
        assert one["status"].equals(wide[f"PAY_{status}"].rename_axis("client").rename("status"))
        assert one["bill"].equals(wide[f"BILL_AMT{amount}"].rename_axis("client").rename("bill"))
        assert one["paid"].equals(wide[f"PAY_AMT{amount}"].rename_axis("client").rename("paid"))
        assert one["limit"].equals(wide["LIMIT_BAL"].rename_axis("client").rename("limit"))


def test_statements_in_any_order_and_of_any_kind_of_input_give_the_same_features(
    job: Any, store: Store, some: pd.DataFrame, tmp_path: Path
) -> None:
    shuffled = some.sample(frac=1, random_state=1)
    some.to_parquet(tmp_path / "in.parquet")
    shuffled.to_parquet(tmp_path / "shuffled.parquet")
    (tmp_path / "folder").mkdir()
    for month, part in shuffled.groupby("month"):
        part.to_parquet(tmp_path / "folder" / f"{month}.parquet")
    some.sample(frac=1, random_state=2).sample(frac=1, random_state=3, axis=1).to_csv(tmp_path / "in.csv", index=False)
    some.assign(month=pd.to_datetime(some["month"]) + pd.Timedelta(days=9)).to_parquet(tmp_path / "dates.parquet")
    address = f"sqlite:///{tmp_path}/input.db"
    shuffled.to_sql("statements", create_engine(address, poolclass=NullPool), index=False)
    told = []
    for given_input in ("in.parquet", "shuffled.parquet", "folder", "in.csv", "dates.parquet"):
        job(tmp_path / given_input)
        told.append(contents(store, newest_run(store, "features").id))
    job(f"{address}#statements")
    told.append(contents(store, newest_run(store, "features").id))
    assert len(told[0]) == 400
    assert told == [told[0]] * 6


def test_a_month_in_the_future_refuses_its_client(job: Any, store: Store, some: pd.DataFrame, tmp_path: Path) -> None:
    table = some.iloc[:12].copy()
    next_year = f"{datetime.now(UTC).year + 1}-12"
    table.loc[table["client"] == 2, "month"] = [next_year, *table["month"].iloc[1:6]]
    table.to_parquet(tmp_path / "in.parquet")
    job(tmp_path / "in.parquet", "--output", str(tmp_path / "out"))
    (reason,) = pq.read_table(tmp_path / "out" / "refused.parquet").to_pylist()
    assert (reason["key"], reason["field"], reason["code"]) == ("2", "month", "future_month")
    assert newest_run(store, "features").rows == 1


def test_a_zone_that_does_not_exist_is_refused_in_a_sentence(job: Any, some: pd.DataFrame, tmp_path: Path) -> None:
    table = pa.Table.from_pandas(some.iloc[:6], preserve_index=False)
    months = pa.array(pd.to_datetime(some["month"].iloc[:6])).cast(pa.timestamp("ms", tz="Europe/Nowhere"))
    pq.write_table(table.set_column(table.schema.get_field_index("month"), "month", months), tmp_path / "in.parquet")
    with pytest.raises(SystemExit, match=r"The column month has an unknown time zone: 'Europe/Nowhere'\."):
        job(tmp_path / "in.parquet")


def test_a_reason_names_the_row_of_the_input_and_only_the_first(job: Any, store: Store, tmp_path: Path) -> None:
    table = pd.concat([months_of("1"), months_of("2"), months_of("3")], ignore_index=True)
    table.loc[8, "paid"], table.loc[10, "bill"] = "lots", "more"
    table.to_csv(tmp_path / "in.csv", index=False)
    job(tmp_path / "in.csv", "--output", str(tmp_path / "out"))
    run = newest_run(store, "features")
    assert (run.state, run.rows, run.refused) == ("published", 2, 1)
    (reason,) = pq.read_table(tmp_path / "out" / "refused.parquet").to_pylist()
    assert (reason["place"], reason["key"], reason["field"], reason["code"]) == (9, "2", "paid", "wrong_type")


KILLED_CLIENTS = 3000
"""Enough for four batches."""


@pytest.mark.parametrize(("left", "point"), [(1, "store_batch"), (3, "store_batch"), (1, "publish")])
def test_a_killed_job_goes_on_and_ends_as_one_that_was_never_disturbed(
    left: int, point: str, job: Any, store: Store, url: str, tmp_path: Path, bundles: Path
) -> None:
    table = pd.read_parquet(FILE).iloc[: 6 * KILLED_CLIENTS]
    table = pd.concat([table, table.iloc[:3]])
    table.to_parquet(tmp_path / "in.parquet")
    job(tmp_path / "in.parquet")
    undisturbed = newest_run(store, "features")
    arguments = ["features", "--model", MODEL, "--input", str(tmp_path / "in.parquet")]
    environment = os.environ | {"SERVICE_DATABASE_URL": url, "SERVICE_BUNDLES": str(bundles)}
    command = [sys.executable, "-c", KILLED_BEFORE_COMMIT, str(left), point, *arguments]
    killed = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    begun = newest_run(store, "features")
    assert begun.state == "running"
    assert {result.run for result in lookups.find_records(store, MODEL, ["2", "3"]).features.values()} == {undisturbed.id}
    job(tmp_path / "in.parquet")
    ended = newest_run(store, "features")
    assert (ended.id, ended.state) == (begun.id, "published")
    assert (ended.rows, ended.refused) == (undisturbed.rows, undisturbed.refused) == (KILLED_CLIENTS - 1, 1)
    assert contents(store, ended.id) == contents(store, undisturbed.id)


def test_features_and_predictions_are_runs_beside_each_other(
    job: Any, store: Store, some: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    some.to_parquet(tmp_path / "in.parquet")
    job(tmp_path / "in.parquet", "--output", str(tmp_path / "out"))
    features = newest_run(store, "features")
    job(tmp_path / "out" / "features.parquet", kind="predict")
    held = lookups.find_records(store, MODEL, ["17"])
    assert held.features["17"].run == features.id != held.predictions["17"].run
    assert json.loads(held.predictions["17"].row) == json.loads(held.features["17"].fields)
    assert [run.kind for run in run_history.list_runs(store).items] == ["predictions", "features"]
    monkeypatch.setenv("SERVICE_MAX_RUNS", "2")
    for _ in range(3):
        job(tmp_path / "in.parquet")
    made = [run.id for run in run_history.list_runs(store, kind="features").items]
    job("", "--kind", "features", kind="rollback")
    assert lookups.find_records(store, MODEL, ["17"]).features["17"].run == made[1]
    assert lookups.find_records(store, MODEL, ["17"]).predictions["17"].run == held.predictions["17"].run
    with pytest.raises(SystemExit, match="no run of credit-default before"):
        job("", "--kind", "features", kind="rollback")
    states = [run.state for run in run_history.list_runs(store, kind="features").items]
    assert states == ["withdrawn", "published", "discarded", "discarded"]
    assert contents(store, features.id) == {}


def test_two_features_jobs_of_one_model_do_not_write_at_once(
    job: Any, store: Store, some: pd.DataFrame, tmp_path: Path
) -> None:
    some.to_parquet(tmp_path / "in.parquet")
    store.prepare()
    with store.database.try_lock(f"features-{MODEL}"), pytest.raises(SystemExit, match="Another job"):
        job(tmp_path / "in.parquet")
    with store.database.try_lock(f"predictions-{MODEL}"):
        job(tmp_path / "in.parquet")
    assert newest_run(store, "features").state == "published"


@pytest.mark.parametrize(
    ("spoilt", "sentence"),
    [
        (lambda table: table.drop(columns="limit"), "no column 'limit'"),
        (lambda table: table.drop(columns="client"), "no column 'client'"),
        (lambda table: table.assign(limit=0), "could be used"),
        (lambda table: table.iloc[:0], "could be used"),
    ],
)
def test_an_input_that_is_wrong_as_a_whole_leaves_the_served_run(
    spoilt: Any, sentence: str, job: Any, store: Store, some: pd.DataFrame, tmp_path: Path
) -> None:
    some.to_parquet(tmp_path / "in.parquet")
    job(tmp_path / "in.parquet")
    served = newest_run(store, "features")
    spoilt(some).to_parquet(tmp_path / "wrong.parquet")
    with pytest.raises(SystemExit, match=sentence):
        job(tmp_path / "wrong.parquet")
    assert lookups.find_records(store, MODEL, ["1"]).features["1"].run == served.id


def test_a_model_whose_card_asks_for_no_features_has_none(job: Any) -> None:
    with pytest.raises(SystemExit, match="names no entity"):
        job(FILE, model="diamond-price")
