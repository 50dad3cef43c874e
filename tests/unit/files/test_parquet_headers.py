"""Promises of Parquet's pages: the header gives the unpacked size, and pages that are too large are not read."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from service.errors import TooLarge
from service.files.parquet_format.parquet_headers import read_pages
from service.files.parquet_format.parquet_memory import max_batch_rows

WRITERS: list[dict[str, Any]] = [
    {},
    {"data_page_version": "2.0"},
    {"use_dictionary": False, "compression": "zstd"},
    {"compression": "none", "write_page_checksum": True, "write_page_index": True},
    {"write_statistics": False, "row_group_size": 1000},
]


def table(rows: int) -> pa.Table:
    random = np.random.default_rng(0)
    texts = [f"{index % 700} żółć " * 3 for index in range(rows)]
    return pa.table(
        {"number": random.random(rows), "text": texts, "some": pa.array([None, 1] * (rows // 2)), "list": [[1, 2]] * rows}
    )


@pytest.mark.parametrize("options", WRITERS)
def test_the_headers_give_the_unpacked_size_of_a_column(options: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "rows.parquet"
    pq.write_table(table(50_000), file, data_page_size=20_000, **options)
    metadata = pq.read_metadata(file)
    for group in map(metadata.row_group, range(metadata.num_row_groups)):
        for column in map(group.column, range(group.num_columns)):
            start = column.dictionary_page_offset or column.data_page_offset
            result = list(read_pages(memoryview(file.read_bytes()), start, start + column.total_compressed_size))
            headers = column.total_uncompressed_size - sum(page.bytes for page in result)
            assert 0 < headers < 400 * len(result)
            assert [page.is_dictionary for page in result] == [column.has_dictionary_page] + [False] * (len(result) - 1)


def test_long_texts_limit_the_rows_of_a_batch(tmp_path: Path) -> None:
    file = tmp_path / "rows.parquet"
    results = []
    for length in (0, 10, 2**20, 2**25):
        text = pa.DictionaryArray.from_arrays([0] * 100, ["x" * length]) if length else pa.array(range(100))
        pq.write_table(pa.table({"text": text}), file, store_schema=False)
        results.append(max_batch_rows(file))
    assert results == [16_384, 1024, 63, 1]


def test_pages_with_a_large_unpacked_size_are_refused_unread(tmp_path: Path) -> None:
    file = tmp_path / "rows.parquet"
    zeros = pa.array(np.zeros(1_000_000))
    columns = pa.table([zeros] * 20, [str(index) for index in range(20)])
    options: dict[str, Any] = {"use_dictionary": False, "compression": "zstd", "row_group_size": len(zeros)}
    pq.write_table(columns, file, **options)
    assert max_batch_rows(file) == 16_384
    pq.write_table(columns, file, **options, data_page_size=2**30, max_rows_per_page=len(zeros), write_batch_size=len(zeros))
    with pytest.raises(TooLarge, match="128 MB at once"):
        max_batch_rows(file)
