"""Promises of the split: every row is in one part, near copies stay together, and the split is the same each time."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.publishing.data_split import LabelledRows, Split, split_rows


def split(rows: int, groups: list[int] | None = None, calibrate: float = 0.0) -> Split:
    fields = pd.DataFrame({"row": range(rows)})
    numbers = None if groups is None else np.array(groups)
    return split_rows(fields, np.arange(rows) * 10, pd.DataFrame({"id": range(rows)}), groups=numbers, calibrate=calibrate)


def parts(result: Split) -> list[LabelledRows]:
    return [result.train, result.calibrate, result.test]


def test_a_fifth_is_for_the_test_and_the_named_share_for_the_intervals() -> None:
    result = split(20_000, calibrate=0.1)
    assert [len(part) / 20_000 for part in parts(result)] == pytest.approx([0.7, 0.1, 0.2], abs=0.01)
    assert len(split(100).calibrate) == 0


@given(st.integers(1, 300), st.sampled_from([0.0, 0.1, 0.5]))
def test_every_row_is_in_one_part_beside_its_own_truth(rows: int, calibrate: float) -> None:
    result = parts(split(rows, calibrate=calibrate))
    assert sorted(row for part in result for row in part.fields["row"]) == list(range(rows))
    for part in result:
        assert (part.truth == part.fields["row"] * 10).all()
        assert part.aside["id"].tolist() == part.fields["row"].tolist()


@given(st.lists(st.integers(0, 9), min_size=1, max_size=200))
def test_rows_of_one_group_stay_in_one_part(groups: list[int]) -> None:
    sides = [{groups[row] for row in part.fields["row"]} for part in parts(split(len(groups), groups, calibrate=0.3))]
    assert sum(map(len, sides)) == len(set(groups))


def test_the_same_rows_are_split_the_same_way_again() -> None:
    one, again = split(500, calibrate=0.1), split(500, calibrate=0.1)
    for part, other in zip(parts(one), parts(again), strict=True):
        pd.testing.assert_frame_equal(part.fields, other.fields)
