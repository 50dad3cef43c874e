"""Promises of the nightly job: every row stored or refused with its reason, once, also when the job is killed."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlalchemy import Engine, NullPool, create_engine, event, text

from service.bundles.bundle_files import read_card
from service.bundles.bundle_opening import open_model
from service.errors import BrokenBundle
from service.jobs.__main__ import main
from service.jobs.batch_scoring import score_batch
from service.jobs.engines import Local
from service.jobs.sources.inputs import open_source, read
from service.jobs.sources.partitions import BATCH_ROWS
from service.jobs.sources.source import RequiredColumns
from service.rows.strict_json import encode
from service.schemas import Card
from service.store import lookups, run_history
from service.store.store import Store
from tests.support.job_command import KILLED_BEFORE_COMMIT
from tests.support.job_runs import MODEL, newest_run
from tests.support.repository import ROOT

ROWS = 3 * BATCH_ROWS + 100


@pytest.fixture(scope="module")
def some(clients_file: Path) -> pd.DataFrame:
    return pd.read_parquet(clients_file).iloc[:ROWS]


@pytest.fixture
def job(monkeypatch: pytest.MonkeyPatch, url: str, bundles: Path) -> Any:
    """The job's command line, on either database."""
    monkeypatch.setenv("SERVICE_DATABASE_URL", url)
    monkeypatch.setenv("SERVICE_BUNDLES", str(bundles))

    def run(given: Path | str, *more: str, kind: str = "predict", model: str = MODEL) -> None:
        main([kind, "--model", model, *(["--input", str(given)] if given else []), *more])

    return run


def contents(store: Store, run: str) -> dict[str, tuple[str, str]]:
    """Return key → the row and the prediction that a run wrote."""
    return {row["key"]: (row["row"], row["prediction"]) for page in lookups.predictions_of(store, run, 9999) for row in page}


def test_every_client_has_the_prediction_that_the_model_gives_to_the_last_bit(
    job: Any, store: Store, some: pd.DataFrame, tmp_path: Path, bundles: Path
) -> None:
    some.to_parquet(tmp_path / "in.parquet")
    job(tmp_path / "in.parquet")
    model = open_model(bundles / MODEL)
    rows = some.drop(columns="client_id").to_dict("records")
    expected = [
        encode(each).decode() for each in model.predict([{str(n): v for n, v in row.items()} for row in rows]).predictions
    ]
    run = newest_run(store)
    assert (run.state, run.rows, run.refused, run.version) == ("published", ROWS, 0, model.card.version)
    stored = contents(store, run.id)
    assert [stored[str(key)][1] for key in some["client_id"]] == expected
    assert json.loads(stored["1"][0]) == rows[0]


def test_a_csv_a_folder_and_a_table_give_what_one_parquet_file_gives(
    job: Any, store: Store, some: pd.DataFrame, tmp_path: Path
) -> None:
    few = some.iloc[:500]
    few.to_parquet(tmp_path / "in.parquet")
    (tmp_path / "folder").mkdir()
    few.iloc[:200].to_parquet(tmp_path / "folder" / "a.parquet")
    few.iloc[200:].to_parquet(tmp_path / "folder" / "b.parquet")
    few.sample(frac=1, random_state=1, axis=1).to_csv(tmp_path / "in.csv", index=False)
    address = f"sqlite:///{tmp_path}/input.db"
    few.to_sql("clients", create_engine(address, poolclass=NullPool), index=False)
    told = []
    for given in (tmp_path / "in.parquet", tmp_path / "folder", tmp_path / "in.csv", f"{address}#clients"):
        job(given)
        told.append({key: prediction for key, (_, prediction) in contents(store, newest_run(store).id).items()})
    assert len(told[0]) == 500
    assert told == [told[0]] * 4


