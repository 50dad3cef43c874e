"""Promises of dates and moments: whatever form a caller sends, the model gets the days since 1970-01-01, checked with `datetime`."""

import itertools
import math
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from demo.text.translation import Translation
from service.errors import BrokenBundle, Fault, InvalidFile
from service.fields.date import DateType
from service.fields.date_time import DateTimeType
from service.fields.field_type import ParsedColumn
from service.fields.lookup import type_of
from service.schemas import Input
from wire.cells.text_style import DateOrder, TextStyle

DAY = DateType(Input(name="day", type="date"))
MOMENT = DateTimeType(Input(name="at", type="datetime"))
EPOCH = datetime(1970, 1, 1)
ZONES = st.sampled_from([None, UTC, timezone(timedelta(hours=5, minutes=45)), timezone(-timedelta(hours=11))])
FORMS = {None: "%d.%m.%Y", "day_first": "%d/%m/%Y", "month_first": "%m/%d/%Y"}
DAYS = st.dates(date(1, 1, 1), date(9999, 12, 31))
MOMENTS = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30))


def days_of(moment: datetime) -> float:
    """Return days since 1970 in UTC, to the millisecond; the oracle of this file."""
    if moment.tzinfo:
        moment = moment.replace(tzinfo=None) - (moment.utcoffset() or timedelta())
    ms = (moment - EPOCH) // timedelta(milliseconds=1)
    return ms / 86_400_000


def only(column: ParsedColumn) -> float:
    assert not column.wrong.any()
    assert not column.null.any()
    return float(column.values[0])


def refused(column: ParsedColumn) -> bool:
    return bool(column.wrong.all()) and not column.null.any()


@given(DAYS)
def test_a_day_is_the_same_number_from_json_csv_arrow_and_parquet_types(day: date) -> None:
    expected = float((day - date(1970, 1, 1)).days)
    result = {
        DAY.number(day.isoformat()),
        only(DAY.parse_text(pa.array([day.isoformat()]), TextStyle())),
        only(DAY.parse_text(pa.array([f" {day.day}.{day.month}.{day.year:04} "]), TextStyle())),
        only(DAY.parse_arrow(pa.array([day.isoformat()]))),
        only(DAY.parse_arrow(pa.array([day], pa.date32()))),
        only(DAY.parse_arrow(pa.array([day], pa.date64()))),
        only(DAY.parse_arrow(pa.array([datetime(day.year, day.month, day.day, 23, 59)], pa.timestamp("us")))),
        only(MOMENT.parse_arrow(pa.array([day], pa.date32()))),
        MOMENT.number(day.isoformat()),
    }
    assert result == {expected}
    assert float(np.float32(expected)) == expected
    assert DAY.value(expected) == day.isoformat()


@given(MOMENTS, ZONES, st.sampled_from(["T", " "]))
def test_a_moment_is_the_same_number_from_json_csv_arrow_and_parquet_types(
    moment: datetime, zone: Any, between: str
) -> None:
    aware = moment.replace(tzinfo=zone)
    text = aware.isoformat(between)
    expected = days_of(aware)
    stored = pa.array([aware], pa.timestamp("us", tz="UTC") if zone else pa.timestamp("us"))
    result = {
        MOMENT.number(text),
        only(MOMENT.parse_text(pa.array([text]), TextStyle())),
        only(MOMENT.parse_arrow(pa.array([text]))),
        only(MOMENT.parse_arrow(stored)),
    }
    assert result == {expected}
    again = datetime.fromisoformat(MOMENT.value(expected))
    assert again.utcoffset() == timedelta()
    assert days_of(again) == expected


