"""Opens the input, a file or standard input, and identifies it."""

import hashlib
import os
import stat
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO

from pipeline.columns import Columns
from pipeline.errors import Unusable
from pipeline.formats.packed import open_packed, recode
from pipeline.formats.parquet import ParquetRecords
from pipeline.formats.records import CsvRecords, Record, read_json_lines, reason_not_writable
from tabular.compression import ENDINGS, compression_of
from tabular.sheet_cells import ColumnKind
from wire.cells.csv_rules import SEPARATORS, SHEET_SEPARATORS
from wire.cells.decimal_sign import DecimalEvidence, UnclearDecimalSign
from wire.cells.text_options import TextOptions
from wire.cells.text_style import PROGRAM_STYLE, Sign, TextStyle

STANDARD = "-"
_FORMATS = {".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".parquet": "parquet", ".xlsx": "xlsx"}

_CELLS_AT_ONCE = 20_000
_MAX_BEFORE_FIRST, _MAX_BYTES_BEFORE_FIRST = 10_000, 32 * 2**20


@dataclass
class Source:
    """An open input. `total` is its size in bytes, or in rows for Parquet; None for standard input."""

    format: str
    records: Iterator[Record]
    total: int | None
    names: list[str] | None = None
    csv: CsvRecords | None = None
    style: TextStyle = PROGRAM_STYLE
    """How the values of a CSV are written."""
    kinds: dict[str, ColumnKind] = field(default_factory=dict)
    """The kinds of the columns of a sheet."""

    @property
    def moments(self) -> set[str]:
        """The columns of a sheet whose cells are dates with a time."""
        return {name for name, kind in self.kinds.items() if kind == "timestamp[us]"}


def format_of(location: str, standard: str, *, is_input: bool) -> str:
    """Return the format of a file by its ending; an input may be a compressed CSV. Raises Unusable."""
    if location == STANDARD:
        return standard
    endings = dict(_FORMATS)
    if is_input:
        endings |= {f".csv{compression}": "csv" for compression in ENDINGS}
    name = Path(location).name.lower()
    format_ = next((format_ for ending, format_ in endings.items() if name.endswith(ending)), None)
    if format_ is None:
        raise Unusable(f"{Path(location).name}: the ending must be one of {', '.join(endings)}.")
    return format_


def identity(location: str) -> dict[str, Any]:
    """Return the size of a file and the hash of its bytes, which tell it from every other one."""
    with _unusable_if_unreadable(location):
        if stat.S_ISFIFO(Path(location).stat().st_mode):  # to hash it here would leave nothing for the run
            raise Unusable(f"{Path(location).name} is a pipe: give it as standard input, with {STANDARD} for IN.")
        with Path(location).open("rb") as file:
            return {"size": os.fstat(file.fileno()).st_size, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}


@contextmanager
def open_source(
    location: str, format_: str, columns: Columns, options: TextOptions, *, names_needed: bool
) -> Iterator[Source]:
    """Open an input. Raises Unusable if it lacks a column that the model needs."""
    if format_ == "parquet":
        with _unusable_if_unreadable(location):
            table = ParquetRecords(Path(location))
        _check(table.names, columns)
        yield Source(format_, iter(table), table.rows, table.names)
        return
    with _unusable_if_unreadable(location):
        if location == STANDARD and sys.stdin is None:
            raise Unusable("Standard input is closed.")
        # Not sys.stdin, and never closed: a thread may still read from it when the run ends.
        file = open(0, "rb", closefd=False) if location == STANDARD else Path(location).open("rb")  # noqa: SIM115
    try:
        compression = compression_of(location)
        if format_ == "xlsx" or compression:
            unpacked, kinds = open_packed(file, Path(location).name, compression, options.sheet)
            with unpacked, _in_utf_8(unpacked, location, options if format_ == "csv" else TextOptions()) as readable:
                yield _csv_of(readable, format_, columns, options, kinds)
        elif format_ == "csv":
            with _in_utf_8(file, location, options) as readable:
                yield _csv_of(readable, location, columns, options)
        else:
            yield _lines_of(file, location, columns, names_needed)
    finally:
        if location != STANDARD:
            file.close()


@contextmanager
def _in_utf_8(file: BinaryIO, location: str, options: TextOptions) -> Iterator[BinaryIO]:
    """Yield a CSV as UTF-8. Raises Unusable if it is in another encoding than the options say, or is a stream."""
    if not options.charset:
        yield file
        return
    if location == STANDARD:
        raise Unusable("Standard input is read as UTF-8: --charset is for files.")
    with recode(file, Path(location).name, options.charset) as readable:
        yield readable


def _csv_of(
    file: BinaryIO, location: str, columns: Columns, options: TextOptions, kinds: Sequence[ColumnKind] = ()
) -> Source:
    """Return a CSV, or a sheet as CSV. A file is read twice, first for its decimal sign; standard input cannot be."""
    other_than_thousands: Sign = "comma" if options.thousands == "point" else "point"
    decimal = options.decimal or other_than_thousands
    total = None
    separators = SHEET_SEPARATORS if kinds else SEPARATORS
    rows = CsvRecords(file, columns.names, separators)
    columns.use(rows.column_of)
    if location != STANDARD:
        total = os.fstat(file.fileno()).st_size
        decimal = "point" if kinds else _decimal_sign(rows, columns, options)
        file.seek(0)
        rows = CsvRecords(file, columns.names, separators)
    _check(rows.names, columns)
    types = dict(zip(rows.names, kinds, strict=bool(kinds)))
    return Source("csv", iter(rows), total, rows.names, rows, options.style(decimal), types)


def _decimal_sign(rows: CsvRecords, columns: Columns, options: TextOptions) -> Sign:
    evidence, names = DecimalEvidence(options.thousands), columns.numbers
    cells = (record.values.get(name, "") for record in rows if record.values for name in names)
    while part := list(islice(cells, _CELLS_AT_ONCE)):
        evidence.add_cells(part)
    try:
        return evidence.decide(options.decimal, rows.separator)
    except UnclearDecimalSign as error:
        raise Unusable(f"{error} Say which it is: --decimal or --thousands, each with point or comma.") from None


def _lines_of(file: BinaryIO, location: str, columns: Columns, names_needed: bool) -> Source:  # noqa: FBT001
    total = None if location == STANDARD else os.fstat(file.fileno()).st_size
    records = read_json_lines(file)
    names = None
    if names_needed:
        names, records = _names_of_first(records, columns)
    return Source("jsonl", records, total, names)


def _check(names: list[str], columns: Columns) -> None:
    columns.check_free(names)
    missing = [name for name in columns.needed if name not in names]
    if missing:
        columns_listed = ", ".join(names[:20])
        raise Unusable(f"The input has no column {missing[0]}, only {columns_listed}. Say --field {missing[0]}=COLUMN.")


def _names_of_first(records: Iterator[Record], columns: Columns) -> tuple[list[str], Iterator[Record]]:
    """Return the names of the first record that can be written, and all records."""
    skipped: list[Record] = []
    size = 0
    for record in records:
        skipped.append(record)
        if record.values is not None and not (columns.reason_not_free(record.values) or reason_not_writable(record.values)):
            return list(record.values), chain(skipped, records)
        size += record.memory_bytes
        if len(skipped) == _MAX_BEFORE_FIRST or size > _MAX_BYTES_BEFORE_FIRST:
            raise Unusable(
                f"None of the first {len(skipped):,} records can be written, so the CSV has no columns: {record.reason}"
            )
    return [], iter(skipped)


@contextmanager
def _unusable_if_unreadable(location: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.filename is None:
            raise
        raise Unusable(f"{Path(location).name} cannot be read: {error.strerror}.") from None


def records_after(records: Iterable[Record], number: int) -> Iterator[Record]:
    """Yield the records after the first `number`."""
    return (record for record in records if record.number > number)