def test_a_table_of_postgresql_is_read_too(job: Any, store: Store, url: str, some: pd.DataFrame) -> None:
    if not url.startswith("postgresql"):
        pytest.skip("the other database")
    engine = create_engine(url, poolclass=NullPool)
    store.prepare()
    with engine.begin() as connection:
        connection.execute(text("CREATE SCHEMA bank"))
    limits: Any = [Decimal(int(value)) for value in some["credit_limit"].iloc[:50]]
    some.iloc[:50].assign(credit_limit=limits).to_sql("clients", engine, schema="bank", index=False)
    job(f"{url}#bank.clients")
    assert newest_run(store).rows == 50


def spoiled(some: pd.DataFrame) -> pd.DataFrame:
    """Return ten rows, six of them bad: each in its own way."""
    rows: Any = some.iloc[:10].astype({"client_id": object, "credit_limit": object}).reset_index(drop=True)
    rows.loc[1, "credit_limit"] = -1
    rows.loc[2, "credit_limit"] = float("inf")
    rows.loc[3, "credit_limit"] = None
    rows.loc[4, "client_id"] = rows.loc[0, "client_id"]
    rows.loc[5, "client_id"] = None
    rows.loc[6, "client_id"] = "x" * 65
    return pd.DataFrame(rows)


EXPECTED = [
    (2, "credit_limit", "out_of_range"),
    (3, "credit_limit", "not_finite"),
    (4, "credit_limit", "missing_field"),
    (5, "", "duplicate_key"),
    (6, "client_id", "missing_field"),
    (7, "client_id", "too_long"),
]


def test_a_bad_row_is_refused_with_its_reason_and_the_good_ones_are_stored(
    job: Any, store: Store, some: pd.DataFrame, tmp_path: Path
) -> None:
    spoiled(some).astype({"client_id": "string", "credit_limit": float}).to_parquet(tmp_path / "in.parquet")
    job(tmp_path / "in.parquet", "--output", str(tmp_path / "out"))
    run = newest_run(store)
    assert (run.state, run.rows, run.refused) == ("published", 4, 6)
    refused = pq.read_table(tmp_path / "out" / "refused.parquet").to_pylist()
    assert [(each["place"], each["field"], each["code"]) for each in refused] == EXPECTED
    assert contents(store, run.id).keys() == {"1", "8", "9", "10"}


def test_the_files_say_what_the_store_says(job: Any, store: Store, some: pd.DataFrame, tmp_path: Path) -> None:
    some.iloc[:100].to_parquet(tmp_path / "in.parquet")
    job(tmp_path / "in.parquet", "--output", str(tmp_path / "out"))
    table = pq.read_table(tmp_path / "out" / "predictions.parquet")
    stored = contents(store, newest_run(store).id)
    assert table.num_rows == 100
    for row in table.to_pylist():
        prediction = json.loads(stored[row["client_id"]][1])
        assert row["label"] == prediction["label"]
        assert row["decision"] == prediction["decision"]
        assert {"pays": row["probability_pays"], "default": row["probability_default"]} == prediction["probabilities"]
    assert table.schema.metadata[b"run"].decode() == newest_run(store).id


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("nowhere.parquet", "There is no Parquet file"),
        ("broken.parquet", "cannot be read"),
        ("lacks.parquet", "no column 'credit_limit'"),
        ("no_key.parquet", "no column 'client_id'"),
        ("quote.csv", "a quote is left open"),
        ("twice.csv", "twice"),
        ("latin.csv", "is not UTF-8.*--charset"),
        ("empty.csv", "is empty"),
        ("mixed.csv", "decimal comma and some.*--decimal point"),
        ("hopeless.parquet", "could be used"),
        ("sqlite:///nowhere.db#t", "no database file"),
        ("sqlite:///{folder}/input.db#nothing", "no table"),
        ("sqlite:///{folder}/input.db", "Name the table after the database"),
        ("mysql://x/y#t", "mysql:// is none of them"),
    ],
)
def test_an_input_that_is_wrong_as_a_whole_leaves_the_served_run(
    given: str, sentence: str, job: Any, store: Store, some: pd.DataFrame, tmp_path: Path
) -> None:
    few = some.iloc[:20]
    few.to_parquet(tmp_path / "good.parquet")
    job(tmp_path / "good.parquet")
    (tmp_path / "broken.parquet").write_bytes((tmp_path / "good.parquet").read_bytes()[:2000])
    few.drop(columns="credit_limit").to_parquet(tmp_path / "lacks.parquet")
    few.drop(columns="client_id").to_parquet(tmp_path / "no_key.parquet")
    few.assign(credit_limit=-1.0).to_parquet(tmp_path / "hopeless.parquet")
    csv = few.to_csv(index=False)
    (tmp_path / "quote.csv").write_text(csv + '"1,2,3\n')
    (tmp_path / "mixed.csv").write_text(few.assign(share_paid="0,5").to_csv(index=False, sep=";"))
    (tmp_path / "twice.csv").write_text(few.assign(copy=1).to_csv(index=False).replace("copy", "client_id", 1))
    (tmp_path / "latin.csv").write_bytes(csv.replace("\n1,", "\nł,").encode("iso8859-2"))
    (tmp_path / "empty.csv").write_text("")
    sqlite3.connect(tmp_path / "input.db").execute("CREATE TABLE t (a)")
    named = given.format(folder=tmp_path) if "://" in given else str(tmp_path / given)
    with pytest.raises(SystemExit, match=sentence):
        job(named)
    assert len(lookups.find_records(store, MODEL, [str(number) for number in few["client_id"]]).predictions) == 20


