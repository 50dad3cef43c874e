"""Opens the input: a file by its ending, or standard input; and says which file it is.

Knows: files and endings. Must not know: the service, the output.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

from pipeline.columns import Columns
from pipeline.errors import Unusable
from pipeline.parquet import ParquetRecords
from pipeline.records import CsvRecords, Record, read_json_lines

STANDARD = "-"
_FORMATS = {".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".parquet": "parquet"}
_SAMPLE_BYTES = 2**20


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
    """Return what tells a file from another one: its size, its beginning and its end."""
    with _told(place), Path(place).open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        first = file.read(_SAMPLE_BYTES)
        file.seek(max(0, size - _SAMPLE_BYTES))
        return {"size": size, "sha256": hashlib.sha256(first + file.read(_SAMPLE_BYTES)).hexdigest()}


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
        names, records = _names_of_first(records)
    return Source(format_, records, total, names)


def _check(names: list[str], columns: Columns) -> None:
    columns.check_free(names)
    missing = [name for name in columns.needed if name not in names]
    if missing:
        there = ", ".join(names[:20])
        raise Unusable(f"The input has no column {missing[0]}, only {there}. Say --field {missing[0]}=COLUMN.")


def _names_of_first(records: Iterator[Record]) -> tuple[list[str], Iterator[Record]]:
    """Return the names of the first record that can be read, and all records."""
    passed: list[Record] = []
    for record in records:
        passed.append(record)
        if record.values is not None:
            return list(record.values), chain(passed, records)
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