@given(
    st.integers(-(2**63), 2**63 - 1), st.sampled_from(["s", "ms", "us", "ns"]), st.sampled_from([None, "UTC", "Asia/Tokyo"])
)
@example(-(2**63), "s", "Asia/Tokyo")
@example(2**63 - 1, "ns", None)
def test_any_timestamp_is_a_moment_or_outside_of_the_calendar(count: int, unit: Any, zone: str | None) -> None:
    a_second = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[unit]
    column = MOMENT.parse_arrow(pa.array([count], pa.timestamp(unit, tz=zone)))
    try:
        moment = EPOCH + timedelta(seconds=count // a_second, microseconds=count % a_second * 10**6 // a_second)
    except OverflowError:
        assert not MOMENT.min_number <= only(column) <= MOMENT.max_number
    else:
        assert only(column) == days_of(moment)
    day = only(DAY.parse_arrow(pa.array([count], pa.timestamp(unit, tz=zone))))
    assert abs(day - only(column)) <= 1.5 + 1e-12 * abs(day)


@given(
    st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1)),
    st.sampled_from(["Europe/Warsaw", "America/New_York", "Asia/Tokyo"]),
)
def test_a_timestamp_with_a_zone_is_the_day_in_that_zone(moment: datetime, zone: str) -> None:
    stored = pa.array([moment.replace(tzinfo=UTC)], pa.timestamp("ms", tz=zone))
    local = moment.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).date()
    assert DAY.value(only(DAY.parse_arrow(stored))) == local.isoformat()


@given(
    st.dates(date(1950, 1, 1), date(2100, 1, 1)),
    st.sampled_from(["Europe/Warsaw", "America/New_York", "Asia/Kolkata", "America/Santiago", "Pacific/Kiritimati"]),
    st.sampled_from([-1, 0, 1]),
    st.sampled_from(["s", "ms", "us", "ns"]),
)
@example(date(2059, 9, 19), "America/New_York", 0, "ms")  # the sum of days as floats is just below the day
def test_the_last_second_before_midnight_and_midnight_in_a_zone_are_two_days(
    day: date, zone: str, seconds: int, unit: Any
) -> None:
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    moment = midnight + timedelta(seconds=seconds)
    stored = pa.array([moment], pa.timestamp("s", tz=zone)).cast(pa.timestamp(unit, tz=zone))
    assert DAY.value(only(DAY.parse_arrow(stored))) == moment.astimezone(ZoneInfo(zone)).date().isoformat()


@given(DAYS, st.sampled_from([None, "day_first", "month_first"]))
def test_a_date_with_slashes_is_read_only_as_the_file_says(day: date, order: DateOrder | None) -> None:
    numbers = {"day": f"{day.day:02}", "month": f"{day.month:02}", "year": f"{day.year:04}"}
    day_first, month_first = "{day}/{month}/{year}".format(**numbers), "{month}/{day}/{year}".format(**numbers)
    if order is None:
        for text in (day_first, month_first):
            column = DAY.parse_text(pa.array([text]), TextStyle())
            assert refused(column)
            assert "?dates=day_first" in column.messages[0]
        return
    text = day_first if order == "day_first" else month_first
    assert DAY.value(only(DAY.parse_text(pa.array([text]), TextStyle(dates=order)))) == day.isoformat()
    dotted = text.replace("/", ".")
    assert DAY.value(only(DAY.parse_text(pa.array([dotted]), TextStyle(dates=order)))) == day.isoformat()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("31.12.2026 14:30", "2026-12-31T14:30:00Z"),
        ("1.2.2026 4:05:06", "2026-02-01T04:05:06Z"),
        ("31.12.2026", "2026-12-31T00:00:00Z"),
        ("2026-12-31T14:30:15.123456789+01:00", "2026-12-31T13:30:15.123Z"),
        ("2026-12-31t14:30z", "2026-12-31T14:30:00Z"),
    ],
)
def test_a_moment_in_a_text_file_is_read_as_people_write_it(text: str, expected: str) -> None:
    assert MOMENT.value(only(MOMENT.parse_text(pa.array([text]), TextStyle()))) == expected


NO_DATES = [
    "",
    " ",
    "2026-02-29",
    "2100-02-29",
    "2026-13-01",
    "2026-11-31",
    "20261129",
    "2026-W48-7",
    "26-11-29",
    "x",
    "NaT",
    "2026-11-29T00:01",
    "2026-02-29T00:00",
    "2026-11-29T24:00:00",
    "2026-11-29T00:00:00.0000000001",
    "2026-11-29T00:00+99:00",
    "2026-11-29T",
    "٢٠٢٦-١١-٢٩",
    "2026-11-29\n",
    "�",
    "2026-11-2�",
    "+2026-11-29",
    "0000-01-01",
]
NO_MOMENTS = [
    "",
    "2026-02-29T10:00",
    "2026-11-29T24:00",
    "2026-11-29T14:30:60",
    "2026-11-29T14",
    "2026-11-29T14:30+25:00",
    "2026-11-29_14:30",
    "2026-11-29T14:30:00.",
    "2026-11-29T14:30:00.1234567890",
    "�2026",
    "2026-11-29T14:30�",
    "14:30",
    "2026-11-29T14:30Europe/Warsaw",
]


