"""Promises of the nightly features: training's own numbers from statements in any order, or the reason why there are none."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import NullPool, create_engine, text

from service.bundles.bundle_files import read_card
from service.bundles.bundle_opening import open_model
from service.jobs.__main__ import main
from service.jobs.card_statements import STATEMENTS, parse_statements
from service.jobs.external_sort import group_by_key
from service.jobs.features import feature_batch
from service.jobs.payment_history import business_fields
from service.schemas import Input
from service.store import lookups, run_history
from service.store.store import Store
from service.training import credit
from service.training.recipe import DATA
from tests.support.databases import sqlite_url
from tests.support.job_command import KILLED_BEFORE_COMMIT
from tests.support.repository import ROOT

MODEL = "credit-default"
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


def newest(store: Store) -> Any:
    return run_history.list_runs(store, kind="features").items[0]


@pytest.fixture(scope="module")
def all_clients(tmp_path_factory: pytest.TempPathFactory, bundles: Path) -> Iterator[dict[str, dict[str, Any]]]:
    """What the job stores of the shipped file."""
    folder = tmp_path_factory.mktemp("all")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SERVICE_DATABASE_URL", sqlite_url(folder))
        patch.setenv("SERVICE_BUNDLES", str(bundles))
        main(["features", "--model", MODEL, "--input", str(FILE)])
    store = Store(sqlite_url(folder))
    yield contents(store, newest(store).id)
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
        told.append(contents(store, newest(store).id))
    job(f"{address}#statements")
    told.append(contents(store, newest(store).id))
    assert len(told[0]) == 400
    assert told == [told[0]] * 6


def months_of(client: Any, **changed: Any) -> pd.DataFrame:
    """Return six plain statements of a client, newest first."""
    table = {
        "client": client,
        "month": ["2005-09", "2005-08", "2005-07", "2005-06", "2005-05", "2005-04"],
        "status": [2, 0, -1, -2, 1, 0],
        "bill": [5000, 10_000, -500, 0, 0, 10_000],
        "paid": [3000, 0, 0, 0, 2000, 50_000],
        "limit": 20_000,
    }
    return pd.DataFrame(table | changed).astype(object)


PLAIN = {
    "credit_limit": 20_000,
    "months_late_now": 2,
    "worst_delay": 2,
    "months_delayed": 2,
    "share_used_now": 0.25,
    "share_used_average": 0.21,
    "share_paid": 0.25,
    "last_payment": 3000,
    "average_payment": 9167,
}


def spoil(column: str, value: Any, row: int = 2) -> pd.DataFrame:
    table = months_of("bad")
    table.loc[row, column] = value
    return table


BAD: dict[str, tuple[pd.DataFrame, str, str]] = {
    "a month twice": (spoil("month", "2005-09"), "month", "duplicate_month"),
    "a thirteenth month": (spoil("month", "2005-13"), "month", "invalid_month"),
    "a month of words": (spoil("month", "July 2005"), "month", "invalid_month"),
    "a month of digits": (spoil("month", "200507"), "month", "invalid_month"),
    "a day": (spoil("month", "2005-07-01"), "month", "invalid_month"),
    "digits of another script": (spoil("month", "٢٠٠٥-٠٧"), "month", "invalid_month"),
    "no month": (spoil("month", None), "month", "missing_field"),
    "an empty month": (spoil("month", " "), "month", "missing_field"),
    "text as a status": (spoil("status", "late"), "status", "wrong_type"),
    "hexadecimal": (spoil("bill", "0x10"), "bill", "wrong_type"),
    "a formula": (spoil("paid", "=1+1"), "paid", "wrong_type"),
    "not a number in words": (spoil("paid", "nan"), "paid", "wrong_type"),
    "infinity in words": (spoil("paid", "inf"), "paid", "wrong_type"),
    "too large for any number": (spoil("bill", "1e999"), "bill", "not_finite"),
    "a sum that is too large": (months_of("bad", paid=[0, *["1e308"] * 5]), "average_payment", "not_finite"),
    "no limit": (spoil("limit", None), "limit", "missing_field"),
    "a limit of zero": (spoil("limit", 0), "limit", "out_of_range"),
    "a limit below zero": (spoil("limit", -5), "limit", "out_of_range"),
    "half a month late": (spoil("status", 0.5, row=0), "months_late_now", "wrong_type"),
    "later than the model knows": (spoil("status", 99, row=0), "months_late_now", "out_of_range"),
    "a payment below zero": (spoil("paid", -9e9, row=5), "average_payment", "out_of_range"),
    "a client of control characters": (months_of("a\tb"), "client", "invalid_text"),
    "a client without end": (months_of("x" * 65), "client", "too_long"),
    "nobody": (months_of(""), "client", "missing_field"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_client_whose_statements_are_wrong_is_refused_with_the_reason_and_the_others_are_kept(
    case: str, bundles: Path
) -> None:
    bad, field, code = BAD[case]
    table = pd.concat([months_of("first"), bad, months_of("last")]).map(lambda value: None if value is None else str(value))
    kept, refused = computed(table, bundles)
    assert kept == {"first": PLAIN, "last": PLAIN}
    reasons = refused.to_pylist()
    assert {(each["field"], each["code"]) for each in reasons} == {(field, code)}
    assert all(each["message"] for each in reasons)
    if field != "client":
        assert [each["key"] for each in reasons] == ["bad"]


def stored_inputs(bundles: Path) -> tuple[Input, ...]:
    return tuple(field for field in read_card(bundles / MODEL).inputs if field.from_ == "store")


def computed(table: pd.DataFrame | pa.Table, bundles: Path) -> tuple[dict[str, dict[str, Any]], pa.RecordBatch]:
    """Return what the batch function says of a table, read in small batches."""
    given_table = table if isinstance(table, pa.Table) else pa.Table.from_pandas(table, preserve_index=False)
    batches = given_table.to_batches(max_chunksize=5)
    whole = pa.Table.from_batches(parse_statements(iter(batches), "client"), STATEMENTS).combine_chunks().to_batches()[0]
    kept, refused = feature_batch(whole, stored_inputs(bundles))
    assert (kept, refused) == feature_batch(whole, stored_inputs(bundles))
    return {row["key"]: json.loads(row["fields"]) for row in kept.to_pylist()}, refused


@pytest.mark.parametrize(
    "column",
    [
        pa.array([True] * 6),
        pa.array([float("inf")] * 6),
        pa.array([[1]] * 6),
        pa.array([b"1"] * 6),
        pa.array(pd.to_datetime(["2005-01-01"] * 6)),
    ],
)
def test_a_column_of_another_kind_than_numbers_refuses_its_clients(column: pa.Array, bundles: Path) -> None:
    table = pa.Table.from_pandas(months_of(7).astype({"month": str, "bill": float}), preserve_index=False)
    table = table.set_column(table.schema.get_field_index("bill"), "bill", column)
    kept, refused = computed(table, bundles)
    assert kept == {}
    assert {row["field"] for row in refused.to_pylist()} == {"bill"}


def test_a_reason_names_the_row_of_the_input_and_only_the_first(job: Any, store: Store, tmp_path: Path) -> None:
    table = pd.concat([months_of("1"), months_of("2"), months_of("3")], ignore_index=True)
    table.loc[8, "paid"], table.loc[10, "bill"] = "lots", "more"
    table.to_csv(tmp_path / "in.csv", index=False)
    job(tmp_path / "in.csv", "--output", str(tmp_path / "out"))
    run = newest(store)
    assert (run.state, run.rows, run.refused) == ("published", 2, 1)
    (reason,) = pq.read_table(tmp_path / "out" / "refused.parquet").to_pylist()
    assert (reason["place"], reason["key"], reason["field"], reason["code"]) == (9, "2", "paid", "wrong_type")


def test_with_fewer_than_six_months_what_they_determine_is_stored_and_the_rest_is_null(bundles: Path) -> None:
    young = months_of("young").iloc[:3].sample(frac=1, random_state=1)
    (kept, refused) = computed(young, bundles)
    known = {"credit_limit": 20_000, "months_late_now": 2, "share_used_now": 0.25, "last_payment": 3000}
    assert kept == {"young": dict.fromkeys(PLAIN) | known}
    assert refused.num_rows == 0


@pytest.mark.parametrize("column", ["status", "bill", "paid"])
def test_an_amount_that_is_not_known_makes_null_of_what_depends_on_it_alone(column: str, bundles: Path) -> None:
    depend = {
        "status": {"worst_delay", "months_delayed"},
        "bill": {"share_used_average", "share_paid"},
        "paid": {"share_paid", "average_payment"},
    }
    for value in (None, float("nan")):
        table = months_of("1").astype({column: float})
        table.loc[1, column] = value
        kept, _ = computed(table, bundles)
        assert kept["1"] == PLAIN | dict.fromkeys(depend[column])


def test_a_gap_is_a_month_that_is_not_known_and_older_months_than_six_do_not_count(bundles: Path) -> None:
    older = months_of("1").assign(month=["2005-03", "2005-02", "2004-12", "2004-01", "1999-12", "0001-01"], status=8)
    assert computed(pd.concat([older, months_of("1")]), bundles)[0] == {"1": PLAIN}
    gap = pd.concat([older, months_of("1").drop(index=3)])
    known = {name: PLAIN[name] for name in ("credit_limit", "months_late_now", "share_used_now", "last_payment")}
    assert computed(gap, bundles)[0] == {"1": dict.fromkeys(PLAIN) | known}


Month = tuple[int | None, int | None, int | None]
_amount = st.none() | st.integers(-5000, 90_000)
_month = st.tuples(st.none() | st.integers(-2, 8), _amount, st.none() | st.integers(0, 90_000))


@settings(max_examples=60)
@given(
    clients=st.lists(st.dictionaries(st.integers(0, 11), _month, min_size=1, max_size=8), min_size=1, max_size=5),
    limit=st.integers(10_000, 900_000),
    random=st.randoms(use_true_random=False),
)
def test_the_features_are_what_plain_arithmetic_says(
    clients: list[dict[int, Month]], limit: int, random: Any, bundles: Path
) -> None:
    rows = [
        {"client": number, "month": f"2005-{month + 1:02}", "status": s, "bill": b, "paid": p, "limit": limit}
        for number, months in enumerate(clients)
        for month, (s, b, p) in months.items()
    ]
    random.shuffle(rows)
    kept, refused = computed(pa.Table.from_pylist(rows), bundles)
    assert refused.num_rows == 0
    assert kept == {str(number): plain_arithmetic(months, limit) for number, months in enumerate(clients)}


def plain_arithmetic(months: dict[int, Month], limit: int) -> dict[str, float | None]:
    """Say it again, one client at a time and without arrays."""
    newest_month = max(months)
    six = [months.get(newest_month - back, (None, None, None)) for back in range(6)]
    late = [None if status is None else max(status, 0) for status, _, _ in six]
    owed = [None if bill is None else max(bill, 0) for _, bill, _ in six]
    paid = [payment for _, _, payment in six]

    def share(amount: float | None) -> float | None:
        return None if amount is None else float(np.round(min(amount / limit, 2.0), 2))

    billed, settled = total(owed[1:]), total(paid[:-1])
    share_paid: float | None = None if billed is None or settled is None else settled / billed if billed else 1.0
    if billed == 0:
        share_paid = 1.0
    used, payments = total(owed), total(paid)
    return {
        "credit_limit": limit,
        "months_late_now": late[0],
        "worst_delay": None if None in late else max(each for each in late if each is not None),
        "months_delayed": None if None in late else sum(each > 0 for each in late if each is not None),
        "share_used_now": share(owed[0]),
        "share_used_average": share(None if used is None else used / 6),
        "share_paid": None if share_paid is None else float(np.round(min(share_paid, 1.0), 2)),
        "last_payment": paid[0],
        "average_payment": None if payments is None else float(np.round(payments / 6)),
    }


def total(amounts: list[int | None]) -> int | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if len(known) == len(amounts) else None


def test_where_nothing_is_missing_the_fields_are_the_same_bits_with_and_without_unknown_neighbours() -> None:
    random = np.random.default_rng(7)
    limit = random.integers(1, 10**6, 500).astype(float)
    status, bill, paid = (
        random.integers(low, high, (500, 6)).astype(float) for low, high in ((-2, 9), (-99, 9**6), (0, 9**6))
    )
    whole = business_fields(limit, status, bill, paid)
    for table in (status, bill, paid):
        table[::2, 3] = np.nan
    holes = business_fields(limit, status, bill, paid)
    for name, values in whole.items():
        assert values[1::2].tobytes() == holes[name][1::2].tobytes()
    assert np.isnan(holes["months_delayed"][::2]).all()


@settings(max_examples=30)
@given(keys=st.lists(st.none() | st.integers(0, 300), max_size=900))
def test_a_bucket_holds_all_rows_of_its_keys_and_every_row_is_in_one(keys: list[int | None]) -> None:
    shape = pa.schema([("place", pa.int64()), ("key", pa.string())])
    table = pa.table({"place": range(len(keys)), "key": [None if key is None else str(key) for key in keys]}, shape)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("service.jobs.external_sort.BATCH_ROWS", 7)
        buckets = [batch.to_pylist() for batch in group_by_key(iter(table.to_batches(max_chunksize=7)), shape)]
    assert len(buckets) <= 1 + len(keys) // 7
    assert sorted(row["place"] for bucket in buckets for row in bucket) == list(range(len(keys)))
    for bucket in buckets:
        for key in {row["key"] for row in bucket}:
            places = [row["place"] for row in bucket if row["key"] == key]
            assert places == sorted(places)
    held = [{row["key"] for row in bucket} for bucket in buckets]
    assert sum(map(len, held)) == len(set(keys))


# The run

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
    undisturbed = newest(store)
    arguments = ["features", "--model", MODEL, "--input", str(tmp_path / "in.parquet")]
    environment = os.environ | {"SERVICE_DATABASE_URL": url, "SERVICE_BUNDLES": str(bundles)}
    command = [sys.executable, "-c", KILLED_BEFORE_COMMIT, str(left), point, *arguments]
    killed = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    begun = newest(store)
    assert begun.state == "running"
    assert {found.run for found in lookups.find_records(store, MODEL, ["2", "3"]).features.values()} == {undisturbed.id}
    job(tmp_path / "in.parquet")
    ended = newest(store)
    assert (ended.id, ended.state) == (begun.id, "published")
    assert (ended.rows, ended.refused) == (undisturbed.rows, undisturbed.refused) == (KILLED_CLIENTS - 1, 1)
    assert contents(store, ended.id) == contents(store, undisturbed.id)


def test_features_and_predictions_are_runs_beside_each_other(
    job: Any, store: Store, some: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    some.to_parquet(tmp_path / "in.parquet")
    job(tmp_path / "in.parquet", "--output", str(tmp_path / "out"))
    features = newest(store)
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
    assert newest(store).state == "published"


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
    served = newest(store)
    spoilt(some).to_parquet(tmp_path / "wrong.parquet")
    with pytest.raises(SystemExit, match=sentence):
        job(tmp_path / "wrong.parquet")
    assert lookups.find_records(store, MODEL, ["1"]).features["1"].run == served.id


def test_a_model_whose_card_asks_for_no_features_has_none(job: Any) -> None:
    with pytest.raises(SystemExit, match="names no entity"):
        job(FILE, model="diamond-price")


def test_a_database_of_the_schema_before_is_migrated_and_keeps_its_runs(url: str) -> None:
    from alembic import command
    from alembic.config import Config

    from service.store.store import MIGRATIONS

    old = Store(url)
    old.database.create_missing_file()
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with old.database.writing() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(
            text(
                "INSERT INTO runs VALUES ('20260101', 'm', 'v', 'predictions', 'published', 't', 't', 1, 0, 1.5, 's', 1, 'd')"
            )
        )
        connection.execute(text("INSERT INTO stored_predictions VALUES ('20260101', '17', 1, '{}', '{}', 't')"))
    old.database.write_mark()
    old.close()
    store = Store(url)
    held = lookups.find_records(store, "m", ["17"])
    assert held.predictions["17"].run == "20260101"
    assert held.features == {}
    begun = run_history.resume_or_start(store, "features", "m", "v", "s")
    fields = {"key": "17", "place": 1, "fields": "{}", "computed_at": "t"}
    run_history.store_batch(store, run_history.Progress(begun.run, 1, "d"), [fields], [], 0.1)
    run_history.publish(store, begun.run)
    assert lookups.find_records(store, "m", ["17"]).features["17"].run == begun.run
    assert [run.state for run in run_history.list_runs(store).items] == ["published", "published"]
    store.close()
