"""An Arrow stream or a Parquet file, part by part.

Knows: Arrow. Must not know: models, HTTP. What a caller wrote is not trusted: every batch is validated whole before anything
reads its cells, compressed batches are refused (their real size shows only when it is spent), and so are Parquet row groups
that say they unpack to more than a limit.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from service.errors import InvalidFile, TooLarge
from service.files.asked import Asked
from service.files.frame import check_frame
from service.files.messages import is_compressed
from service.files.parts import PART_ROWS, Part
from service.schemas import Card, Recognised

Batches = Callable[[], Iterator[pa.RecordBatch]]
_MOST_GROUP_BYTES = 2**30
_FEW_ROWS = 1024
"""Parquet pages unpack by so many rows where cells may be long."""


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
            for start in range(0, batch.num_rows, PART_ROWS):
                piece = batch.slice(start, PART_ROWS)
                inputs = {name: piece.column(place) for name, place in self._inputs}
                yield Part(first_row, piece.num_rows, inputs, [piece.column(place) for place in self._others])
                first_row += piece.num_rows

    def _checked(self) -> Iterator[pa.RecordBatch]:
        try:
            for batch in self._batches():
                batch.validate(full=True)
                yield batch
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            detail = f"The {self.recognised.format} file is damaged: it cannot be read to its end."
            raise InvalidFile(detail, fault="damaged_file") from error


def arrow_file(file: Path, card: Card, asked: Asked) -> BatchFile:
    """Open an Arrow stream. Its frame and the lengths of all its batches are known before the first row is scored."""
    try:
        mapped = pa.memory_map(str(file))  # the batches are slices of the file: nothing is copied
        if is_compressed(mapped):
            raise InvalidFile(
                "The batches of the Arrow stream are compressed. Send them uncompressed.", fault="compressed_batches"
            )
        mapped.seek(0)
        rows, schema = 0, pa.ipc.open_stream(mapped).schema
        ignored = check_frame(card, schema.names)
        mapped.seek(0)
        for batch in pa.ipc.open_stream(mapped):
            rows += batch.num_rows
            if rows > asked.most_rows:
                raise TooLarge(f"A file may hold {asked.most_rows:,} rows.")
    except (pa.ArrowException, OSError, ValueError) as error:
        raise InvalidFile("This is no whole Arrow stream: it is damaged, or cut short.", fault="damaged_file") from error

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
        raise InvalidFile("This is no whole Parquet file: it is damaged, or cut short.", fault="damaged_file") from error
    held = opened.metadata
    if held.num_rows > asked.most_rows:
        raise TooLarge(f"A file may hold {asked.most_rows:,} rows.")
    if any(held.row_group(place).total_byte_size > _MOST_GROUP_BYTES for place in range(held.num_row_groups)):
        raise TooLarge("A row group of the Parquet file unpacks to more than 1 GB. Write smaller ones.")
    ignored = check_frame(card, names)
    plain = all(pa.types.is_primitive(schema.field(name).type) for name in schema.names)
    rows_at_once = PART_ROWS if plain else _FEW_ROWS

    def batches() -> Iterator[pa.RecordBatch]:
        return _joined(opened.iter_batches(rows_at_once, use_threads=False))

    return BatchFile(schema, _recognised("parquet", card, schema, ignored, held.num_rows), asked, batches)


def _joined(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Return the batches as fewer and larger ones, none of more than a part's rows."""
    held: list[pa.RecordBatch] = []
    for batch in batches:
        if held and sum(each.num_rows for each in held) + batch.num_rows > PART_ROWS:
            yield pa.concat_batches(held)
            held = []
        held.append(batch)
    if held:
        yield pa.concat_batches(held)


def _recognised(kind: str, card: Card, schema: pa.Schema, ignored: list[str], rows: int) -> Recognised:
    columns = [field.name for field in card.inputs if field.name in schema.names]
    return Recognised(format=kind, rows=rows, columns=columns, ignored=ignored)  # type: ignore[arg-type]
