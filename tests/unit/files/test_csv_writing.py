"""The lines of a CSV answer: what the csv module of Python writes, whatever the cells hold, and what it reads back."""

import csv
import io
from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from service.files.answer_writers import create_writer

TEXTS = st.none() | st.text("ab ,;\t'\"\r\n\u2028ż", max_size=4)
NUMBERS = st.none() | st.floats()


def cells_of(rows: list[tuple[Any, ...]]) -> list[list[str]]:
    return [["" if cell is None else str(cell) for cell in row] for row in rows]


@given(st.lists(st.tuples(TEXTS, TEXTS, NUMBERS), max_size=4), st.sampled_from(",;\t"))
def test_lines_are_those_of_the_csv_module(rows: list[tuple[Any, ...]], separator: str) -> None:
    types = (pa.string(), pa.string(), pa.float64())
    columns = [pa.array([row[at] for row in rows], kind) for at, kind in enumerate(types)]
    batch = pa.record_batch(columns, names=["a", "b", "c"])
    written = create_writer("csv", batch.schema, separator=separator).write(batch).decode()
    found = list(csv.reader(io.StringIO(written, newline=""), delimiter=separator))
    assert found == [["a", "b", "c"], *cells_of(rows)]
    if not any("\r" in cell for row in cells_of(rows) for cell in row):  # the module leaves it without quotes
        expected = io.StringIO(newline="")
        csv.writer(expected, delimiter=separator, lineterminator="\n").writerows([["a", "b", "c"], *rows])
        assert written == expected.getvalue()


@given(st.lists(TEXTS, min_size=1, max_size=3))
def test_an_empty_cell_of_the_only_column_is_no_empty_line(cells: list[str | None]) -> None:
    batch = pa.record_batch([pa.array(cells, pa.string())], names=["a"])
    written = create_writer("csv", batch.schema).write(batch).decode()
    assert list(csv.reader(io.StringIO(written, newline=""))) == [["a"], *cells_of([(cell,) for cell in cells])]
