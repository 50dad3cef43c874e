"""Promises of numbers that people type: what a box shows is the number that it means, in the format of the page."""

import contextlib
import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from demo.text.number_text import format_exactly, join_unit, parse_number
from demo.text.translation import Translation

LANGUAGES = [Translation("en"), Translation("pl")]
ENGLISH, POLISH = LANGUAGES
NO_BREAK = "\N{NO-BREAK SPACE}"
languages = some.sampled_from(LANGUAGES)


@given(some.floats(allow_nan=False, allow_infinity=False), languages)
@example(0.705, POLISH)
@example(1e20, ENGLISH)
@example(1.2345678901234567e20, ENGLISH)
@example(5e-324, POLISH)
@example(-0.0, ENGLISH)
def test_a_number_is_read_back_exactly_from_its_text(value: float, tr: Translation) -> None:
    assert float(parse_number(format_exactly(value, tr), tr)) == value


@given(some.integers(-(10**20), 10**20), languages)
def test_a_whole_number_is_read_back_as_a_whole_number(value: int, tr: Translation) -> None:
    number = parse_number(format_exactly(value, tr), tr)
    assert number == value
    assert isinstance(number, int)


@given(some.floats(-1e6, 1e6), languages)
@example(0.705, POLISH)
@example(1.1, ENGLISH)
def test_a_share_is_read_back_exactly_from_its_percentage(value: float, tr: Translation) -> None:
    assert float(parse_number(format_exactly(value, tr, percent=True), tr, percent=True)) == value


@given(some.decimals(-(10**9), 10**9, places=3).map(float), some.integers(0, 3), languages)
def test_a_number_that_the_page_writes_elsewhere_is_read_as_the_same_number(
    value: float, decimals: int, tr: Translation
) -> None:
    shown = round(value, decimals)
    assert parse_number(tr.number(shown, decimals), tr) == shown


@given(some.decimals(-(10**9), 10**9, places=2).map(float), languages)
def test_a_box_writes_a_number_as_the_rest_of_the_page_does(value: float, tr: Translation) -> None:
    assert format_exactly(value, tr, min_decimals=2).replace("-", "") == tr.number(abs(value), 2)


@given(some.integers(0, 10**6), languages)
def test_a_box_writes_a_percentage_as_the_rest_of_the_page_does(value: int, tr: Translation) -> None:
    assert format_exactly(value / 100, tr, percent=True) == tr.percent(value / 100)


@pytest.mark.parametrize(
    ("text", "tr", "number"),
    [
        ("1500,50", POLISH, 1500.5),
        ("1 500,50", POLISH, 1500.5),
        (f"1{NO_BREAK}500,50", POLISH, 1500.5),
        ("1\N{NARROW NO-BREAK SPACE}500", POLISH, 1500),
        ("0,705", POLISH, 0.705),
        ("0.705", POLISH, 0.705),
        ("1500.50", POLISH, 1500.5),
        ("1 500.505", POLISH, 1500.505),
        ("1,500.50", ENGLISH, 1500.5),
        ("1,500", ENGLISH, 1500),
        ("1 500", ENGLISH, 1500),
        ("1500,50", ENGLISH, 1500.5),
        ("0,705", ENGLISH, 0.705),
        ("12,5", ENGLISH, 12.5),
        (" +2.50 ", ENGLISH, 2.5),
        ("\N{MINUS SIGN}4", ENGLISH, -4),
        (".5", ENGLISH, 0.5),
        (",5", POLISH, 0.5),
        ("5,", POLISH, 5),
        ("1,5E-7", POLISH, 1.5e-7),
        ("007", ENGLISH, 7),
    ],
)
def test_a_typed_number_is_read_in_the_format_of_the_page(text: str, tr: Translation, number: float) -> None:
    assert parse_number(text, tr) == number


@pytest.mark.parametrize(("text", "share"), [("70", 0.7), ("70%", 0.7), ("70,5 %", 0.705), ("0,7", 0.007)])
def test_a_typed_percentage_is_read_with_and_without_its_sign(text: str, share: float) -> None:
    assert parse_number(text, POLISH, percent=True) == share


@pytest.mark.parametrize("tr", LANGUAGES, ids=["en", "pl"])
@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "-", ",", ".", "abc", "1 50", "1,50,00", "1.500.000,5,5", "1,500 500", "0,500,000", "nan", "inf"),
        *("1e400", "1_000", "0x10", "१", "1\n2", "--1", "1-2", "9" * 61, "50%", "1e", "e5", "1'500"),
    ],
)
def test_a_text_that_is_no_number_is_refused(text: str, tr: Translation) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - that is all it says
        parse_number(text, tr)


@pytest.mark.parametrize("text", ["1.500", "-12.345", "999.000"])
def test_a_point_that_may_separate_thousands_is_not_guessed_in_polish(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - that is all it says
        parse_number(text, POLISH)


@given(some.text(max_size=12), languages)
def test_any_text_is_a_finite_number_or_refused(text: str, tr: Translation) -> None:
    with contextlib.suppress(ValueError):
        assert math.isfinite(parse_number(text, tr))


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [("61.8", "%", "61.8%"), ("61,8", "%", "61,8%"), ("0.7", "ct", "0.7\N{NO-BREAK SPACE}ct"), ("5", "", "5")],
)
def test_a_per_cent_sign_stands_directly_after_its_number_and_another_unit_after_a_space(
    text: str, unit: str, expected: str
) -> None:
    assert join_unit(text, unit) == expected
