"""The input of a nightly job: a Parquet file or folder, a CSV file or a database table, read in batches of bounded size.

The same input always gives the same batches.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pyarrow as pa
import pyarrow.parquet

from service.errors import BrokenStorage, InvalidFile
from service.fields.arrow_values import with_points
from service.files.csv_format.csv_text import CsvText
from service.files.file_parts import normalize_rows
from service.jobs.key_columns import normalize_csv_keys
from service.jobs.partitions import BATCH_ROWS, FAULT, Partition, WrongInput, first_line, load_partitions, parquet_partitions
from service.schemas.row_files import Decimal
from service.store.external_table import ForeignTable

_TEXTS = {".csv", ".tsv", ".txt"}


class Source(Protocol):
    name: str
    """The input as the store keeps it with the run, without a password."""
    columns: list[str]
    rows: int | None
    """None if it is unknown until the input is read."""

    def partitions(self, columns: list[str], max_batches: int | None) -> Iterator[Partition]: ...


@dataclass(frozen=True)
class RequiredColumns:
    """What a job needs to read an input: columns, also to find the separator of a CSV; its key; the form of its numbers."""

    names: list[str]
    numbers: frozenset[str]
    key: str = ""
    decimal: Decimal | None = None
    charset: str = ""


def open_source(address: str, required: RequiredColumns) -> Source:
    """Open what `--input` names. Raises WrongInput."""
    try:
        if "://" in address:
            return _TableSource(address)
        path = Path(address)
        if path.is_file() and path.suffix.lower() in _TEXTS:
            return _CsvSource(path, required)
        files = _parquet_files(path) if path.is_dir() else [path]
        if not files or not all(file.is_file() for file in files):
            raise WrongInput(f"There is no Parquet file, folder of Parquet files or CSV file {path.name!r}.")
        return _ParquetSource(path, files)
    except (pa.ArrowException, OSError, UnicodeError) as error:
        raise WrongInput(f"The input cannot be read: {first_line(error)}") from error
    except InvalidFile as error:
        raise WrongInput(_message(error)) from error
    except BrokenStorage as error:
        raise WrongInput(str(error)) from error


def _parquet_files(folder: Path) -> list[Path]:
    """Return the Parquet files of a folder. Raises WrongInput if a subfolder has Parquet files too."""
    files = sorted(file for file in folder.rglob("*") if file.suffix.lower() == ".parquet" and file.is_file())
    in_subfolders = [file for file in files if file.parent != folder]
    if in_subfolders:
        inner = in_subfolders[0].relative_to(folder).parent
        raise WrongInput(
            f"Subfolders are not read, and {str(inner)[:64]!r} has Parquet files. Put all files into one folder."
        )
    return files


def partitions(source: Source, columns: list[str], max_batches: int | None = None) -> Iterator[Partition]:
    """Yield the columns in partitions of `max_batches` batches. Raises WrongInput if a column is missing or doubled."""
    missing = [name for name in columns if name not in source.columns]
    if missing:
        raise WrongInput(f"The input has no column {missing[0]!r}.")
    doubled = [name for name in columns if source.columns.count(name) > 1]
    if doubled:
        raise WrongInput(f"The input has the column {doubled[0]!r} twice.")
    return source.partitions(columns, max_batches)


def read(source: Source, columns: list[str]) -> Iterator[pa.RecordBatch]:
    """Yield the columns in batches. Raises WrongInput if a column is missing or doubled, or if the input cannot be read."""
    for partition in partitions(source, columns):
        yield from partition.batches()


def _message(error: InvalidFile) -> str:
    """Return what is wrong with a file, and the option of the command that solves it."""
    option = {
        "mixed_decimals": "--decimal point or --decimal comma",
        "unclear_thousands": "--decimal point or --decimal comma",
        "wrong_encoding": "--charset windows-1250",
    }.get(error.faults[0].code if error.faults else "")
    return f"{error.detail} In this command: {option}." if option else error.detail


def _with_read_errors(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    try:
        yield from batches
    except (pa.ArrowException, OSError, UnicodeError) as error:
        raise WrongInput(f"The input cannot be read to its end: {first_line(error)}") from error
    except BrokenStorage as error:
        raise WrongInput(str(error)) from error


class _ParquetSource:
    def __init__(self, path: Path, files: list[Path]) -> None:
        self.name = str(path.resolve())
        self._files = files
        parquets = [pa.parquet.ParquetFile(file) for file in files]
        self.columns = list(parquets[0].schema_arrow.names)
        self.rows: int | None = sum(file.metadata.num_rows for file in parquets)
        names = sorted(self.columns)
        different = [file for file, each in zip(files, parquets, strict=True) if sorted(each.schema_arrow.names) != names]
        if different:
            raise WrongInput(f"{different[0].name} has other columns than {files[0].name}.")

    def partitions(self, columns: list[str], max_batches: int | None) -> Iterator[Partition]:
        for file in self._files:
            yield from parquet_partitions(file, columns, max_batches)


class _CsvSource:
    """A CSV file as `predictions` takes it. Cells stay text, with decimal points; the checks of the card parse them."""

    def __init__(self, path: Path, required: RequiredColumns) -> None:
        self.name = str(path.resolve())
        self._text = CsvText(path, required.names, required.charset)
        self.columns = self._text.names
        self._key = required.key
        self._numbers = [index for index, name in enumerate(self.columns) if name in required.numbers]
        rows, self._decimal = self._text.survey(self._numbers, required.decimal, sys.maxsize)
        self.rows: int | None = rows

    def partitions(self, columns: list[str], max_batches: int | None) -> Iterator[Partition]:
        return load_partitions(_with_read_errors(self._batches(columns)), max_batches)

    def _batches(self, columns: list[str]) -> Iterator[pa.RecordBatch]:
        for rows, _ in self._text.chunks():
            for start in range(0, len(rows), BATCH_ROWS):
                yield self._batch(rows[start : start + BATCH_ROWS], columns)

    def _batch(self, rows: list[list[str]], columns: list[str]) -> pa.RecordBatch:
        faults = normalize_rows(rows, len(self.columns))
        cells = list(zip(*rows, strict=True))
        arrays = [self._column(self.columns.index(name), cells) for name in columns]
        if not faults:
            return pa.RecordBatch.from_arrays(arrays, names=columns)
        messages = [faults[index][0].message if index in faults else None for index in range(len(rows))]
        return pa.RecordBatch.from_arrays([*arrays, pa.array(messages, pa.string())], names=[*columns, FAULT])

    def _column(self, index: int, cells: list[tuple[str, ...]]) -> pa.Array:
        array = pa.array(cells[index], pa.string())
        if self.columns[index] == self._key:
            return normalize_csv_keys(array, "," if self._decimal == "comma" else ".")
        return with_points(array) if self._decimal == "comma" and index in self._numbers else array


class _TableSource:
    def __init__(self, address: str) -> None:
        url, _, table = address.rpartition("#")
        if not url or not table:
            raise WrongInput("Name the table after the database: sqlite:///file.db#table or postgresql://…#table.")
        self._table = ForeignTable(url, table)
        self.name = self._table.name
        self.columns = self._table.columns
        self.rows: int | None = self._table.rows

    def partitions(self, columns: list[str], max_batches: int | None) -> Iterator[Partition]:
        return load_partitions(_with_read_errors(self._batches(columns)), max_batches)

    def _batches(self, columns: list[str]) -> Iterator[pa.RecordBatch]:
        """Read the table in the order of its key, the last column."""
        for rows in self._table.pages(columns, order=columns[-1], size=BATCH_ROWS):
            yield pa.RecordBatch.from_arrays([_array(list(values)) for values in zip(*rows, strict=True)], names=columns)


def _array(values: list[object]) -> pa.Array:
    """Return a column as Arrow; a column of mixed types as text."""
    try:
        return pa.array(values)
    except (pa.ArrowException, OverflowError):
        return pa.array([None if value is None else str(value) for value in values])
