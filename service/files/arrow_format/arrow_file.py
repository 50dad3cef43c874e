"""An Arrow stream or a Parquet file, part by part.

What a caller wrote is not trusted: every batch is validated whole before anything
reads its cells, then parted by what the cells take when spelled out. Compressed batches are refused (their real size shows
only when it is spent), and so are Parquet row groups that say they unpack to more than a limit.
"""

import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from service.errors import InvalidFile, TooLarge
from service.files.arrow_format.arrow_headers import is_compressed
from service.files.cell_sizes import PART_BYTES, pieces
from service.files.column_check import check_frame
from service.files.file_parts import PART_ROWS, Part
from service.files.file_request import Asked
from service.files.parquet_format.parquet_memory import rows_at_once
from service.schemas import Card, Recognised

Batches = Callable[[], Iterator[pa.RecordBatch]]


class BatchFile:
    """A file of record batches. Raises InvalidFile, TooLarge."""

    def __init__(self, schema: pa.Schema, recognised: Recognised, asked: Asked, batches: Batches) -> None:
        self.recognised = recognised
        self._batches = batches
        self._inputs = [(name, schema.get_field_index(name)) for name in recognised.columns]
        passing = schema.names if asked.keep_inputs else recognised.ignored
        self._others = [schema.get_field_index(name) for name in passing]
        self.others = pa.schema([schema.field(place).remove_metadata() for place in self._others])

    def parts(self) -> Iterator[Part]:
        first_row = 1
        for batch in self._checked():
            for piece in pieces(batch):
                inputs = {name: piece.column(place) for name, place in self._inputs}
                yield Part(first_row, piece.num_rows, inputs, [_alone(piece.column(place)) for place in self._others])
                first_row += piece.num_rows

    def _checked(self) -> Iterator[pa.RecordBatch]:
        try:
            for batch in self._batches():
                batch.validate(full=True)
                yield batch
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            detail = f"The {self.recognised.format} file is damaged: it cannot be read to its end."
            raise InvalidFile(detail, fault_code="damaged_file") from error


def arrow_file(file: Path, card: Card, asked: Asked) -> BatchFile:
    """Open an Arrow stream. Its frame and the lengths of all its batches are known before the first row is scored."""
    try:
        mapped = pa.memory_map(str(file))  # the batches are slices of the file: nothing is copied
        if is_compressed(mapped):
            raise InvalidFile(
                "The batches of the Arrow stream are compressed. Send them uncompressed.", fault_code="compressed_batches"
            )
        mapped.seek(0)
        rows, schema = 0, pa.ipc.open_stream(mapped).schema
        ignored = check_frame(card, schema.names)
        mapped.seek(0)
        for batch in pa.ipc.open_stream(mapped):
            rows += batch.num_rows
            if rows > asked.max_rows:
                raise TooLarge(f"A file may hold {asked.max_rows:,} rows.")
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _damaged("Arrow stream") from error

    def batches() -> Iterator[pa.RecordBatch]:
        mapped.seek(0)
        yield from pa.ipc.open_stream(mapped)

    return BatchFile(schema, _recognised("arrow", card, schema, ignored, rows), asked, batches)


def parquet_file(file: Path, card: Card, asked: Asked) -> BatchFile:
    """Open a Parquet file."""
    try:
        opened = pq.ParquetFile(file)
        schema = opened.schema_arrow
        names = schema.names
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _damaged("Parquet file") from error
    held = opened.metadata
    if held.num_rows > asked.max_rows:
        raise TooLarge(f"A file may hold {asked.max_rows:,} rows.")
    ignored = check_frame(card, names)
    try:
        rows = rows_at_once(file)
    except (OSError, ValueError, IndexError, RecursionError, struct.error) as error:
        raise _damaged("Parquet file") from error

    def batches() -> Iterator[pa.RecordBatch]:
        return _joined(opened.iter_batches(rows, use_threads=False))

    return BatchFile(schema, _recognised("parquet", card, schema, ignored, held.num_rows), asked, batches)


def _joined(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Return the batches as fewer and larger ones, none of more than a part's rows or bytes."""
    held: list[pa.RecordBatch] = []
    rows = size = 0
    for batch in batches:
        if held and (rows + batch.num_rows > PART_ROWS or size + batch.nbytes > PART_BYTES):
            yield pa.concat_batches(held)
            held, rows, size = [], 0, 0
        held.append(batch)
        rows, size = rows + batch.num_rows, size + batch.nbytes
    if held:
        yield pa.concat_batches(held)


def _alone(array: pa.Array) -> pa.Array:
    """Return a column without what the other rows of its batch hold: a piece of views would be written with all of it."""
    for views, owned in ((pa.string_view(), pa.large_string()), (pa.binary_view(), pa.large_binary())):
        if array.type == views:
            return array.cast(owned).cast(views)
    return array


def _damaged(what: str) -> InvalidFile:
    return InvalidFile(f"This is no whole {what}: it is damaged, or cut short.", fault_code="damaged_file")


def _recognised(kind: str, card: Card, schema: pa.Schema, ignored: list[str], rows: int) -> Recognised:
    columns = [field.name for field in card.inputs if field.name in schema.names]
    return Recognised(format=kind, rows=rows, columns=columns, ignored=ignored)  # type: ignore[arg-type]
