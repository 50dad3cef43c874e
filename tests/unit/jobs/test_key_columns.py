"""Promises of the key column of a job: whatever its type, a row has the key that a request for it would name."""

from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.jobs.key_columns import key_texts, with_point
from wire.entity_keys import NoKey, key_text


@given(st.lists(st.integers(-(10**14), 10**14), min_size=1))
def test_a_whole_number_is_the_same_key_in_every_column_type(numbers: list[int]) -> None:
    digits = [str(number) for number in numbers]
    columns = [
        pa.array(numbers, pa.int64()),
        pa.array([float(number) for number in numbers], pa.float64()),
        pa.array([Decimal(number) for number in numbers], pa.decimal128(38, 2)),
        pa.array(digits, pa.string()),
        pa.array([f" {each}.0 " for each in digits], pa.large_string()),
        with_point(pa.array([f"{each},00" for each in digits], pa.string())),
    ]
    assert [key_texts(column) for column in columns] == [digits] * len(columns)


@given(st.text(max_size=70))
def test_a_text_is_the_key_that_a_request_names_with_it(text: str) -> None:
    try:
        column = pa.array([text], pa.string())
    except UnicodeEncodeError:  # half characters cannot be in a column
        return
    (key,) = key_texts(column)
    if isinstance(key, str):
        assert key == key_text(text)
        return
    with pytest.raises(NoKey) as reason:
        key_text(text)
    assert key.code == reason.value.code


@pytest.mark.parametrize("text", ["007,0", "1,000", "A,0", "17,5", "9999999999999999,0", "1,0,0"])
def test_another_comma_in_a_csv_stays_a_comma(text: str) -> None:
    assert with_point(pa.array([text])).to_pylist() == [text]


def test_a_float_too_coarse_for_its_whole_numbers_is_no_key() -> None:
    column = pa.array([2.0**24 - 1, 2.0**24], pa.float32())
    exact, coarse = key_texts(column)
    assert exact == str(2**24 - 1)
    assert isinstance(coarse, NoKey)
    assert coarse.code == "wrong_type"
