"""Promises of features from card statements: plain arithmetic, null for what is not known, a reason for a bad client."""

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.bundles.bundle_files import read_card
from service.jobs.card_statements import STATEMENTS, parse_statements
from service.jobs.external_sort import group_by_key
from service.jobs.features import feature_batch
from service.jobs.payment_history import business_fields
from service.schemas import Input
from tests.support.card_statements import months_of
from tests.support.job_runs import MODEL
from wire.cells.text_style import PROGRAM_STYLE, TextStyle

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


LATEST_MONTH = 2005 * 12 + 11
"""December 2005."""


def spoil(column: str, value: Any, row: int = 2) -> pd.DataFrame:
    table = months_of("bad")
    table.loc[row, column] = value
    return table


BAD: dict[str, tuple[pd.DataFrame, str, str]] = {
    "a month twice": (spoil("month", "2005-09"), "month", "duplicate_month"),
    "a thirteenth month": (spoil("month", "2005-13"), "month", "invalid_month"),
    "a month of words": (spoil("month", "July 2005"), "month", "invalid_month"),
    "a month of digits": (spoil("month", "200507"), "month", "invalid_month"),
    "a day that does not exist": (spoil("month", "2005-06-31"), "month", "invalid_month"),
    "a day with slashes": (spoil("month", "01/07/2005"), "month", "invalid_month"),
    "a day and words": (spoil("month", "2005-07-01 noon"), "month", "invalid_month"),
    "an hour that does not exist": (spoil("month", "2005-07-01 25:00"), "month", "invalid_month"),
    "a month in the future": (spoil("month", "2006-01"), "month", "future_month"),
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


def typed_months(**columns: pa.Array) -> pa.Table:
    """Return the statements of a client as typed columns, some of them replaced."""
    numbers = dict.fromkeys(("status", "bill", "paid"), float)
    table = pa.Table.from_pandas(months_of("1").astype(numbers), preserve_index=False)
    for name, column in columns.items():
        table = table.set_column(table.schema.get_field_index(name), name, column)
    return table


def stored_inputs(bundles: Path) -> tuple[Input, ...]:
    return tuple(field for field in read_card(bundles / MODEL).inputs if field.from_ == "store")


def computed(
    table: pd.DataFrame | pa.Table, bundles: Path, style: TextStyle = PROGRAM_STYLE, typed: Collection[str] = ()
) -> tuple[dict[str, dict[str, Any]], pa.RecordBatch]:
    """Return what the batch function says of a table, read in small batches."""
    given_table = table if isinstance(table, pa.Table) else pa.Table.from_pandas(table, preserve_index=False)
    batches = given_table.to_batches(max_chunksize=5)
    whole = (
        pa.Table.from_batches(parse_statements(iter(batches), "client", LATEST_MONTH, style, typed), STATEMENTS)
        .combine_chunks()
        .to_batches()[0]
    )
    kept, refused = feature_batch(whole, stored_inputs(bundles))
    assert (kept, refused) == feature_batch(whole, stored_inputs(bundles))
    return {row["key"]: json.loads(row["fields"]) for row in kept.to_pylist()}, refused


def test_texts_are_read_as_the_options_of_the_job_say(bundles: Path) -> None:
    table = months_of("1").map(str)
    table["limit"] = "20.000,00"
    table["month"] = [f"{month[5:]}/28/{month[:4]}" for month in table["month"]]
    table.loc[1, "bill"] = "n/a"
    kept, refused = computed(table, bundles, TextStyle("comma", "point", "month_first", "words"))
    assert (kept, refused.num_rows) == ({"1": PLAIN | dict.fromkeys(["share_used_average", "share_paid"])}, 0)


def test_a_number_as_text_is_refused_where_columns_have_types(bundles: Path) -> None:
    kept, refused = computed(months_of("1").map(str), bundles, typed={"bill"})
    assert kept == {}
    assert {(row["field"], row["code"]) for row in refused.to_pylist()} == {("bill", "wrong_type")}


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
    kept, refused = computed(typed_months(bill=column), bundles)
    assert kept == {}
    assert {row["field"] for row in refused.to_pylist()} == {"bill"}


MONTH_TEXTS = {
    "days": "{}-30",
    "midnights, as pandas and a table of SQLite write them": "{}-30 00:00:00",
    "moments with a zone": "{}-30T23:59:59.999999+02:00",
    "moments in UTC": " {}-30 22:00:00Z ",
    "days as people write them": "30.{0[5]}{0[6]}.{0[0]}{0[1]}{0[2]}{0[3]}",
    "days and times as people write them": "30.{0[5]}{0[6]}.{0[0]}{0[1]}{0[2]}{0[3]} 14:30",
}


@pytest.mark.parametrize("kind", MONTH_TEXTS)
def test_a_date_as_text_is_the_month_that_it_shows(kind: str, bundles: Path) -> None:
    table = months_of("1")
    table["month"] = [MONTH_TEXTS[kind].format(month) for month in table["month"]]
    kept, refused = computed(table.map(str), bundles)
    assert (kept, refused.num_rows) == ({"1": PLAIN}, 0)


@pytest.mark.parametrize("zone", ["Europe/Warsaw", "America/New_York", "Asia/Tokyo", "+14:00", "-11:00", "UTC"])
@pytest.mark.parametrize("moment", ["first", "last"])
def test_a_timestamp_with_a_zone_is_in_the_month_of_that_zone(moment: str, zone: str, bundles: Path) -> None:
    starts = pd.PeriodIndex(months_of("1")["month"], freq="M").start_time
    local = starts + (pd.Timedelta(minutes=30) if moment == "first" else pd.Timedelta(days=30, hours=-0.5))
    zoned = pa.array(local.tz_localize(zone.replace("+14:00", "Etc/GMT-14").replace("-11:00", "Etc/GMT+11")))
    kept, refused = computed(typed_months(month=zoned.cast(pa.timestamp("us", tz=zone))), bundles)
    assert (kept, refused.num_rows) == ({"1": PLAIN}, 0)


@pytest.mark.parametrize("days", [2**31 - 1, -(2**31)])
def test_a_date_outside_of_the_calendar_refuses_its_client(days: int, bundles: Path) -> None:
    column = pa.array([days] * 6, pa.int32()).view(pa.date32())
    kept, refused = computed(typed_months(month=column), bundles)
    assert (kept, [row["code"] for row in refused.to_pylist()]) == ({}, ["invalid_month"])


def test_a_column_of_nulls_is_unknown_and_a_month_of_nulls_is_missing(bundles: Path) -> None:
    kept, refused = computed(typed_months(paid=pa.nulls(6)), bundles)
    assert (kept["1"]["last_payment"], refused.num_rows) == (None, 0)
    kept, refused = computed(typed_months(month=pa.nulls(6)), bundles)
    assert (kept, [row["code"] for row in refused.to_pylist()]) == ({}, ["missing_field"])


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
            indices = [row["place"] for row in bucket if row["key"] == key]
            assert indices == sorted(indices)
    held = [{row["key"] for row in bucket} for bucket in buckets]
    assert sum(map(len, held)) == len(set(keys))
