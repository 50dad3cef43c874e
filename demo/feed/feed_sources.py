"""Where enriched cases come from: a file of the pipeline that is still growing, or one that was dropped on the page."""

import csv
import io
import json
import threading
from collections import deque
from collections.abc import Iterable, Mapping
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from client import Card
from demo.feed.feed_entries import FeedEntry, answer_column, parse_entry
from wire.csv_rules import header_text, read_header

MAX_ENTRIES = 20_000
"""Entries that are held; of a longer feed the newest."""
_MAX_BYTES = 64 * 2**20
_MAX_LINE_BYTES = 2**20
_REMEMBERED_BYTES = 1000
_BATCH_ROWS = 4096
_MAX_UNPACKED_BYTES, _MAX_UNPACKED_ROWS = 256 * 2**20, 2_000_000


class UnreadableFeed(Exception):
    """The message names the column that is missing, or is empty where the file cannot be read at all."""

    def __init__(self, missing: str = "", *, answered: bool = False) -> None:
        super().__init__(missing)
        self.answered = answered
        """Whether there are answers, and only a column of the model's own is missing."""


class FeedTooLarge(UnreadableFeed):
    """A Parquet file that unpacks to more than can be looked at here."""


class GrowingFeed:
    """A file of JSON lines to which a pipeline adds. May be shared by threads: each look reads only what is new."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._entries: deque[FeedEntry] = deque(maxlen=MAX_ENTRIES)
        self._card: tuple[str, str] = ("", "")
        self._file: tuple[int, int] = (0, 0)
        self._at = self._number = 0
        self._last = b""
        """The end of what was read: where it is no longer there, the file was cut and has grown anew."""

    def look(self, card: Card) -> list[FeedEntry]:
        """Return the newest entries of the file, none where there is no such file."""
        with self._lock:
            try:
                with self._path.open("rb") as file:
                    self._begin_anew_where_needed(card, file)
                    self._read(card, file)
            except OSError:
                self._forget()
            return list(self._entries)

    def _begin_anew_where_needed(self, card: Card, file: BinaryIO) -> None:
        found = self._path.stat()
        size = file.seek(0, io.SEEK_END)
        of = (card["name"], card["version"])
        if (found.st_dev, found.st_ino) != self._file or of != self._card or not self._goes_on(file, size):
            self._forget()
            self._file, self._card = (found.st_dev, found.st_ino), of
            if size > _MAX_BYTES:
                self._at = file.seek(size - _MAX_BYTES)
                self._at += len(file.readline(_MAX_LINE_BYTES))
        file.seek(self._at)

    def _goes_on(self, file: BinaryIO, size: int) -> bool:
        """Tell whether what was read last is still there, and not too much has come since to read all of it."""
        file.seek(self._at - len(self._last))
        return file.read(len(self._last)) == self._last and self._at <= size <= self._at + _MAX_BYTES

    def _read(self, card: Card, file: BinaryIO) -> None:
        """Take whole lines alone: the last one may be half written. Of very many, parse only those that are held."""
        new: deque[tuple[int, bytes]] = deque(maxlen=MAX_ENTRIES)
        while line := file.readline(_MAX_LINE_BYTES):
            whole = line.endswith(b"\n")
            if not whole and len(line) < _MAX_LINE_BYTES:
                break
            self._at += len(line)
            self._number += whole
            self._last = line[-_REMEMBERED_BYTES:]
            new.append((self._number, line))
        found = (parse_entry(card, _parse_line(line), number) for number, line in new)
        self._entries.extend(each for each in found if each)

    def _forget(self) -> None:
        self._entries.clear()
        self._file, self._at, self._number, self._last = (0, 0), 0, 0, b""


def read_feed_file(card: Card, name: str, file: BinaryIO) -> list[FeedEntry]:
    """Return the newest entries of a whole enriched file. Raises WrongFeed."""
    ending = name.rpartition(".")[2].lower()
    needed = {field["name"] for field in card["inputs"] if not field.get("nullable")} | {answer_column(card)}
    read = {"parquet": _read_parquet, "csv": _read_csv}.get(ending, _read_json_lines)
    try:
        records = iter(read(file, needed))
        first = next(records, None)
        if first is None:
            raise UnreadableFeed
        missing = sorted(needed - first.keys())
        if missing:
            raise UnreadableFeed(missing[0], answered=answer_column(card) in first)
        numbered = enumerate(chain([first], records), start=1)
        found = deque((each for number, record in numbered if (each := parse_entry(card, record, number))), MAX_ENTRIES)
    except (pa.ArrowException, OSError, ValueError, OverflowError, csv.Error) as error:
        raise UnreadableFeed from error
    if not found:
        raise UnreadableFeed
    return list(found)


def _read_json_lines(file: BinaryIO, _needed: set[str]) -> Iterable[Mapping[str, Any]]:
    return map(_parse_line, file)


def _parse_line(line: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _read_csv(file: BinaryIO, needed: set[str]) -> Iterable[Mapping[str, Any]]:
    lines = (line.decode("utf-8") for line in file)
    header = read_header(header_text(lines), needed)
    return csv.DictReader(lines, header.names, delimiter=header.separator)


def _read_parquet(file: BinaryIO, _needed: set[str]) -> Iterable[Mapping[str, Any]]:
    """Read the last rows alone, of the columns that an entry may be made of, one row in Python at a time."""
    flat = [column for column in pq.read_schema(file) if not pa.types.is_nested(column.type)]
    texts = [column.name for column in flat if pa.types.is_string(column.type) or pa.types.is_large_string(column.type)]
    opened = pq.ParquetFile(file, read_dictionary=texts)  # a text that is there a million times is unpacked once
    groups, rows = _select_row_groups(opened.metadata)
    skipped = max(0, rows - MAX_ENTRIES)
    for batch in opened.iter_batches(_BATCH_ROWS, row_groups=groups, columns=[column.name for column in flat]):
        columns = dict(zip(batch.schema.names, map(_to_microseconds, batch.columns), strict=True))
        for place in range(min(skipped, batch.num_rows), batch.num_rows):
            yield {name: _to_python(column[place]) for name, column in columns.items()}
        skipped = max(0, skipped - batch.num_rows)


def _select_row_groups(held: pq.FileMetaData) -> tuple[list[int], int]:
    """Return the last row groups that hold what is shown, and their rows. Raises TooMuch before anything is unpacked."""
    groups: list[int] = []
    rows = unpacked = 0
    for place in reversed(range(held.num_row_groups)):
        if rows >= MAX_ENTRIES:
            break
        groups.insert(0, place)
        rows += held.row_group(place).num_rows
        unpacked += held.row_group(place).total_byte_size
    if unpacked > _MAX_UNPACKED_BYTES or rows > _MAX_UNPACKED_ROWS:
        raise FeedTooLarge
    return groups, rows


def _to_microseconds(column: pa.Array) -> pa.Array:
    """Return moments as precisely as Python tells them."""
    if not (pa.types.is_timestamp(column.type) and column.type.unit == "ns"):
        return column
    return column.cast(pa.timestamp("us", column.type.tz), safe=False)


def _to_python(cell: pa.Scalar) -> Any:
    try:
        return cell.as_py()
    except (OverflowError, ValueError):  # a moment that Python's calendar does not have
        return None
