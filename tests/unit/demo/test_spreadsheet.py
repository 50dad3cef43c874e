"""Promises of a table as CSV: it holds every column whatever its type, and no cell that a spreadsheet would run."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import openpyxl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as some

from demo.files.spreadsheet import (
    CsvDialect,
    dialect_of_file,
    dialect_of_language,
    to_csv,
    to_workbook,
    with_duration_texts,
)
from tabular.formula_cells import escape_formula
from wire.cells.text_style import TextStyle

PLAIN_NUMBER = re.compile(r"[+-]?([0-9]+([.,][0-9]*)?|[.,][0-9]+)([eE][+-]?[0-9]+)?")


def rows_of(table: pa.Table) -> list[list[str]]:
    return list(csv.reader(io.StringIO(to_csv(table).decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize(
    "cell",
    [
        *("=1+1", "+48 600 100 200", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "=", "-", "+", "-1\n", "--1"),
        *("-1,2,3", "\ufeff=1", "\u200b+1", "\xa0@SUM(A1)", "\x00-1+1", "\ufeff\u2060\x1b=1", "\u202e＝1", "\xad=1"),
        "\U000e0001=1",
    ],
)
def test_a_text_that_a_spreadsheet_would_run_gets_an_apostrophe(cell: str) -> None:
    assert escape_formula(cell) == f"'{cell}"
    assert rows_of(pa.table({"text": [cell]}))[1] == [f"'{cell}"]


@pytest.mark.parametrize(
    "cell", ["-3.5", "+3", "-3,5", "-1e-05", "-.5", "nice", "1=1", "", " =1", "'=1", "\ufeffnice", "a\u200b=1"]
)
def test_a_number_or_an_ordinary_text_stays_as_it_is(cell: str) -> None:
    assert escape_formula(cell) == cell
    assert rows_of(pa.table({"text": ["x", cell]}))[2] == [cell]


@given(
    some.lists(
        some.one_of(some.none(), some.text(some.sampled_from("=+-@\t\r\n1.,eE'x \"\ufeff\u200b\xa0")), some.text()),
        min_size=2,
    )
)
def test_the_cells_of_a_table_are_as_harmless_as_one_alone(cells: list[Any]) -> None:
    table = pa.table({"place": list(range(len(cells))), "text": pa.array(cells, pa.string())})
    for (_place, result), cell in zip(rows_of(table)[1:], cells, strict=True):
        assert result == ("" if cell is None else escape_formula(cell))
        assert PLAIN_NUMBER.fullmatch(result) or result[:1] not in set("=+-@\t\r\n")


def test_a_column_of_any_type_is_in_the_csv() -> None:
    table = pa.table(
        {
            "list": pa.array([["=1", "ż"], None]),
            "struct": pa.array([{"a": 1, "b": b"x", "c": datetime(2026, 1, 1, tzinfo=UTC)}, None]),
            "map": pa.array([[("a", 1)], None], pa.map_(pa.string(), pa.int64())),
            "bytes": pa.array([b"=\xff", None]),
            "words": pa.array(["=1", "x"]).dictionary_encode(),
            "large": pa.array(["=1", None], pa.large_string()),
            "view": pa.array(["=1", None], pa.string_view()),
            "decimal": [Decimal("-1.50"), None],
            "time": [datetime(2026, 1, 1, tzinfo=UTC), None],
            "span": [timedelta(1), None],
            "number": [-3.5, None],
            "truth": [True, None],
            "nothing": pa.nulls(2),
            "=1+1": [1, 2],
        }
    )
    head, first, second = rows_of(table)
    assert head == [*table.column_names[:-1], "'=1+1"]
    result = dict(zip(table.column_names, first, strict=True))
    assert result["list"] == '["=1", "ż"]'
    assert result["struct"].startswith('{"a": 1, "b": "eA==", "c": "2026-01-01 00:00:00')
    assert result["bytes"] == "Pf8="
    assert [result[name] for name in ("words", "large", "view")] == ["'=1"] * 3
    assert [result[name] for name in ("decimal", "number", "truth", "nothing", "=1+1")] == ["-1.50", "-3.5", "true", "", "1"]
    assert second[:4] == [""] * 4


def test_a_table_of_no_rows_has_its_first_line() -> None:
    assert rows_of(pa.table({"a": pa.array([], pa.list_(pa.int64())), "b": pa.array([], pa.string())})) == [["a", "b"]]


def test_a_csv_has_the_dialect_of_the_reader() -> None:
    table = pa.table(
        {
            "number": [0.5, None, 1e-05],
            "exact": [Decimal("1.50"), None, None],
            "whole": [1, 2, 3],
            "span": [timedelta(hours=26, minutes=30), None, timedelta(hours=2)],
            "text": ["a;b", "0.5", None],
        }
    )
    text = to_csv(table, CsvDialect(";", TextStyle("comma"))).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text, newline=""), delimiter=";")) == [
        ["number", "exact", "whole", "span", "text"],
        ["0,5", "1,50", "1", "26:30:00", "a;b"],
        ["", "", "2", "", "0.5"],
        ["0,00001", "", "3", "2:00:00", ""],
    ]


@pytest.mark.parametrize(
    ("recognised", "language", "separator", "decimal"),
    [
        ({"format": "csv", "separator": ";", "decimal": "comma"}, "en", ";", "comma"),
        ({"format": "csv", "separator": "tab", "decimal": "point"}, "pl", "\t", "point"),
        ({"format": "csv", "separator": "", "decimal": "point"}, "pl", ",", "point"),
        ({"format": "parquet"}, "pl", ";", "comma"),
        ({"format": "parquet"}, "en", ",", "point"),
    ],
)
def test_the_dialect_is_that_of_the_file_or_of_the_language(
    recognised: Any, language: str, separator: str, decimal: str
) -> None:
    dialect = dialect_of_file(recognised, language)
    assert (dialect.separator, dialect.style.decimal) == (separator, decimal)


def test_a_cell_of_a_saved_case_has_the_decimal_sign_of_the_dialect() -> None:
    polish = dialect_of_language("pl")
    assert [polish.cell(cell) for cell in (0.5, 3, None, "=1", "0.5")] == ["0,5", 3, None, "'=1", "0.5"]


def test_durations_have_one_text_in_the_table_of_the_page() -> None:
    table = with_duration_texts(pa.table({"span": [timedelta(hours=2), None], "number": [1, 2]}))
    assert table.to_pydict() == {"span": ["2:00:00", None], "number": [1, 2]}


def test_a_workbook_keeps_numbers_and_dates_and_runs_no_formula() -> None:
    table = pa.table(
        {
            "number": [0.5, None],
            "text": ["=1+1", "http://example.com"],
            "truth": [True, None],
            "time": pa.array([datetime(2026, 1, 1), None], pa.timestamp("ns")),
            "zoned": [datetime(2026, 1, 1, tzinfo=UTC), None],
            "list": pa.array([["a"], None]),
        }
    )
    sheet = openpyxl.load_workbook(io.BytesIO(to_workbook(table))).worksheets[0]
    head, first, second = sheet.iter_rows()
    assert [cell.value for cell in head] == table.column_names
    assert [cell.value for cell in first] == [0.5, "=1+1", True, datetime(2026, 1, 1), "2026-01-01 00:00:00+00:00", '["a"]']
    assert (first[1].data_type, second[1].hyperlink) == ("s", None)