@pytest.mark.parametrize(("kind", "text"), [(DAY, text) for text in NO_DATES] + [(MOMENT, text) for text in NO_MOMENTS])
def test_a_text_that_is_not_a_date_is_refused_with_a_code_and_an_example(kind: DateType, text: str) -> None:
    faults: list[Fault] = []
    assert list(kind.encode([text], faults)) == [None]
    assert [(fault.code, fault.row) for fault in faults] == [("wrong_type", 0)]
    assert "2026-11-29" in faults[0].message
    with pytest.raises(ValueError, match="Expected"):
        kind.encode_quick([text])
    if "\ud800" not in text:
        assert refused(kind.parse_arrow(pa.array([text])))


@given(st.text(max_size=30) | st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9:.+Z-]{0,12})?", fullmatch=True))
def test_any_text_is_a_value_or_refused(text: str) -> None:
    for kind in (DAY, MOMENT):
        faults: list[Fault] = []
        (number,) = kind.encode([text], faults)
        assert (number is None) == bool(faults)
        if number is not None and kind.min_number <= number <= kind.max_number:
            assert kind.number(kind.value(number)) == number


def test_a_leap_day_and_the_ends_of_the_calendar_are_dates() -> None:
    for text in ("2024-02-29", "2000-02-29", "0001-01-01", "9999-12-31"):
        assert DAY.value(DAY.number(text)) == text
    assert (DAY.value(DAY.min_number), DAY.value(DAY.max_number)) == ("0001-01-01", "9999-12-31")
    assert MOMENT.value(MOMENT.max_number) == "9999-12-31T23:59:59.999Z"
    assert MOMENT.number("9999-12-31T23:59-14:00") > MOMENT.max_number
    assert MOMENT.number("0001-01-01T00:00+14:00") < MOMENT.min_number


@pytest.mark.parametrize(
    "array", [pa.array([1]), pa.array([1.5]), pa.array([True]), pa.array([timedelta(1)]), pa.array([b"x"])]
)
def test_a_column_of_another_type_refuses_the_file(array: pa.Array) -> None:
    with pytest.raises(InvalidFile) as caught:
        DAY.parse_arrow(array)
    assert caught.value.faults[0].code == "wrong_type"
    with pytest.raises(InvalidFile):
        DAY.parse_arrow(pa.array([datetime(2026, 1, 1)], pa.timestamp("s", tz="Nowhere/Else")))


def test_nulls_stay_nulls_in_every_source() -> None:
    for array in (
        pa.nulls(2),
        pa.nulls(2, pa.string()),
        pa.nulls(2, pa.date32()),
        pa.nulls(2, pa.timestamp("ns", tz="UTC")),
    ):
        for kind in (DAY, MOMENT):
            column = kind.parse_arrow(array)
            assert column.null.all()
            assert not column.wrong.any()
            assert np.isnan(column.values).all()


def test_limits_of_a_card_are_dates_and_nothing_else() -> None:
    field = DateType(
        Input(name="day", type="date", minimum="2020-02-29", maximum="2026-01-01", seen=("2020-03-01", "2025-01-01"))
    )
    assert (field.min_number, field.max_number) == (18321.0, 20454.0)
    assert field.range_fault(0.0).message == "Expected a date from 2020-02-29 to 2026-01-01."
    assert field.json_schema()["format"] == "date"
    for wrong in (5, "yesterday", "2026-02-30"):
        with pytest.raises(BrokenBundle, match="limit"):
            type_of(Input(name="day", type="date", minimum=wrong))
    with pytest.raises(BrokenBundle, match="limit"):
        type_of(Input(name="size", type="number", minimum="2026-01-01"))


