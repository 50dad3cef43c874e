"""Where enriched cases come from: a file of the pipeline that is still growing, or one that was dropped on the page.

Knows: JSON lines, CSV, Parquet, paths that the demo's settings name. Must not know: Streamlit, drawing, requests.
"""

import csv
import io
import json
import threading
from collections import deque
from collections.abc import Iterable, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from client import Card
from demo.feed import Entry, answer_column, entry

MOST = 20_000
"""Entries that are held; of a longer feed the newest."""
_MOST_BYTES = 64 * 2**20
_LONGEST_LINE_BYTES = 2**20
_BATCH_ROWS = 4096


class WrongFeed(Exception):
    """The message names the column that is missing, or is empty where the file cannot be read at all."""


class Growing:
    """A file of JSON lines to which a pipeline adds. May be shared by threads: each look reads only what is new."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._entries: deque[Entry] = deque(maxlen=MOST)
        self._card: tuple[str, str] = ("", "")
        self._file: tuple[int, int] = (0, 0)
        self._at = self._number = 0

    def look(self, card: Card) -> list[Entry]:
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
        if (found.st_dev, found.st_ino) != self._file or of != self._card or size < self._at:
            self._forget()
            self._file, self._card = (found.st_dev, found.st_ino), of
            if size > _MOST_BYTES:
                self._at = file.seek(size - _MOST_BYTES)
                self._at += len(file.readline(_LONGEST_LINE_BYTES))
        file.seek(self._at)

    def _read(self, card: Card, file: BinaryIO) -> None:
        """Take whole lines alone: the last one may be half written."""
        while line := file.readline(_LONGEST_LINE_BYTES):
            whole = line.endswith(b"\n")
            if not whole and len(line) < _LONGEST_LINE_BYTES:
                return
            self._at += len(line)
            self._number += whole
            found = entry(card, _parsed(line), self._number)
            if found:
                self._entries.append(found)

    def _forget(self) -> None:
        self._entries.clear()
        self._file, self._at, self._number = (0, 0), 0, 0


def dropped(card: Card, name: str, file: BinaryIO) -> list[Entry]:
    """Return the newest entries of a whole enriched file. Raises WrongFeed."""
    ending = name.rpartition(".")[2].lower()
    try:
        records = _parquet(file) if ending == "parquet" else _csv(file) if ending == "csv" else map(_parsed, file)
        first = next(iter(records := iter(records)), None)
        if first is None:
            raise WrongFeed
        named = {field["name"] for field in card["inputs"]} | {answer_column(card)}
        missing = sorted(named - first.keys())
        if missing:
            raise WrongFeed(missing[0])
        numbered = enumerate(_all(first, records), start=1)
        found = deque((each for number, record in numbered if (each := entry(card, record, number))), MOST)
    except (pa.ArrowException, OSError, ValueError, csv.Error) as error:
        raise WrongFeed from error
    if not found:
        raise WrongFeed
    return list(found)


def _all(first: Mapping[str, Any], rest: Iterable[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
    yield first
    yield from rest


def _parsed(line: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _csv(file: BinaryIO) -> Iterable[Mapping[str, Any]]:
    return csv.DictReader(io.StringIO(file.read().decode("utf-8-sig"), newline=""))


def _parquet(file: BinaryIO) -> Iterable[Mapping[str, Any]]:
    opened = pq.ParquetFile(file)
    skipped = max(0, opened.metadata.num_rows - MOST)
    rows = (row for batch in opened.iter_batches(_BATCH_ROWS) for row in batch.to_pylist())
    return islice(rows, skipped, None)
