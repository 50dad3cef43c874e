"""A data frame goes to another process as plain values, and is the same frame there."""

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model_worker.plain_columns import frame_of, plain_columns

TIMES = pd.DatetimeIndex([pd.Timestamp("2026-01-01"), pd.NaT, pd.Timestamp("2026-01-02 03:04:05.123456")])
FRAMES: dict[str, Any] = {
    "floats": [1.5, np.nan, 3e-300],
    "whole numbers": [1, -2, 2**53],
    "small floats": np.array([0.1, 0.2, 0.3], dtype=np.float32),
    "booleans": [True, False, True],
    "texts": ["a", None, "ć"],
    "objects": pd.Series(["x", None, 3], dtype=object),
    "categories": pd.Categorical(["u", None, "v"], categories=["v", "u"], ordered=True),
    "numbered categories": pd.Categorical([3, 1, 3]),
    "times": TIMES,
    "times with a zone": TIMES.tz_localize("UTC"),
    "whole numbers of pandas": pd.array([1, None, 3], dtype="Int64"),
    "booleans of pandas": pd.array([True, None, False], dtype="boolean"),
    "texts of pandas": pd.array(["a", None, "b"], dtype="string"),
    "pictures": pd.Series(list(np.arange(48, dtype=np.uint8).reshape(2, 4, 2, 3)), dtype=object),
    "vectors": pd.Series(list(np.array([[0.1, 3e-300], [-2, 5]])), dtype=object),
}


@pytest.mark.parametrize("name", FRAMES)
def test_a_column_of_every_type_arrives_as_it_was(name: str) -> None:
    frame = pd.DataFrame({name: FRAMES[name]})
    pd.testing.assert_frame_equal(frame_of(json.loads(json.dumps(plain_columns(frame)))), frame)


@given(st.lists(st.floats(allow_infinity=False), min_size=1))
def test_every_number_arrives_to_the_last_bit(numbers: list[float]) -> None:
    frame = pd.DataFrame({"x": np.array(numbers)})
    pd.testing.assert_frame_equal(frame_of(json.loads(json.dumps(plain_columns(frame)))), frame, check_exact=True)