@pytest.mark.parametrize(("left", "point"), [(1, "store_batch"), (3, "store_batch"), (1, "publish")])
def test_a_killed_job_goes_on_and_ends_as_one_that_was_never_disturbed(
    left: int, point: str, job: Any, store: Store, url: str, some: pd.DataFrame, tmp_path: Path, bundles: Path
) -> None:
    table = pd.concat([some, some.iloc[:50]])
    table.to_parquet(tmp_path / "in.parquet")
    job(tmp_path / "in.parquet")
    undisturbed = newest_run(store)
    arguments = ["predict", "--model", MODEL, "--input", str(tmp_path / "in.parquet")]
    environment = os.environ | {"SERVICE_DATABASE_URL": url, "SERVICE_BUNDLES": str(bundles)}
    killed = subprocess.run(
        [sys.executable, "-c", KILLED_BEFORE_COMMIT, str(left), point, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    begun = newest_run(store)
    assert begun.state == "running"
    assert begun.rows == (ROWS if point == "publish" else (left - 1) * BATCH_ROWS)
    assert {result.run for result in lookups.find_records(store, MODEL, ["1", "2"]).predictions.values()} == {undisturbed.id}
    job(tmp_path / "in.parquet")
    ended = newest_run(store)
    assert (ended.id, ended.state) == (begun.id, "published")
    assert (ended.rows, ended.refused) == (undisturbed.rows, undisturbed.refused) == (ROWS, 50)
    assert contents(store, ended.id) == contents(store, undisturbed.id)


def half_done(store: Store, source: Path, bundles: Path) -> str:
    """Leave a run as a killed job leaves it: one batch done."""
    from service.jobs import job_runner

    card = read_card(bundles / MODEL)
    opened = open_source(str(source), job_runner.required_columns(card, "client_id"))

    def stop(rows: int) -> None:
        if rows:
            raise KeyboardInterrupt

    work = job_runner.prediction_job(bundles / MODEL, card, opened, "client_id")
    with pytest.raises(KeyboardInterrupt):
        job_runner.run_job(store, card, work, engine=Local(), max_runs=3, advance=stop)
    return str(newest_run(store).id)


def test_a_killed_job_begins_anew_where_its_input_is_another_one_now(
    job: Any, store: Store, some: pd.DataFrame, tmp_path: Path, bundles: Path
) -> None:
    some.to_parquet(tmp_path / "in.parquet")
    begun = half_done(store, tmp_path / "in.parquet", bundles)
    changed = some.assign(credit_limit=some["credit_limit"] + 1)
    changed.to_parquet(tmp_path / "in.parquet")
    job(tmp_path / "in.parquet")
    states = {run.id: run.state for run in run_history.list_runs(store).items}
    assert states == {begun: "discarded", newest_run(store).id: "published"}
    assert json.loads(contents(store, newest_run(store).id)["1"][0])["credit_limit"] == changed["credit_limit"].iloc[0]


def test_a_job_that_found_the_storage_full_goes_on_when_there_is_room(
    job: Any, store: Store, url: str, some: pd.DataFrame, tmp_path: Path
) -> None:
    if not url.startswith("sqlite"):
        pytest.skip("only SQLite lets a test say how much room there is")
    some.to_parquet(tmp_path / "in.parquet")

    def limit(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA max_page_count = 800")

    event.listen(Engine, "connect", limit)
    with pytest.raises(SystemExit, match="full"):
        job(tmp_path / "in.parquet")
    event.remove(Engine, "connect", limit)
    begun = newest_run(store)
    assert begun.state == "running"
    assert 0 < begun.rows < ROWS
    job(tmp_path / "in.parquet")
    ended = newest_run(store)
    assert (ended.id, ended.state, ended.rows) == (begun.id, "published", ROWS)


def test_two_jobs_for_one_model_do_not_write_at_once(job: Any, store: Store, some: pd.DataFrame, tmp_path: Path) -> None:
    some.iloc[:10].to_parquet(tmp_path / "in.parquet")
    store.prepare()
    with store.database.try_lock(f"predictions-{MODEL}"), pytest.raises(SystemExit, match="Another job"):
        job(tmp_path / "in.parquet")
    assert run_history.list_runs(store).items == []


def test_the_run_before_comes_back_at_one_command(
    job: Any,
    store: Store,
    some: pd.DataFrame,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    some.iloc[:10].to_parquet(tmp_path / "in.parquet")
    monkeypatch.setenv("SERVICE_MAX_RUNS", "2")
    for _ in range(4):
        job(tmp_path / "in.parquet")
    made = [run.id for run in run_history.list_runs(store).items]
    job("", kind="rollback")
    assert {result.run for result in lookups.find_records(store, MODEL, ["1"]).predictions.values()} == {made[1]}
    with pytest.raises(SystemExit, match="no run of credit-default before"):
        job("", kind="rollback")
    capsys.readouterr()
    job("", kind="runs")
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == made
    assert [state for line in lines for state in ("published", "withdrawn", "discarded") if state in line] == [
        "withdrawn",
        "published",
        "discarded",
        "discarded",
    ]


def test_a_model_without_an_entity_has_no_nightly_predictions(job: Any, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="names no entity"):
        job(tmp_path, model="diamond-price")
    with pytest.raises(SystemExit, match="no model"):
        job(tmp_path, model="../../etc")


def test_a_batch_alone_gives_the_same_again_and_holds_every_row_once(some: pd.DataFrame, bundles: Path) -> None:
    batch = pa.RecordBatch.from_pandas(spoiled(some).astype({"client_id": "string", "credit_limit": float}))
    version = read_card(bundles / MODEL).version
    scored, refused = score_batch(bundles / MODEL, batch, key="client_id", version=version, latest_day="2026-11-29")
    again = score_batch(bundles / MODEL, batch, key="client_id", version=version, latest_day="2026-11-29")
    assert (scored, refused) == again
    assert sorted(scored["place"].to_pylist() + refused["place"].to_pylist()) == list(range(1, 11))
    with pytest.raises(BrokenBundle, match="the job began with 000"):
        score_batch(bundles / MODEL, batch, key="client_id", version="0" * 64, latest_day="2026-11-29")


def test_batches_stay_small_however_large_the_input(clients_file: Path) -> None:
    sizes = [
        batch.num_rows
        for batch in read(open_source(str(clients_file), RequiredColumns(["client_id"], frozenset())), ["client_id"])
    ]
    assert sum(sizes) == 30_000
    assert max(sizes) <= BATCH_ROWS


def test_the_bundled_cards_name_the_client(bundles: Path) -> None:
    cards: list[Card] = [read_card(bundles / name) for name in ("credit-default", "credit-scorecard")]
    assert [card.entity and card.entity.key for card in cards] == ["client_id", "client_id"]
