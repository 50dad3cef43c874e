"""Promises of the measure of cells: what a batch takes when spelled out, however Arrow lays it out; a row too large is refused."""

import io
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as some

from service.bundles.scorers.deadlines import give_up_after
from service.errors import ModelTimeout, TooLarge
from service.files import cell_sizes
from service.files.file_parts import PART_ROWS

TEXTS = some.lists(some.none() | some.text(some.characters(codec="utf-8"), max_size=30), min_size=1, max_size=20)


def layouts(texts: list[str | None]) -> dict[str, pa.Array]:
    """Return the same texts in every layout that Arrow has for them."""
    plain = pa.array(texts, pa.string())
    ends = pa.array(range(1, len(texts) + 1), pa.int32())
    return {
        "string": plain,
        "large": plain.cast(pa.large_string()),
        "view": plain.cast(pa.string_view()),
        "binary": plain.cast(pa.binary()),
        "dictionary": plain.dictionary_encode(),
        "runs": pa.RunEndEncodedArray.from_arrays(ends, plain),
        "runs of a dictionary": pa.RunEndEncodedArray.from_arrays(ends, plain.dictionary_encode()),
        "struct": pa.StructArray.from_arrays([plain], ["text"]),
    }


def lists(texts: list[str | None]) -> dict[str, pa.Array]:
    """Return lists of one text each."""
    values, count = pa.array(texts, pa.string()), len(texts)
    offsets = np.arange(count + 1, dtype=np.int32)
    return {
        "list": pa.ListArray.from_arrays(pa.array(offsets), values),
        "large list": pa.LargeListArray.from_arrays(pa.array(offsets.astype(np.int64)), values),
        "view": pa.ListViewArray.from_arrays(pa.array(offsets[:-1]), pa.array([1] * count, pa.int32()), values),
        "fixed": pa.FixedSizeListArray.from_arrays(values, 1),
    }


def measured(array: pa.Array) -> list[float]:
    result: list[float] = cell_sizes._sizes(array).tolist()
    return result


@given(TEXTS, some.data())
def test_the_size_of_a_text_is_its_bytes_in_every_layout(texts: list[str | None], draw: Any) -> None:
    start = draw.draw(some.integers(0, len(texts)))
    stop = draw.draw(some.integers(start, len(texts)))
    expected = [8.0 + len((text or "").encode()) for text in texts][start:stop]
    for name, array in layouts(texts).items():
        assert measured(array[start:stop]) == expected, name
    for name, array in lists(texts).items():
        assert measured(array[start:stop]) == [8.0 + size for size in expected], name


@given(some.lists(some.integers(0, 300_000), min_size=1, max_size=60))
def test_slices_are_small_and_contain_all_rows(lengths: list[int]) -> None:
    batch = pa.record_batch({"place": range(len(lengths)), "text": ["x" * length for length in lengths]})
    pieces = list(cell_sizes.split_batches([batch]))
    assert pa.Table.from_batches(pieces) == pa.Table.from_batches([batch])
    assert all(0 < piece.num_rows <= PART_ROWS and piece.nbytes <= cell_sizes.PART_BYTES for piece in pieces)


def test_zero_rows_need_no_memory_in_any_layout() -> None:
    for name, array in (layouts(["a"]) | lists(["a"])).items():
        out = io.BytesIO()
        batch = pa.record_batch({"empty": array[:0], "inside": pa.LargeListArray.from_arrays([0] * 1, array[:0])})
        with pa.ipc.new_stream(out, batch.schema) as stream:
            stream.write_batch(batch)
        for each in pa.ipc.open_stream(out.getvalue()):
            assert list(cell_sizes.split_batches([each])) == [], name


def test_numbers_are_split_by_rows_only() -> None:
    batch = pa.record_batch({"place": np.arange(50_000), "none": pa.nulls(50_000)})
    assert [piece.num_rows for piece in cell_sizes.split_batches([batch])] == [PART_ROWS] * 3 + [50_000 - 3 * PART_ROWS]


def test_a_row_too_large_is_refused() -> None:
    text = pa.DictionaryArray.from_arrays(pa.array([0], pa.int8()), pa.array(["x" * 100_000]))
    with pytest.raises(TooLarge):
        list(cell_sizes.split_batches([pa.record_batch([text] * 90, [str(index) for index in range(90)])]))


def test_batches_that_share_one_long_text_are_refused_together() -> None:
    """Each batch is within the limit of a file, all together are not."""
    text = pa.array(["x" * 7_000_000])
    batch = pa.record_batch([pa.DictionaryArray.from_arrays(pa.array(np.zeros(1000, np.int32)), text)], ["text"])
    pieces = cell_sizes.split_batches([batch])
    assert next(pieces).num_rows == 1
    with pytest.raises(TooLarge, match="8 GB"):
        for _ in cell_sizes.split_batches([batch, batch]):
            pass


def test_the_sizes_of_columns_are_not_computed_after_the_deadline() -> None:
    runs = pa.RunEndEncodedArray.from_arrays(pa.array([100_000], pa.int32()), pa.array([1.0]))
    batch = pa.RecordBatch.from_arrays([runs] * 3, names=["a", "b", "c"])
    assert sum(piece.num_rows for piece in cell_sizes.split_batches([batch])) == 100_000
    with give_up_after(0.0), pytest.raises(ModelTimeout):
        next(cell_sizes.split_batches([batch]))
