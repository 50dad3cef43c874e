"""Promises of the table of scored rows: each number is written as the page writes it, and stays a number."""

import datetime
from typing import Any, cast

import pyarrow as pa
import pytest

from demo.views.row_table import style_rows
from tests.support.demo_cards import ENGLISH, POLISH, card_of
from wire.cells.text_style import TextStyle

INPUTS: list[dict[str, Any]] = [
    {"name": "amount", "type": "number", "label": "Amount"},
    {"name": "count", "type": "integer"},
    {"name": "kind", "type": "category", "categories": [{"value": "a"}]},
]
PRICE = {"kind": "regression", "unit": "USD", "seen": [0.0, 20000.0]}
ROWS = {
    "row": [1, 1234],
    "value": [12345.67, 8.0],
    "low": [1000.4, None],
    "high": [20000.5, None],
    "amount": [1234.5, 0.25],
    "count": pa.array([1500, None], pa.int64()),
    "kind": ["a", None],
    "client": [100123, 100124],
    "rate": [1234.56789, float("nan")],
    "day": [datetime.date(2026, 11, 30), None],
}


def cells(card: Any, table: pa.Table, tr: Any) -> list[list[str]]:
    lines = style_rows(card, table, None, tr).hide(axis="index").hide(axis="columns").to_string(delimiter="|").splitlines()
    return [line.split("|") for line in lines]


@pytest.mark.parametrize(
    ("tr", "numbers"),
    [
        (ENGLISH, ["1", "12,346", "1,000", "20,000", "1,234.5", "1,500"]),
        (POLISH, ["1", "12 346", "1 000", "20 000", "1 234,5", "1 500"]),
    ],
    ids=["en", "pl"],
)
def test_the_answer_and_the_fields_are_written_in_the_format_of_the_page(tr: Any, numbers: list[str]) -> None:
    shown = cells(card_of(INPUTS, PRICE), pa.table(ROWS), tr)
    assert [cell.replace("\N{NO-BREAK SPACE}", " ") for cell in shown[0][:6]] == numbers
    assert shown[1][0].replace("\N{NO-BREAK SPACE}", " ") == numbers[3].replace("20", "1").replace("000", "234")


def test_a_key_has_no_signs_between_its_digits_and_another_number_has_all_its_digits() -> None:
    shown = cells(card_of(INPUTS, PRICE), pa.table(ROWS), POLISH)
    assert shown[0][7:9] == ["100123", "1\N{NO-BREAK SPACE}234,56789"]


@pytest.mark.parametrize(("tr", "shares"), [(ENGLISH, ["19.6%", "20%"]), (POLISH, ["19,6%", "20%"])], ids=["en", "pl"])
def test_a_probability_shows_on_which_side_of_a_threshold_it_lies(tr: Any, shares: list[str]) -> None:
    bands = [
        {"value": "good", "low": 0.0, "high": 0.2, "tone": "good"},
        {"value": "bad", "low": 0.2, "high": 1.0, "tone": "bad"},
    ]
    chance = {"kind": "classification", "labels": [{"value": "no"}, {"value": "yes"}], "focus": "yes", "bands": bands}
    table = pa.table({"row": [1, 2], "probability_yes": [0.1961, 0.2]})
    assert [line[1] for line in cells(card_of(INPUTS, chance), table, tr)] == shares


def test_the_numbers_stay_numbers_by_which_a_table_sorts_and_missing_ones_stay_missing() -> None:
    frame = cast(Any, style_rows(card_of(INPUTS, PRICE), pa.table(ROWS), None, POLISH)).data
    assert frame["value"].tolist() == [12345.67, 8.0]
    assert frame["count"].isna().tolist() == [False, True]
    assert frame["client"].dtype.kind == "i"


def test_the_cells_of_a_csv_that_are_numbers_of_a_field_are_written_as_numbers_in_the_format_of_the_page() -> None:
    table = pa.table({"row": [1, 2], "amount": ["1234,5", None], "count": ["1500", "zwei"], "kind": ["a", "a"]})
    styler = cast(Any, style_rows(card_of(INPUTS, PRICE), table, TextStyle("comma"), ENGLISH))
    shown = [
        line.split("|") for line in styler.hide(axis="index").hide(axis="columns").to_string(delimiter="|").splitlines()
    ]
    assert shown[0] == ["1", "1,234.5", "1500", "a"]
    assert shown[1][2] == "zwei", "a column with another word stays as it is in the file"
    assert styler.data["amount"].tolist()[0] == 1234.5
