"""Promises of wire/entity_keys.py: a key is text that any database, file and address can hold, or it is refused."""

import json
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire.entity_keys import NoKey, key_text

CODES = {"missing_field", "wrong_type", "too_long", "invalid_text"}
JSON = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=70) | st.lists(st.integers(), max_size=2)


@given(JSON)
def test_a_key_is_short_printable_text_or_refused_with_a_code(value: Any) -> None:
    code, key = "", ""
    try:
        key = key_text(value)
    except NoKey as fault:
        code = fault.code
    if not key:
        assert code in CODES
        return
    assert 1 <= len(key) <= 64
    assert "\x00" not in key
    assert key.encode("utf-8").decode("utf-8") == key
    assert key_text(key) == key


@given(st.integers(1 - 2**53, 2**53 - 1))
def test_a_whole_number_is_the_same_key_in_every_type(number: int) -> None:
    forms: list[Any] = [
        number,
        str(number),
        f" {number}\t",
        float(number),
        Decimal(number),
        Decimal(number).scaleb(-2).scaleb(2),
    ]
    forms += [np.int64(number), np.float64(number), Decimal(f"{number}.00")]
    if abs(number) < 10**15:
        forms += [f"{number}.0", f"{number}.00"]
    if abs(number) < 2**24:
        forms.append(np.float32(number))
    assert {key_text(form) for form in forms} == {str(number)}


@given(st.integers(-(10**60), 10**60))
def test_a_whole_number_and_its_digits_are_the_same_key(number: int) -> None:
    assert key_text(number) == key_text(str(number)) == json.dumps(number)


@pytest.mark.parametrize(
    "letters",
    ["17", "007", "ł", "a/b", "x" * 64, "O'Brien; DROP TABLE runs", "..", "007.0", "1.000", "17.5", "A.0", "-0.0", "1e3"],
)
def test_text_stays_as_it_is(letters: str) -> None:
    assert key_text(letters) == letters


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "  ",
        True,
        1.5,
        2.0**53,
        Decimal("0.5"),
        Decimal("sNaN"),
        Decimal("1E+99999"),
        [1],
        b"1",
        "x" * 65,
        "a\nb",
        "\ud800",
        "\x00",
        10**64,
        -(10**64),
    ],
)
def test_what_is_no_key_is_refused(value: Any) -> None:
    with pytest.raises(NoKey):
        key_text(value)
