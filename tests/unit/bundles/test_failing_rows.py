"""Promises of the search for rows that a model cannot score: it names these rows, all of them and no others."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.bundles.failing_rows import find_failing_rows
from service.bundles.score_checks import Mask
from service.errors import ModelFailed
from service.rows.columns import Columns


class Model:
    """Raises for a batch that holds a 1, and calls a 2 invalid. It counts its calls."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, columns: Columns) -> Mask:
        self.calls += 1
        if (columns.numbers[:, 0] == 1).any():
            raise ModelFailed
        return np.asarray(columns.numbers[:, 0] == 2)


def columns_of(values: list[int]) -> Columns:
    return Columns(np.array(values, dtype=np.float64).reshape(-1, 1), {"text": [str(value) for value in values]})


@given(st.lists(st.sampled_from([0, 0, 0, 1, 2]), min_size=1, max_size=60))
def test_exactly_the_rows_that_raise_or_are_invalid_are_named(values: list[int]) -> None:
    assert find_failing_rows(Model(), columns_of(values)).tolist() == [value > 0 for value in values]


def test_invalid_rows_cost_one_call_and_a_raising_row_a_few() -> None:
    model = Model()
    find_failing_rows(model, columns_of([0, 2] * 8000))
    assert model.calls == 1
    model = Model()
    assert find_failing_rows(model, columns_of([0] * 9000 + [1] + [0] * 7000)).sum() == 1
    assert model.calls < 40


def test_a_model_that_always_raises_is_not_called_for_each_of_many_rows() -> None:
    model = Model()
    assert find_failing_rows(model, columns_of([1] * 16_000)).all()
    assert model.calls <= 2048


@pytest.mark.parametrize("mask", [True, False])
def test_selected_rows_keep_their_texts_and_warnings(mask: bool) -> None:  # noqa: FBT001 - a parameter of the test
    columns = Columns(np.arange(8.0).reshape(4, 2), {"text": list("abcd")}, warnings={1: [], 3: []})
    chosen = np.array([False, True, False, True]) if mask else np.array([3, 1])
    selected = columns.select(chosen)
    order = [1, 3] if mask else [3, 1]
    assert selected.numbers.tolist() == columns.numbers[order].tolist()
    assert selected.texts == {"text": ["abcd"[index] for index in order]}
    assert selected.warnings == {0: [], 1: []}
