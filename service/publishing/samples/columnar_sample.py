"""Reads rows of a Parquet or an Arrow file as `pandas.read_parquet` gives them; of very many, some are drawn."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from service.publishing.data_split import SEED

MAX_CELLS = 40_000_000
"""A table with so many numbers takes 320 MB."""
MAX_BYTES = 2**29
"""Of a Parquet file with long cells, such as pictures. To read it takes five times as much memory."""
_BATCH_ROWS, _BATCH_BYTES = 65_536, 2**26


def row_limit(columns: int, max_rows: int) -> int:
    """Return how many rows of a table are kept at most."""
    return max(1, min(max_rows, MAX_CELLS // max(1, columns)))


def draw_rows(rows: int, limit: int) -> NDArray[np.bool_]:
    """Return the mask (rows,) of at most `limit` rows, drawn at random, the same each time."""
    if rows <= limit:
        return np.ones(rows, dtype=np.bool_)
    mask = np.zeros(rows, dtype=np.bool_)
    mask[np.random.default_rng(SEED).permutation(rows)[:limit]] = True
    return mask


def read_parquet_sample(file: Path, max_rows: int) -> tuple[pd.DataFrame, int]:
    """Return rows of a Parquet file, and the number of all."""
    with pq.ParquetFile(file) as parquet:
        rows, schema = parquet.metadata.num_rows, parquet.schema_arrow
        row_bytes = max(1, _unpacked_bytes(parquet.metadata) // max(1, rows))
        limit = min(row_limit(len(schema), max_rows), max(1, MAX_BYTES // row_bytes))
        if rows <= limit:
            return _with_index(pd.read_parquet(file)), rows
        batch_rows = max(1, min(_BATCH_ROWS, _BATCH_BYTES // row_bytes))
        table = _drawn(schema, lambda: parquet.iter_batches(batch_rows), rows, limit)
    return table, rows


def _unpacked_bytes(metadata: pq.FileMetaData) -> int:
    return sum(metadata.row_group(index).total_byte_size for index in range(metadata.num_row_groups))


def read_arrow_sample(file: Path, *, is_stream: bool, max_rows: int) -> tuple[pd.DataFrame, int]:
    """Return rows of an Arrow file or stream, and the number of all."""

    def batches() -> Iterator[pa.RecordBatch]:
        with pa.memory_map(str(file)) as source:
            if is_stream:
                yield from pa.ipc.open_stream(source)
            else:
                reader = pa.ipc.open_file(source)
                yield from (reader.get_batch(index) for index in range(reader.num_record_batches))

    with pa.memory_map(str(file)) as source:
        schema = (pa.ipc.open_stream if is_stream else pa.ipc.open_file)(source).schema
    rows = sum(batch.num_rows for batch in batches())
    return _drawn(schema, batches, rows, row_limit(len(schema), max_rows)), rows


def _drawn(schema: pa.Schema, batches: Callable[[], Iterator[pa.RecordBatch]], rows: int, limit: int) -> pd.DataFrame:
    """Return drawn rows as pandas reads them from Parquet: the schema says which types they had."""
    mask, start, parts = draw_rows(rows, limit), 0, []
    for batch in batches():
        parts.append(batch.filter(pa.array(mask[start : start + batch.num_rows])))
        start += batch.num_rows
    content = io.BytesIO()
    pq.write_table(pa.Table.from_batches(parts, schema), content)
    content.seek(0)
    return _with_index(pd.read_parquet(content))


def _with_index(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose named index is a column."""
    named = any(name is not None for name in table.index.names)
    return table.reset_index(drop=not named)
