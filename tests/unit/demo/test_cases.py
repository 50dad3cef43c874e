"""Promises of a case: its start, and its form in the URL, whatever a URL says."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from demo.session import cases
from tests.support.demo_cards import EVERY_TYPE, card_of, values_of


@given(some.data())
def test_a_case_round_trips_through_the_url(data: some.DataObject) -> None:
    card = card_of(EVERY_TYPE)
    start = cases.start_case(card, next(iter(cases.get_start_rows(card))))
    start.row = {field["name"]: data.draw(values_of(field)) for field in card["inputs"]}
    decoded = cases.decode_case(card, cases.encode_case(card, start, "pl"))
    assert decoded.row == start.row
    assert decoded.rejected == []


@given(some.data())
def test_a_case_with_an_external_row_round_trips_through_the_url(data: some.DataObject) -> None:
    card = card_of(EVERY_TYPE)
    row = {field["name"]: data.draw(values_of(field)) for field in card["inputs"]}
    opened = cases.case_from_row(card, row)
    decoded = cases.decode_case(card, cases.encode_case(card, opened, "pl"))
    assert (decoded.start, decoded.start_row, decoded.row) == (cases.EXTERNAL, row, row)
    assert not decoded.changed()


@given(some.dictionaries(some.text(max_size=8), some.text(max_size=60)))
def test_no_url_gives_a_value_that_the_card_forbids(parameters: dict[str, str]) -> None:
    card = card_of(EVERY_TYPE)
    row = cases.decode_case(card, parameters).row
    assert list(row) == [field["name"] for field in card["inputs"]]
    assert 0 <= row["model"] <= 9
    assert 0 <= row["share"] <= 1
    assert row["start"] in {"null", "b", '"'}


@pytest.mark.parametrize(
    "name",
    [
        *("model", "lang", "start", "embed", "embed_options", "_start", "__x"),
        pytest.param("EMBED"),
    ],
)
def test_a_field_may_have_any_name_even_a_reserved_one(name: str) -> None:
    card = card_of([{"name": name, "type": "integer", "default": 1}])
    case = cases.start_case(card, "default")
    case.row[name] = 7
    parameters = cases.encode_case(card, case, "en")
    kept = {key: text for key, text in parameters.items() if key.lower() not in {"embed", "embed_options"}}
    assert cases.decode_case(card, kept).row == {name: 7}, "Streamlit hides embed and embed_options, whatever their case"


@pytest.mark.parametrize(
    "text",
    ["abc", "", "NaN", "inf", "1e400", "9" * 5000, "0x10", "1_000", "10", "-1", "1.5", " 1", "1\n", "null"],
)
def test_an_invalid_number_in_the_url_is_reported_and_left_out(text: str) -> None:
    card = card_of([{"name": "months", "type": "integer", "minimum": 0, "maximum": 8, "default": 2}])
    decoded = cases.decode_case(card, {"months": text})
    assert decoded.row == {"months": 2}
    assert len(decoded.rejected) == 1
    assert decoded.rejected[0].startswith("months=")
    assert len(decoded.rejected[0]) <= 40


def test_an_invalid_link_reports_which_parameters_were_rejected() -> None:
    field = {"name": "cut", "type": "category", "categories": [{"value": "Fair"}], "default": "Fair"}
    card = card_of([field, {"name": "remark", "type": "text", "max_length": 5, "default": ""}])
    decoded = cases.decode_case(card, {"cut": "Odd", "remark": "too long", "colour": "D", "start": "nobody"})
    assert decoded.row == {"cut": "Fair", "remark": ""}
    assert sorted(decoded.rejected) == ["colour=D", "cut=Odd", "remark=too long", "start=nobody"]


TWO_FIELDS: list[dict[str, Any]] = [
    {"name": "a", "type": "integer", "default": 1},
    {"name": "b", "type": "integer", "default": 1},
]


def test_the_url_holds_the_start_with_its_version_and_every_value() -> None:
    card = card_of(TWO_FIELDS)
    case = cases.start_case(card, "default")
    case.row["b"] = 2
    link = {"model": "fifth", "lang": "pl", "start": "default@v1", "a": "1", "b": "2"}
    assert cases.encode_case(card, case, "pl") == link
    decoded = cases.decode_case(card, link)
    assert (decoded.start, decoded.changed(), decoded.rejected) == ("default", ["b"], [])


def test_a_link_of_another_version_keeps_its_values_and_says_its_version() -> None:
    before = card_of(TWO_FIELDS, version="0123456789", real_rows=[{"a": 3, "b": 4}])
    after = card_of(TWO_FIELDS, version="9876543210", real_rows=[{"a": 30, "b": 40}])
    link = cases.encode_case(before, cases.start_case(before, "real-1"), "en")
    assert link["start"] == "real-1@01234567"
    decoded = cases.decode_case(after, link)
    assert decoded == cases.Case(cases.EXTERNAL, {"a": 3, "b": 4}, {"a": 3, "b": 4}, [], "01234567")
    again = cases.encode_case(after, decoded, "en")
    assert cases.decode_case(after, again) == decoded, "until another case starts"
    assert cases.encode_case(after, cases.start_case(after, "real-1"), "en")["start"] == "real-1@98765432"


def test_a_start_that_was_removed_from_the_model_is_no_fault_of_a_link_of_another_version() -> None:
    card = card_of(TWO_FIELDS)
    assert cases.decode_case(card, {"start": "gone@v0", "a": "5"}).rejected == []
    assert cases.decode_case(card, {"start": "gone@v1", "a": "5"}).rejected == ["start=gone"]


def test_a_start_may_have_an_at_sign_in_its_name() -> None:
    card = card_of(TWO_FIELDS, examples=[{"name": "me@home", "row": {"a": 7}}])
    for start in ("me@home", "me@home@v1"):
        decoded = cases.decode_case(card, {"start": start})
        assert (decoded.start, decoded.row) == ("me@home", {"a": 7, "b": 1})


def test_a_case_starts_from_an_example_else_from_typical_values() -> None:
    inputs: list[dict[str, Any]] = [
        {"name": "months", "type": "integer", "seen": [0, 8]},
        {"name": "sure", "type": "boolean"},
    ]
    assert next(iter(cases.get_start_rows(card_of(inputs)).values())) == {"months": 4, "sure": False}
    named = card_of(inputs, examples=[{"name": "late", "row": {"months": 3}}], real_rows=[{"months": 1, "sure": True}])
    assert list(cases.get_start_rows(named)) == ["late", "real-1"]
    assert cases.start_case(named, "late").row == {"months": 3, "sure": False}