@pytest.mark.parametrize(("low", "high", "step"), [("2026-01-05", "2026-02-10", 1), ("2026-01-01", "2026-09-20", 7)])
def test_short_ranges_step_by_day_and_longer_ones_by_week(low: str, high: str, step: int) -> None:
    numbers = DAY.grid(DAY.number(low), DAY.number(high)).even(41)
    assert set(np.diff(numbers)) == {step}
    assert low <= DAY.value(numbers[0]) <= DAY.value(numbers[-1]) <= high
    assert DAY.number(low) > numbers[0] - step
    assert DAY.number(high) < numbers[-1] + step
    if step == 7:
        assert {date.fromisoformat(DAY.value(number)).isoweekday() for number in numbers} == {1}


@given(DAYS, DAYS, st.integers(2, 201))
def test_a_grid_has_at_most_the_requested_dates_and_long_ranges_step_by_month(one: date, other: date, points: int) -> None:
    low, high = sorted((one, other))
    numbers = DAY.grid(DAY.number(low.isoformat()), DAY.number(high.isoformat())).even(points)
    days = [date.fromisoformat(DAY.value(number)) for number in numbers]
    assert len(days) <= points
    assert days == sorted(set(days))
    assert all(low <= day <= high for day in days)
    if (high - low).days >= 7 * (points + 1):
        assert {day.day for day in days} <= {1}
        months = {(later.year - day.year) * 12 + later.month - day.month for day, later in itertools.pairwise(days)}
        assert len(months) <= 1
    if (high - low).days < points:
        assert len(days) == (high - low).days + 1


def test_a_range_of_hours_steps_inside_the_day() -> None:
    grid = MOMENT.grid(MOMENT.number("2026-11-29T08:00"), MOMENT.number("2026-11-29T18:00"))
    assert [MOMENT.value(number) for number in grid.even(11)] == [f"2026-11-29T{hour:02}:00:00Z" for hour in range(8, 19)]


@pytest.mark.parametrize(
    ("kind", "value", "english", "polish"),
    [
        (DAY, "2026-11-29", "November 29, 2026", "29 listopada 2026"),
        (DAY, "0001-05-01", "May 1, 1", "1 maja 1"),
        (MOMENT, "2026-11-29T14:30+01:00", "Nov 29, 2026, 13:30 UTC", "29 lis 2026, 13:30 UTC"),
        (DAY, None, "not known", "nieznane"),
    ],
)
def test_a_date_is_worded_in_the_language_of_the_reader(kind: DateType, value: Any, english: str, polish: str) -> None:
    assert (kind.text(value, "en"), kind.text(value, "pl")) == (english, polish)


@pytest.mark.parametrize("language", ["en", "pl"])
@given(moment=st.datetimes(datetime(1000, 1, 1), datetime(9999, 12, 30)))
def test_a_date_is_worded_as_the_pages_of_the_demo_write_it(language: Any, moment: datetime) -> None:
    tr = Translation(language)
    assert DAY.text(moment.date().isoformat(), language) == tr.date(moment.date().isoformat())
    assert MOMENT.text(moment.isoformat(), language) == f"{tr.day_and_time(moment)} UTC"


def test_training_values_of_every_kind_are_the_same_days() -> None:
    days = ["2026-11-29", "2024-02-29"]
    series: list[Any] = [
        pd.Series([*days, None], dtype=object),
        pd.to_datetime(pd.Series([*days, None])),
        pd.Series([*map(date.fromisoformat, days), None], dtype=object),
        pd.Series([20786.0, 19782.0, math.nan]),
        pd.to_datetime(pd.Series([*days, None])).dt.tz_localize("Asia/Tokyo"),
    ]
    for values in series:
        numbers = DAY.training_numbers(values)
        assert numbers[:2].tolist() == [20786.0, 19782.0]
        assert np.isnan(numbers[2])
        assert [DAY.value_of_training(value) for value in values.tolist()] == [*days, None]
    described = DAY.describe(np.array([20786.0, 19782.0, math.nan, 20000.0]))
    assert (described.seen, described.default) == (("2024-02-29", "2026-11-29"), "2024-10-04")
