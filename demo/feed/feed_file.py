"""Reads a whole file that the pipeline has enriched: JSON lines or CSV, also compressed, or Parquet."""

import csv
import re
import tempfile
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, dropwhile
from typing import IO, Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from client import Card
from demo.feed.feed_entries import MAX_ENTRIES, FeedEntry, parse_entry, parse_line
from demo.text.wording import answer_column
from tabular.compression import compression_of, unpack
from tabular.errors import PackedFileError, PackedFileTooLarge
from wire.cells.csv_rules import header_text, is_above_header, read_header
from wire.cells.text_style import TextStyle
from wire.column_names import ColumnNames

_BATCH_ROWS = 4096
_AFTER_RETURN = re.compile(r"(?<=\r)(?!\n)")
_MAX_UNPACKED_BYTES, _MAX_UNPACKED_ROWS = 256 * 2**20, 2_000_000


class UnreadableFeed(Exception):
    """The message is the name of a missing column, or empty if the file cannot be read."""

    def __init__(self, missing: str = "", *, has_answers: bool = False) -> None:
        super().__init__(missing)
        self.has_answers = has_answers
        """Whether the file has answers of the model, and only an input column is missing."""


class FeedTooLarge(UnreadableFeed):
    """A file whose unpacked size is above the limit."""


def read_feed_file(card: Card, name: str, file: BinaryIO) -> list[FeedEntry]:
    """Return the newest entries of a whole enriched file. Raises UnreadableFeed."""
    if compression := compression_of(name):
        with tempfile.TemporaryFile() as unpacked:
            try:
                unpack(file, compression, unpacked, _MAX_UNPACKED_BYTES)
            except PackedFileTooLarge as error:
                raise FeedTooLarge from error
            except PackedFileError as error:
                raise UnreadableFeed from error
            unpacked.seek(0)
            return _read_plain_file(card, name.rpartition(".")[0], unpacked)
    return _read_plain_file(card, name, file)


def _read_plain_file(card: Card, name: str, file: IO[bytes]) -> list[FeedEntry]:
    extension = name.rpartition(".")[2].lower()
    needed = {field["name"] for field in card["inputs"] if not field.get("nullable")} | {answer_column(card)}
    read = {"parquet": _read_parquet, "csv": _read_csv}.get(extension, _read_json_lines)
    try:
        records = iter(read(file, needed))
        first = next(records, None)
        if first is None:
            raise UnreadableFeed
        missing = sorted(needed - first.keys())
        if missing:
            raise UnreadableFeed(missing[0], has_answers=answer_column(card) in first)
        style = _csv_style(str(first[answer_column(card)])) if extension == "csv" else None
        numbered = enumerate(chain([first], records), start=1)
        entries = deque(
            (each for number, record in numbered if (each := parse_entry(card, record, number, style))), MAX_ENTRIES
        )
    except (pa.ArrowException, OSError, ValueError, OverflowError, csv.Error) as error:
        raise UnreadableFeed from error
    if not entries:
        raise UnreadableFeed
    return list(entries)


def _read_json_lines(file: IO[bytes], _needed: set[str]) -> Iterable[Mapping[str, Any]]:
    return map(parse_line, file)


def _csv_style(answer: str) -> TextStyle:
    """Return how the pipeline has written a CSV: its answers have the decimal sign of the other numbers."""
    return TextStyle("comma" if "," in answer else "point")


def _read_csv(file: IO[bytes], needed: set[str]) -> Iterable[Mapping[str, Any]]:
    lines = dropwhile(is_above_header, _lines(file))
    header = read_header(header_text(lines), ColumnNames(needed))
    return csv.DictReader(lines, header.names, delimiter=header.separator)


def _lines(file: IO[bytes]) -> Iterator[str]:
    """Yield the lines of a text, with their ends; a carriage return alone ends a line too."""
    for line in file:
        yield from filter(None, _AFTER_RETURN.split(line.decode("utf-8")))


def _read_parquet(file: IO[bytes], _needed: set[str]) -> Iterable[Mapping[str, Any]]:
    """Yield the newest rows, without nested columns."""
    flat = [column for column in pq.read_schema(file) if not pa.types.is_nested(column.type)]
    texts = [column.name for column in flat if pa.types.is_string(column.type) or pa.types.is_large_string(column.type)]
    parquet = pq.ParquetFile(file, read_dictionary=texts)  # a text that occurs a million times is unpacked once
    groups, rows = _select_row_groups(parquet.metadata)
    skipped = max(0, rows - MAX_ENTRIES)
    for batch in parquet.iter_batches(_BATCH_ROWS, row_groups=groups, columns=[column.name for column in flat]):
        columns = dict(zip(batch.schema.names, map(_to_microseconds, batch.columns), strict=True))
        for index in range(min(skipped, batch.num_rows), batch.num_rows):
            yield {name: _to_python(column[index]) for name, column in columns.items()}
        skipped = max(0, skipped - batch.num_rows)


def _select_row_groups(metadata: pq.FileMetaData) -> tuple[list[int], int]:
    """Return the last row groups that hold the newest entries, and their rows. Raises FeedTooLarge."""
    groups: list[int] = []
    rows = unpacked = 0
    for index in reversed(range(metadata.num_row_groups)):
        if rows >= MAX_ENTRIES:
            break
        groups.insert(0, index)
        rows += metadata.row_group(index).num_rows
        unpacked += metadata.row_group(index).total_byte_size
    if unpacked > _MAX_UNPACKED_BYTES or rows > _MAX_UNPACKED_ROWS:
        raise FeedTooLarge
    return groups, rows


def _to_microseconds(column: pa.Array) -> pa.Array:
    """Return timestamps in the precision of Python's datetime."""
    if not (pa.types.is_timestamp(column.type) and column.type.unit == "ns"):
        return column
    return column.cast(pa.timestamp("us", column.type.tz), safe=False)


def _to_python(cell: pa.Scalar) -> Any:
    try:
        return cell.as_py()
    except (OverflowError, ValueError):  # a timestamp outside of Python's calendar
        return None
