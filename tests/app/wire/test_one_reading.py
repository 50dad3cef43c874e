"""One value is read alike on every way into the product: JSON, CSV, Arrow, Parquet, xlsx, jobs, pipeline, client, page."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from service.bundles.bundle_opening import open_model
from service.bundles.registry import Registry
from service.errors import InvalidFile
from service.settings import Settings
from tests.support.every_field_type import MODEL, publish_every_type
from tests.support.every_way import MESSAGES, NO_TYPE, Spelling, Ways
from tests.support.row_files import ask, text_of, written
from tests.support.service_app import serve
from wire.cells.text_options import TextOptions

MISSING, YES, NO = "missing_field", True, False
SPELLINGS: dict[str, list[Spelling]] = {
    "weight": [
        Spelling(4.5, "4.5", 4.5),
        Spelling(4.5, " +4.50 ", 4.5),
        Spelling(1500, "1.5e3", 1500.0),
        Spelling(0.1, ".1", 0.1),
        Spelling(None, "", None, MISSING),
        Spelling(None, "  ", None, MISSING),
        Spelling(10**400, "1e999", float("inf"), "not_finite"),
        Spelling(-1, "-1", -1.0, "out_of_range"),
        Spelling("heavy", "heavy", NO_TYPE, "wrong_type"),
        Spelling(1500, "1 500", 1500.0),
        Spelling(1234.5, "1\u00a0234.5", 1234.5),
        Spelling(1500, "1\u202f500", 1500.0),
        Spelling("15 00", "15 00", NO_TYPE, "wrong_type"),
        Spelling("62%", "62%", NO_TYPE, "wrong_type"),
    ],
    "age": [
        Spelling(17, "17", 17.0),
        Spelling(17.0, "17.0", 17.0),
        Spelling(None, "", None),
        Spelling(99, "99", 99.0, "out_of_range"),
        Spelling(3.5, "3.5", 3.5, "wrong_type"),
        Spelling(1500.5, "1500.5", 1500.5, "wrong_type out_of_range"),
        Spelling("old", "old", NO_TYPE, "wrong_type"),
    ],
    "coat": [
        Spelling("short", "short", "short"),
        Spelling("very long", " very long ", "very long"),
        Spelling(None, "", None),
        Spelling(None, " ", None),
        Spelling("curly", "curly", "curly", "unknown_category"),
    ],
    "indoor": [
        Spelling(YES, "true", YES),
        Spelling(YES, "1", YES),
        Spelling(YES, " YES", YES),
        Spelling(NO, "No", NO),
        Spelling(NO, "0", NO),
        Spelling(None, "", None, MISSING),
        Spelling("perhaps", "perhaps", NO_TYPE, "wrong_type"),
        Spelling("2", "2", NO_TYPE, "wrong_type"),
    ],
    "born": [
        Spelling("2020-05-07", "2020-05-07", date(2020, 5, 7)),
        Spelling("2020-05-07", "7.5.2020", date(2020, 5, 7)),
        Spelling("2020-05-07", " 07.05.2020 ", datetime(2020, 5, 7, 23, 30)),
        Spelling("2020-05-07T00:00:00", "2020-05-07 00:00:00", datetime(2020, 5, 7)),
        Spelling("2020-05-07T00:00:00Z", "7.5.2020 0:00", date(2020, 5, 7)),
        Spelling("2020-05-07 00:00:00.000000+02:00", " 2020-05-07T00:00-0500 ", date(2020, 5, 7)),
        Spelling(None, "", None, MISSING),
        Spelling("2020-02-30", "30.02.2020", NO_TYPE, "wrong_type"),
        Spelling("2020-02-30T00:00:00", "30.02.2020 00:00", NO_TYPE, "wrong_type"),
        Spelling("2020-05-07T23:30:00", "2020-05-07 23:30:00", NO_TYPE, "wrong_type"),
        Spelling("2020-05-07T00:00:00.000000001Z", "7.5.2020 00:01", NO_TYPE, "wrong_type"),
        Spelling("05/07/2020", "05/07/2020", NO_TYPE, "wrong_type"),
    ],
    "seen": [
        Spelling("2020-05-07T14:30:00Z", "2020-05-07 14:30", datetime(2020, 5, 7, 14, 30, tzinfo=UTC)),
        Spelling("2020-05-07T14:30:00", "7.5.2020 14:30", datetime(2020, 5, 7, 14, 30, tzinfo=UTC)),
        Spelling("2020-05-07T14:30:00Z", "2020-05-07T16:30:00+0200", datetime(2020, 5, 7, 14, 30, tzinfo=UTC)),
        Spelling("2020-05-07", "07.05.2020", datetime(2020, 5, 7, tzinfo=UTC)),
        Spelling(None, "", None),
        Spelling("7.5.2020 25:00", "7.5.2020 25:00", NO_TYPE, "wrong_type"),
    ],
    "note": [
        Spelling("calm, and old", "calm, and old", "calm, and old"),
        Spelling(" ", " ", " ", MISSING),
        Spelling('He said "no"; 1,5', 'He said "no"; 1,5', 'He said "no"; 1,5'),
        Spelling(None, "", None, MISSING),
        Spelling("x" * 41, "x" * 41, "x" * 41, "too_long"),
    ],
}
GOOD = {name: [each for each in spellings if not each.codes] for name, spellings in SPELLINGS.items()}
ANY = st.sampled_from([(name, each) for name, spellings in SPELLINGS.items() for each in spellings])
ROWS = st.builds(
    lambda row, others: row | dict(others),
    st.fixed_dictionaries({name: st.sampled_from(spellings) for name, spellings in GOOD.items()}),
    st.lists(ANY, max_size=2),
)
"""Rows with at most two values that are refused."""


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish_every_type(tmp_path_factory.mktemp("every-type"))


@pytest.fixture(scope="module")
def app(bundle: Path) -> Iterator[TestClient]:
    yield from serve(Settings(), Registry.of([open_model(bundle)]))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("files")


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(row=ROWS, dialect=st.sampled_from([(",", "."), (";", "."), (";", ","), ("\t", ","), ("|", ".")]))
def test_a_row_has_one_reading_on_every_way(
    row: dict[str, Spelling], dialect: tuple[str, str], app: TestClient, bundle: Path, folder: Path
) -> None:
    check_every_way(Ways(row, app, bundle, folder), dialect)


PLAIN = {name: spellings[0] for name, spellings in GOOD.items()}
TENTHS = st.integers(-400, 400)
"""Tenths of an age; the card takes the whole numbers from 0 to 30."""


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tenths=TENTHS | TENTHS.map(lambda whole: whole // 10 * 10))
@example(tenths=305)
@example(tenths=-5)
@example(tenths=310)
def test_a_number_in_a_field_of_whole_numbers_has_the_same_codes_on_every_way(
    tenths: int, app: TestClient, bundle: Path, folder: Path
) -> None:
    codes = ["wrong_type"] * bool(tenths % 10) + ["out_of_range"] * (not 0 <= tenths <= 300)
    age = Spelling(tenths / 10, str(tenths / 10), tenths / 10, " ".join(codes))
    check_every_way(Ways(PLAIN | {"age": age}, app, bundle, folder), (",", "."))


@pytest.mark.parametrize(
    ("options", "cells"),
    [
        (
            TextOptions(thousands="point", dates="month_first", missing="words"),
            {"weight": "1.500,50", "age": "n/a", "coat": "NULL", "born": "05/07/2020", "seen": "5/7/2020 14:30"},
        ),
        (
            TextOptions(thousands="space", dates="day_first", missing="words"),
            {"weight": "1 500.50", "age": "-", "coat": "?", "born": "7/5/2020 0:00", "seen": "7/05/2020 14:30:00"},
        ),
    ],
)
def test_the_options_of_a_text_file_count_alike_on_every_way(
    options: TextOptions, cells: dict[str, str], app: TestClient, bundle: Path, folder: Path
) -> None:
    values = {"weight": 1500.5, "age": None, "coat": None, "born": "2020-05-07", "seen": "2020-05-07T14:30:00Z"}
    row = {name: Spelling(values[name], cell, NO_TYPE) for name, cell in cells.items()}
    ways = Ways(PLAIN | row, app, bundle, folder)
    expected = ways.by_client()
    assert expected[0] is not None
    cells = {name: spelling.cell for name, spelling in ways.row.items()}
    body = text_of(["id", *cells], [["1", *cells.values()]], ";")
    assert ways.by_file(body, "csv", options) == expected
    assert ways.by_job(body, "csv", options) == expected
    assert ways.by_pipeline(body, "csv", options) == (expected[0], "")
    assert ways.client.predict(MODEL, [ways.by_page(body, options, "csv")])["predictions"][0]["value"] == expected[0]


def test_a_number_as_text_in_a_file_with_types_is_refused_by_the_service_and_by_a_job(
    app: TestClient, bundle: Path, folder: Path
) -> None:
    ways = Ways(PLAIN, app, bundle, folder)
    table = ways.table()
    assert table is not None
    body = written(table.set_column(1, "weight", pa.array(["4.5"])), "parquet")
    answer = ask(app, MODEL, body, "parquet", "json")
    assert [(each["column"], each["code"]) for each in answer.json()["errors"]] == [("weight", "wrong_type")]
    with pytest.raises(InvalidFile, match="weight has another type"):
        ways.by_job(body, "parquet", TextOptions())


def check_every_way(ways: Ways, dialect: tuple[str, str]) -> None:
    row = ways.row
    expected = ways.by_client()
    codes = {(name, code) for name, spelling in row.items() for code in spelling.codes.split()}
    assert expected[1] == codes
    separator, sign = dialect
    options = {"csv": TextOptions("comma" if sign == "," else "point")}
    files = [("csv", ways.csv(separator, sign)), ("xlsx", ways.workbook(typed=False))]
    if (table := ways.table()) is not None:
        files += [("arrow", written(table, "arrow")), ("parquet", written(table, "parquet"))]
        if row["weight"].typed != float("inf"):
            files.append(("xlsx", ways.workbook(typed=True)))
    for kind, body in files:
        text = options.get(kind, TextOptions())
        assert ways.by_file(body, kind, text) == expected, kind
        if kind != "arrow":
            assert ways.by_job(body, kind, text) == expected, kind
            value, reason = ways.by_pipeline(body, kind, text)
            assert value == expected[0], (kind, reason)
            assert all(f"{name}: " in reason and MESSAGES[code] in reason for name, code in codes), reason
        if not codes:
            opened = ways.by_page(body, text, kind)
            assert ways.client.predict(MODEL, [opened])["predictions"][0]["value"] == expected[0], kind
            assert opened.keys() == row.keys()
