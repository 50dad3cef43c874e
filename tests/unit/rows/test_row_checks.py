"""Promises of service/rows/checks.py, against a second reading of the card, value by value."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import InvalidInput
from service.fields.integer import MAX_EXACT_INTEGER
from service.fields.number import MAX_FLOAT32
from service.rows.checks import MAX_ERRORS
from service.rows.fault_pointers import pointer
from service.schemas import Input, Row
from tests.support.row_values import CHECKS, GOOD, INPUTS, VALUES


def accepts(field: Input, value: Any) -> bool:
    """Say in plain words whether a field takes a value; the oracle of this file."""
    if value is None:
        return field.nullable
    if field.type == "boolean":
        return isinstance(value, bool)
    if field.type == "category":
        return isinstance(value, str) and value in [category.value for category in field.categories]
    if field.type == "text":
        return isinstance(value, str) and value.strip() != "" and len(value) <= field.max_length and "\ud800" not in value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    if field.type == "integer" and (value in (math.inf, -math.inf) or value != int(value)):
        return False
    widest = MAX_EXACT_INTEGER if field.type == "integer" else MAX_FLOAT32
    low = -widest if field.minimum is None else float(field.minimum)
    high = widest if field.maximum is None else float(field.maximum)
    return low <= value <= high


def refused(rows: list[Row]) -> set[str]:
    try:
        CHECKS.columns(rows)
    except InvalidInput as error:
        return {pointer(each) for each in error.faults}
    return set()


@given(st.lists(st.dictionaries(st.sampled_from(sorted(GOOD)), VALUES), min_size=1, max_size=4))
def test_values_within_the_card_are_accepted_and_all_others_are_named(changes: list[dict[str, Any]]) -> None:
    rows = [GOOD | change for change in changes]
    wrong = {
        f"/rows/{index}/{field.name}"
        for index, row in enumerate(rows)
        for field in INPUTS
        if not accepts(field, row[field.name])
    }
    assert refused(rows) == wrong


@given(
    st.sets(st.sampled_from(sorted(GOOD))),
    st.dictionaries(st.text(max_size=3).filter(lambda name: name not in GOOD), VALUES),
)
def test_missing_and_unknown_fields_are_each_named(missing: set[str], unknown: dict[str, Any]) -> None:
    row = {name: value for name, value in GOOD.items() if name not in missing} | unknown
    codes = {}
    try:
        CHECKS.columns([row])
    except InvalidInput as error:
        codes = {pointer(each).removeprefix("/rows/0/"): each.code for each in error.faults}
    needed = {field.name for field in INPUTS if not field.nullable}
    assert {name for name, code in codes.items() if code == "missing_field"} == missing & needed
    assert list(codes.values()).count("unknown_field") == len({name.replace("\ud800", "?") for name in unknown}) or unknown


@given(count=st.integers(0, 8), bounded=st.floats(-1, 10), grade=st.sampled_from("abc"), known=st.booleans())
def test_a_row_becomes_numbers_in_the_cards_order_with_warnings_where_it_is_unusual(
    count: int, bounded: float, grade: str, *, known: bool
) -> None:
    columns = CHECKS.columns([GOOD, GOOD | {"count": count, "bounded": bounded, "grade": grade, "known": known}])
    assert columns.numbers[1].tolist() == [1.5, bounded, count, "abc".index(grade), known]
    assert columns.texts == {"note": ["hi", "hi"]}
    expected = {
        ("bounded", "outside_training_range") if not 0 <= bounded <= 5 else None,
        ("count", "outside_training_range") if count > 6 else None,
        ("grade", "unseen_category") if grade == "c" else None,
    } - {None}
    assert {(each.field, each.code) for each in columns.warnings.get(1, [])} == expected
    assert 0 not in columns.warnings


def test_null_is_nan_for_a_number_and_empty_for_a_text() -> None:
    columns = CHECKS.columns([GOOD | {"count": None, "known": None}])
    assert math.isnan(columns.numbers[0, 2])
    assert math.isnan(columns.numbers[0, 4])


def test_a_nullable_field_may_be_left_out() -> None:
    row = {name: value for name, value in GOOD.items() if name not in {"count", "known"}}
    assert math.isnan(CHECKS.columns([row]).numbers[0, 2])


def test_an_answer_names_at_most_a_hundred_faults() -> None:
    with pytest.raises(InvalidInput) as raised:
        CHECKS.columns([GOOD | {"free": "x"}] * 1000)
    assert len(raised.value.faults) == MAX_ERRORS
    assert raised.value.detail == "1000 of 1,000 rows cannot be scored."


def test_zero_rows_give_empty_columns() -> None:
    assert len(CHECKS.columns([])) == 0
