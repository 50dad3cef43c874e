"""Opens the input: a file by its ending, or standard input; and says which file it is."""

import hashlib
import os
import stat
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

from pipeline.columns import Columns
from pipeline.errors import Unusable
from pipeline.formats.parquet import ParquetRecords
from pipeline.formats.records import CsvRecords, Record, read_json_lines, unfit_for_columns

STANDARD = "-"
_FORMATS = {".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".parquet": "parquet"}

_MAX_BEFORE_FIRST, _MAX_BYTES_BEFORE_FIRST = 10_000, 32 * 2**20


@dataclass
class Source:
    """`total` is how much there is to read, in bytes or rows; None where nobody knows."""

    format: str
    records: Iterator[Record]
    total: int | None
    names: list[str] | None = None
    csv: CsvRecords | None = None


def format_of(place: str, standard: str) -> str:
    """Return the format of a file by its ending."""
    if place == STANDARD:
        return standard
    ending = Path(place).suffix.lower()
    if ending not in _FORMATS:
        raise Unusable(f"{Path(place).name}: the ending must be one of {', '.join(_FORMATS)}.")
    return _FORMATS[ending]


def identity(place: str) -> dict[str, Any]:
    """Return what tells a file from every other one: its size and the hash of all its bytes."""
    with _told(place):
        if stat.S_ISFIFO(Path(place).stat().st_mode):  # to read it here would leave nothing for the run
            raise Unusable(f"{Path(place).name} is a pipe: give it as standard input, with {STANDARD} for IN.")
        with Path(place).open("rb") as file:
            return {"size": os.fstat(file.fileno()).st_size, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}


@contextmanager
def opened(place: str, format_: str, columns: Columns, *, names_needed: bool) -> Iterator[Source]:
    """Open an input and hold its columns against what the model needs."""
    if format_ == "parquet":
        with _told(place):
            table = ParquetRecords(Path(place))
        _check(table.names, columns)
        yield Source(format_, iter(table), table.rows, table.names)
        return
    with _told(place):
        if place == STANDARD and sys.stdin is None:
            raise Unusable("Standard input is closed.")
        # Standard input not as sys.stdin, and never closed: a thread may still wait in it when the run ends.
        file = open(0, "rb", closefd=False) if place == STANDARD else Path(place).open("rb")  # noqa: SIM115
    try:
        yield _lines_of(file, place, format_, columns, names_needed)
    finally:
        if place != STANDARD:
            file.close()


def _lines_of(file: BinaryIO, place: str, format_: str, columns: Columns, names_needed: bool) -> Source:  # noqa: FBT001
    total = None if place == STANDARD else os.fstat(file.fileno()).st_size
    if format_ == "csv":
        rows = CsvRecords(file, columns.needed)
        _check(rows.names, columns)
        return Source(format_, iter(rows), total, rows.names, rows)
    records = read_json_lines(file)
    names = None
    if names_needed:
        names, records = _names_of_first(records, columns)
    return Source(format_, records, total, names)


def _check(names: list[str], columns: Columns) -> None:
    columns.check_free(names)
    missing = [name for name in columns.needed if name not in names]
    if missing:
        there = ", ".join(names[:20])
        raise Unusable(f"The input has no column {missing[0]}, only {there}. Say --field {missing[0]}=COLUMN.")


def _names_of_first(records: Iterator[Record], columns: Columns) -> tuple[list[str], Iterator[Record]]:
    """Return the names of the first record that can be written, and all records."""
    passed: list[Record] = []
    held = 0
    for record in records:
        passed.append(record)
        if record.values is not None and not (columns.taken(record.values) or unfit_for_columns(record.values)):
            return list(record.values), chain(passed, records)
        held += record.held_bytes
        if len(passed) == _MAX_BEFORE_FIRST or held > _MAX_BYTES_BEFORE_FIRST:
            raise Unusable(
                f"None of the first {len(passed):,} records can be written, so the CSV has no columns: {record.reason}"
            )
    return [], iter(passed)


@contextmanager
def _told(place: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.filename is None:
            raise
        raise Unusable(f"{Path(place).name} cannot be read: {error.strerror}.") from None


def skipping(records: Iterable[Record], number: int) -> Iterator[Record]:
    """Yield the records after the first `number`."""
    return (record for record in records if record.number > number)
