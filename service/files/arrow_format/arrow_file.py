"""An Arrow stream or a Parquet file with rows for a model, in parts.

The file is not trusted. Every batch is validated before its cells are read, and split by the memory that its cells need.
Compressed Arrow batches are refused, because their size is unknown before they are unpacked. Parquet row groups above a
limit are refused too.
"""

import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from service.errors import InvalidFile, TooLarge
from service.files.arrow_format.arrow_headers import is_compressed
from service.files.arrow_format.encoded_columns import plain_column
from service.files.arrow_format.pandas_index import index_metadata, stored_range
from service.files.cell_sizes import PART_BYTES, max_row_bytes, split_batches
from service.files.column_check import column_names, find_columns, other_spellings
from service.files.file_parts import PART_ROWS, Part
from service.files.file_request import FileRequest
from service.files.parquet_format.parquet_memory import max_batch_rows
from service.schemas import Card, Recognised
from tabular.file_signatures import HEAD_BYTES, describe_kind

Batches = Callable[[], Iterator[pa.RecordBatch]]


class BatchFile:
    """A file of record batches. Reading raises InvalidFile, TooLarge."""

    style = None
    separator = ","

    def __init__(
        self, schema: pa.Schema, column_of: dict[str, str], rows: int, request: FileRequest, batches: Batches, *, card: Card
    ) -> None:
        """`column_of` is field → column, `rows` their number."""
        ignored = [name for name in schema.names if name not in column_of.values()]
        self.recognised = recognised = Recognised(
            format=request.kind, rows=rows, columns=list(column_of), ignored=ignored, matched=other_spellings(column_of)
        )
        self.column_types = {field: schema.field(schema.get_field_index(column)) for field, column in column_of.items()}
        self._batches, self._max_row_bytes = batches, max_row_bytes(card)
        self._input_indices = [(field, schema.get_field_index(column)) for field, column in column_of.items()]
        other_names = schema.names if request.keep_inputs else recognised.ignored
        self._other_indices = [schema.get_field_index(name) for name in other_names]
        others = [schema.field(index).remove_metadata() for index in self._other_indices]
        index = stored_range(schema, recognised.rows)
        self._index_values = None if index is None else index[1]
        metadata = index_metadata(schema, None if index is None else index[0])
        self.others = pa.schema(others if index is None else [index[0], *others], metadata)

    def parts(self) -> Iterator[Part]:
        first_row = 1
        for piece in split_batches(self._validated_batches(), self._max_row_bytes):
            inputs = {name: plain_column(piece.column(index)) for name, index in self._input_indices}
            others = [_compact(piece.column(index)) for index in self._other_indices]
            if self._index_values is not None:
                others.insert(0, pa.array(self._index_values[first_row - 1 :][: piece.num_rows], pa.int64()))
            yield Part(first_row, piece.num_rows, inputs, others)
            first_row += piece.num_rows

    def _validated_batches(self) -> Iterator[pa.RecordBatch]:
        try:
            for batch in self._batches():
                batch.validate(full=True)
                yield batch
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            detail = f"The {self.recognised.format} file is damaged: it cannot be read to its end."
            raise InvalidFile(detail, fault_code="damaged_file") from error


def open_arrow_file(file: Path, card: Card, request: FileRequest) -> BatchFile:
    """Open an Arrow stream. Its columns and the number of its rows are checked before the first row is scored."""
    try:
        mapped = pa.memory_map(str(file))  # the batches are slices of the file, without a copy
        if is_compressed(mapped):
            raise InvalidFile(
                "The batches of the Arrow stream are compressed. Send them uncompressed.", fault_code="compressed_batches"
            )
        mapped.seek(0)
        rows, schema = 0, pa.ipc.open_stream(mapped).schema
        column_of = find_columns(column_names(card, request.columns), schema.names)
        mapped.seek(0)
        for batch in pa.ipc.open_stream(mapped):
            rows += batch.num_rows
            if rows > request.max_rows:
                raise TooLarge(f"A file may hold {request.max_rows:,} rows.")
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _damaged(file, "an Arrow stream") from error

    def batches() -> Iterator[pa.RecordBatch]:
        mapped.seek(0)
        yield from pa.ipc.open_stream(mapped)

    return BatchFile(schema, column_of, rows, request, batches, card=card)


def open_parquet_file(file: Path, card: Card, request: FileRequest) -> BatchFile:
    """Open a Parquet file. Its columns and its sizes are checked before the first row is scored."""
    try:
        parquet = pq.ParquetFile(file)
        schema = parquet.schema_arrow
        names = schema.names
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _damaged(file, "a Parquet file") from error
    total_rows = parquet.metadata.num_rows
    if total_rows > request.max_rows:
        raise TooLarge(f"A file may hold {request.max_rows:,} rows.")
    column_of = find_columns(column_names(card, request.columns), names)
    try:
        batch_rows = max_batch_rows(file)
    except (OSError, ValueError, IndexError, RecursionError, struct.error) as error:
        raise _damaged(file, "a Parquet file") from error

    def batches() -> Iterator[pa.RecordBatch]:
        return _merge_batches(parquet.iter_batches(batch_rows, use_threads=False))

    return BatchFile(schema, column_of, total_rows, request, batches, card=card)


def _merge_batches(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Merge small batches into larger ones with at most the rows and bytes of a part."""
    pending: list[pa.RecordBatch] = []
    rows = size = 0
    for batch in batches:
        if pending and (rows + batch.num_rows > PART_ROWS or size + batch.nbytes > PART_BYTES):
            yield _joined(pending)
            pending, rows, size = [], 0, 0
        pending.append(batch)
        rows, size = rows + batch.num_rows, size + batch.nbytes
    if pending:
        yield _joined(pending)


def _joined(batches: list[pa.RecordBatch]) -> pa.RecordBatch:
    return batches[0] if len(batches) == 1 else pa.concat_batches(batches)  # of one, it would make a copy


def _compact(array: pa.Array) -> pa.Array:
    """Return a column without the buffers of the other rows of its batch, which a slice of views still holds."""
    for view_type, plain_type in ((pa.string_view(), pa.large_string()), (pa.binary_view(), pa.large_binary())):
        if array.type == view_type:
            return array.cast(plain_type).cast(view_type)
    return array


def _damaged(file: Path, expected: str) -> InvalidFile:
    """Return the error for a file that cannot be opened as `expected`: it is damaged, or of another kind."""
    with file.open("rb") as opened:
        kind = describe_kind(opened.read(HEAD_BYTES))
    if kind.words not in {"", expected}:
        return InvalidFile(f"The file is {kind.words}, not {expected}.", advice=kind.advice, fault_code="damaged_file")
    detail = f"The {expected.partition(' ')[2]} is damaged or incomplete."
    return InvalidFile(detail, fault_code="damaged_file")
