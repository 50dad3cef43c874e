"""Promises of the boxes for numbers, dates and texts: they show what is scored, and say why an entry is not accepted."""

from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as some

from client import Field
from demo.fields import field_types
from demo.fields.field_type import InvalidEntry
from demo.text.translation import Translation

ENGLISH, POLISH = Translation("en"), Translation("pl")
NO_BREAK = "\N{NO-BREAK SPACE}"
DAY: dict[str, Any] = {"name": "day", "type": "date", "minimum": "2020-01-01", "maximum": "2030-12-31"}
CARAT: dict[str, Any] = {"name": "carat", "type": "number", "minimum": 0.2, "maximum": 5.5, "step": 0.01, "unit": "ct"}
MONTHS: dict[str, Any] = {"name": "months", "type": "integer", "minimum": 0, "maximum": 8}
SHARE: dict[str, Any] = {"name": "share", "type": "number", "minimum": 0, "maximum": 2, "step": 0.01, "shown_as": "percent"}


def of(field: dict[str, Any], **more: Any) -> Any:
    return field_types.of(cast(Field, field | more))


@given(some.floats(0.2, 5.5), some.sampled_from([ENGLISH, POLISH]))
def test_the_box_of_a_number_shows_exactly_the_number_that_is_scored(value: float, tr: Translation) -> None:
    kind = of(CARAT)
    assert kind.from_widget(kind.to_widget(value, tr), 1.0, tr) == value
    assert kind.from_widget(kind.to_widget(value, tr), value, tr) is value


@given(some.floats(0, 2), some.sampled_from([ENGLISH, POLISH]))
def test_the_slider_of_a_share_shows_exactly_the_share_that_is_scored(value: float, tr: Translation) -> None:
    kind = of(SHARE)
    text = kind.to_widget(value, tr)
    assert kind.from_widget(text, 1.0, tr) == value
    options = kind._slider_options(text, tr)
    assert text in options
    assert len(options) == len(set(options)) <= 202


def test_a_number_has_the_decimals_of_its_step_or_more() -> None:
    assert of(CARAT).to_widget(0.7, POLISH) == "0,70"
    assert of(CARAT).to_widget(0.705, POLISH) == "0,705"
    assert of(MONTHS).to_widget(2, ENGLISH) == "2"
    assert of(SHARE).to_widget(0.705, POLISH) == "70,5%"
    assert of({"name": "x", "type": "number", "step": 500}).to_widget(1500.5, POLISH) == f"1{NO_BREAK}500,5"


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        (CARAT, "", f"This field cannot be empty. The value is 1.00{NO_BREAK}ct again."),
        (CARAT, "abc", f"“abc” is not a number. The value is 1.00{NO_BREAK}ct again."),
        (CARAT, "9", f"Allowed: 0.20{NO_BREAK}ct to 5.50{NO_BREAK}ct. The value is 1.00{NO_BREAK}ct again."),
        (MONTHS, "1.5", "“1.5” is not a whole number. The value is 1 again."),
        ({"name": "x", "type": "number", "minimum": 3, "step": 1}, "2", "Allowed: at least 3. The value is 1 again."),
        (
            {"name": "x", "type": "number", "maximum": 3, "seen": [0, 1]},
            "4",
            "Allowed: at most 3.00. The value is 1.00 again.",
        ),
        (SHARE, "300", "Allowed: 0% to 200%. The value is 100% again."),
    ],
)
def test_an_entry_that_is_not_accepted_leaves_the_value_and_says_why(
    field: dict[str, Any], typed: str, sentence: str
) -> None:
    with pytest.raises(InvalidEntry) as refused:
        of(field).from_widget(typed, 1, ENGLISH)
    assert str(refused.value) == sentence
    assert refused.value.value == 1


LIMIT: dict[str, Any] = {"name": "limit", "type": "integer", "minimum": 0, "maximum": 1_000_000, "unit": "NT$"}
BALANCE: dict[str, Any] = {"name": "balance", "type": "number", "maximum": 50_000, "step": 1}


@pytest.mark.parametrize(
    ("field", "typed", "tr", "value", "sentence"),
    [
        (LIMIT, "8.000", ENGLISH, 8, f"“8.000” was read as 8{NO_BREAK}NT$. For 8,000{NO_BREAK}NT$, type 8000."),
        (BALANCE, "-1.250", ENGLISH, -1.25, "“-1.250” was read as -1.25. For -1,250, type -1250."),
        (
            BALANCE,
            "12,345",
            POLISH,
            12.345,
            f"„12,345” odczytano jako 12,345. Jeśli to ma być 12{NO_BREAK}345, wpisz 12345.",
        ),
    ],
)
def test_a_number_that_may_be_thousands_says_how_it_was_read(
    field: dict[str, Any], typed: str, tr: Translation, value: float, sentence: str
) -> None:
    with pytest.raises(InvalidEntry) as remark:
        of(field).from_widget(typed, 5, tr)
    assert str(remark.value) == sentence
    assert remark.value.value == value


@pytest.mark.parametrize(
    ("field", "typed", "tr", "value"),
    [
        (CARAT, "1.234", ENGLISH, 1.234),
        (BALANCE, "0.705", ENGLISH, 0.705),
        (BALANCE, "12,345", ENGLISH, 12345),
        (BALANCE, "12.34", ENGLISH, 12.34),
        (BALANCE | {"step": 0.001}, "1.234", ENGLISH, 1.234),
        (BALANCE, "99.345", ENGLISH, 99.345),
    ],
    ids=[
        "too large as thousands",
        "no thousands",
        "groups of the page",
        "two decimals",
        "three decimals",
        "above the limit",
    ],
)
def test_a_number_with_one_meaning_is_read_without_a_word(
    field: dict[str, Any], typed: str, tr: Translation, value: float
) -> None:
    assert of(field).from_widget(typed, 5, tr) == value


def test_an_emptied_box_is_null_where_the_card_allows_it() -> None:
    kind = of(CARAT, nullable=True)
    assert kind.from_widget(" ", 1.0, ENGLISH) is None
    assert kind.to_widget(None, ENGLISH) == ""


def test_an_emptied_calendar_of_a_required_date_keeps_its_date() -> None:
    with pytest.raises(InvalidEntry) as refused:
        of(DAY).from_widget(None, "2026-11-29", ENGLISH)
    assert refused.value.value == "2026-11-29"


def test_a_text_above_the_limit_is_cut_and_the_reader_is_told() -> None:
    kind = of({"name": "remark", "type": "text"})
    assert kind.from_widget("x" * 2000, "", ENGLISH) == "x" * 2000
    with pytest.raises(InvalidEntry, match="longer than 2,000 characters") as refused:
        kind.from_widget("x" * 2001, "", ENGLISH)
    assert refused.value.value == "x" * 2000
