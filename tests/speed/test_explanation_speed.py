"""The processor time of an explanation: 150 ms for one row of any model."""

import statistics
import time
import tracemalloc
from pathlib import Path

import pytest

from service.bundles.model import Model
from service.schemas import Row
from tests.support.explained_models import (
    FLAGS,
    TABULAR,
    TEXT,
    drawn_rows,
    flag_rows,
    flags,
    twenty_fields,
    why,
)


def cpu_milliseconds(model: Model, rows: list[Row]) -> float:
    """Return the median over rows; of processor time, so that other programs on the machine do not count."""
    taken = []
    for row in rows:
        start = time.process_time()
        why(model, row)
        taken.append((time.process_time() - start) * 1000)
    return statistics.median(taken)


@pytest.mark.parametrize("name", [*TABULAR, TEXT])
def test_one_row_is_explained_in_150_milliseconds(name: str, models: dict[str, Model]) -> None:
    assert cpu_milliseconds(models[name], list(models[name].card.real_rows[:20])) <= 150


def test_a_row_of_20_fields_is_explained_in_150_milliseconds(tmp_path: Path) -> None:
    model, others = twenty_fields(tmp_path)
    for rows in (drawn_rows(model.card.inputs, 20, seed=7), others[:20]):
        assert cpu_milliseconds(model, rows) <= 150


@pytest.mark.parametrize(("fields", "share"), FLAGS)
def test_flags_that_are_down_in_most_rows_cost_no_more_time_than_other_fields(fields: int, share: float) -> None:
    model, _ = flags(fields, share)
    for row in flag_rows(model):
        assert cpu_milliseconds(model, [row]) <= 150
        tracemalloc.start()
        with_memory_watched = cpu_milliseconds(model, [row])
        tracemalloc.stop()
        assert with_memory_watched <= 500
