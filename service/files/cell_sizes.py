"""Compute the memory that the cells of batches need when they are expanded, without expanding them.

A small batch may expand to a large one: with dictionaries, runs and views, many rows share one long value. The batch must be
validated before.
"""

from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from service.bundles.scorers.deadlines import current_deadline
from service.errors import TooLarge
from service.fields.arrays.image import ImageType
from service.fields.lookup import types_of
from service.files.file_parts import PART_ROWS
from service.schemas import Card

PART_BYTES = 2**23
_MAX_PICTURE_BYTES = 2**24
"""A picture may have 10 MB, or 14 million characters as a data URL; a row with a larger one is refused by itself."""
MAX_EXPANDED_BYTES = 2**33
"""Each row takes time for all its cells, however small the file is."""
_CELL_BYTES = 8.0
"""The minimum for one cell."""
Sizes = NDArray[np.float64]


def split_batches(batches: Iterable[pa.RecordBatch], max_row_bytes: int = PART_BYTES) -> Iterator[pa.RecordBatch]:
    """Yield slices of the batches of a file, each small when expanded, or one large row. Raises TooLarge, ModelTimeout."""
    expanded = 0.0
    for batch in batches:
        ends = _ends(batch)
        expanded += ends[-1] if len(ends) else 0.0
        if expanded > MAX_EXPANDED_BYTES:
            raise TooLarge("The cells of the file expand to more than 8 GB: many rows share long values. Send fewer rows.")
        yield from _split(batch, ends, max_row_bytes)


def max_row_bytes(card: Card) -> int:
    """Return how many bytes a row of a file for a model may have."""
    return PART_BYTES + _MAX_PICTURE_BYTES * sum(isinstance(field, ImageType) for field in types_of(card))


def _ends(batch: pa.RecordBatch) -> Sizes:
    """Return the bytes of all cells up to and with each row, (rows,)."""
    variable = [column for column in batch.columns if not _is_fixed_size(column.type)]
    fixed = np.full(batch.num_rows, _CELL_BYTES * (batch.num_columns - len(variable)))
    return np.cumsum(sum(map(_column_sizes, variable), start=fixed))


def _column_sizes(column: pa.Array) -> Sizes:
    """Return the bytes of each cell, (rows,). Raises ModelTimeout: a few bytes of runs may be millions of rows."""
    current_deadline()
    return _sizes(column)


def _split(batch: pa.RecordBatch, ends: Sizes, max_row_bytes: int) -> Iterator[pa.RecordBatch]:
    start = 0
    while start < batch.num_rows:
        bytes_before = ends[start - 1] if start else 0.0
        stop = min(start + PART_ROWS, int(np.searchsorted(ends, bytes_before + PART_BYTES, side="right")))
        if stop <= start:
            stop = start + 1
            if ends[start] - bytes_before > max_row_bytes:
                raise TooLarge(f"A row may hold {max_row_bytes:,} bytes.")
        yield batch.slice(start, stop - start)
        start = stop


def _is_fixed_size(kind: pa.DataType) -> bool:
    return bool(pa.types.is_primitive(kind) or pa.types.is_null(kind) or pa.types.is_decimal(kind))


def _sizes(array: pa.Array) -> Sizes:
    """Return the bytes of each cell, (rows,)."""
    kind = array.type
    if not len(array):
        return np.zeros(0)
    if isinstance(kind, pa.BaseExtensionType):
        return _sizes(array.storage)
    if pa.types.is_dictionary(kind):
        indices = np.asarray(array.indices.cast(pa.int64()).fill_null(len(array.dictionary)))
        return np.asarray(np.append(_sizes(array.dictionary), _CELL_BYTES)[indices])
    if pa.types.is_run_end_encoded(kind):
        indices = np.searchsorted(np.asarray(array.run_ends), array.offset + np.arange(len(array)), side="right")
        return np.asarray(_sizes(array.values)[indices])
    if pa.types.is_nested(kind):
        return _nested(array)
    return np.full(len(array), _CELL_BYTES) + _lengths(array)


def _lengths(array: pa.Array) -> Sizes | float:
    kind = array.type
    if pa.types.is_string_view(kind) or pa.types.is_binary_view(kind):
        views = np.frombuffer(array.buffers()[1], np.int32).reshape(-1, 4)  # a view begins with its length
        lengths = views[array.offset : array.offset + len(array), 0]
        return np.where(np.asarray(array.is_valid()), lengths, 0).astype(np.float64)
    if _is_fixed_size(kind):
        return 0.0
    return np.asarray(pc.binary_length(array).fill_null(0), dtype=np.float64)


def _nested(array: pa.Array) -> Sizes:
    kind = array.type
    if pa.types.is_struct(kind):
        return sum((_sizes(array.field(index)) for index in range(kind.num_fields)), start=np.zeros(len(array)))
    if pa.types.is_union(kind):
        return np.full(len(array), array.nbytes / max(1, len(array)))
    if pa.types.is_fixed_size_list(kind):
        starts = (array.offset + np.arange(len(array))) * kind.list_size
        stops = starts + kind.list_size
    elif pa.types.is_list_view(kind) or pa.types.is_large_list_view(kind):
        starts = np.asarray(array.offsets)
        stops = starts + np.asarray(array.sizes)
    else:
        starts, stops = np.asarray(array.offsets)[:-1], np.asarray(array.offsets)[1:]
    values = _sizes(array.keys) + _sizes(array.items) if pa.types.is_map(kind) else _sizes(array.values)
    ends = np.append(0.0, np.cumsum(values))
    return np.asarray(ends[stops] - ends[starts] + _CELL_BYTES)
