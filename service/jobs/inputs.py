"""What a nightly job reads: a Parquet file or folder, a CSV file, a table of a database, in batches of bounded memory.

The same input gives the same batches again.
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
from service.files.file_parts import wrong_cells
from service.jobs.key_columns import keys_as_written
from service.jobs.partitions import BATCH_ROWS, FAULT, Partition, WrongInput, first_line, held, in_file
from service.schemas.row_files import Decimal
from service.store.external_table import ForeignTable

_TEXTS = {".csv", ".tsv", ".txt"}


class Source(Protocol):
    name: str
    """What it is, as it is kept with the run: no password in it."""
    columns: list[str]
    rows: int | None
    """None: not known before it was read."""

    def partitions(self, columns: list[str], most: int | None) -> Iterator[Partition]: ...


@dataclass(frozen=True)
class RequiredColumns:
    """What a job needs of an input whose cells are text: names to know its separator by, key, how numbers are written."""

    required: list[str]
    numbers: frozenset[str]
    key: str = ""
    decimal: Decimal | None = None
    charset: str = ""


def open_source(given: str, wanted: RequiredColumns) -> Source:
    """Open what `--input` names. Raises WrongInput."""
    try:
        if "://" in given:
            return _TableSource(given)
        path = Path(given)
        if path.is_file() and path.suffix.lower() in _TEXTS:
            return _CsvSource(path, wanted)
        files = _files_in(path) if path.is_dir() else [path]
        if not files or not all(file.is_file() for file in files):
            raise WrongInput(f"There is no Parquet file, folder of them or CSV file {path.name!r}.")
        return _ParquetSource(path, files)
    except (pa.ArrowException, OSError, UnicodeError) as error:
        raise WrongInput(f"The input cannot be read: {first_line(error)}") from error
    except InvalidFile as error:
        raise WrongInput(_sentence(error)) from error
    except BrokenStorage as error:
        raise WrongInput(str(error)) from error


def _files_in(folder: Path) -> list[Path]:
    """Return the Parquet files of a folder. Raises WrongInput where some are further down: none is left out in silence."""
    found = sorted(file for file in folder.rglob("*") if file.suffix.lower() == ".parquet" and file.is_file())
    deeper = [file for file in found if file.parent != folder]
    if deeper:
        inner = deeper[0].relative_to(folder).parent
        raise WrongInput(
            f"Folders in a folder are not read: {str(inner)[:64]!r} has Parquet files. Put all into one folder."
        )
    return found


def partitions(source: Source, columns: list[str], most: int | None = None) -> Iterator[Partition]:
    """Yield the columns in partitions of `most` batches. Raises WrongInput where a column is missing."""
    missing = [name for name in columns if name not in source.columns]
    if missing:
        raise WrongInput(f"The input has no column {missing[0]!r}.")
    twice = [name for name in columns if source.columns.count(name) > 1]
    if twice:
        raise WrongInput(f"The input has the column {twice[0]!r} twice.")
    return source.partitions(columns, most)


def read(source: Source, columns: list[str]) -> Iterator[pa.RecordBatch]:
    """Yield the columns in batches. Raises WrongInput where a column is missing, or the input ends in the middle."""
    for partition in partitions(source, columns):
        yield from partition.batches()


def _sentence(error: InvalidFile) -> str:
    """Return what is wrong with a file, and the option of the command that says more of it."""
    option = {
        "mixed_decimals": "--decimal point or --decimal comma",
        "unclear_thousands": "--decimal point or --decimal comma",
        "wrong_encoding": "--charset windows-1250",
    }.get(error.faults[0].code if error.faults else "")
    return f"{error.detail} In this command: {option}." if option else error.detail


def _to_its_end(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
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
        opened = [pa.parquet.ParquetFile(file) for file in files]
        self.columns = list(opened[0].schema_arrow.names)
        self.rows: int | None = sum(file.metadata.num_rows for file in opened)
        names = sorted(self.columns)
        others = [file for file, each in zip(files, opened, strict=True) if sorted(each.schema_arrow.names) != names]
        if others:
            raise WrongInput(f"{others[0].name} has other columns than {files[0].name}.")

    def partitions(self, columns: list[str], most: int | None) -> Iterator[Partition]:
        for file in self._files:
            yield from in_file(file, columns, most)


class _CsvSource:
    """A CSV file as `predictions` takes it. Cells stay text, with decimal points: what is in them is for the card to say."""

    def __init__(self, path: Path, wanted: RequiredColumns) -> None:
        self.name = str(path.resolve())
        self._text = CsvText(path, wanted.required, wanted.charset)
        self.columns = self._text.names
        self._key = wanted.key
        self._numbers = [place for place, name in enumerate(self.columns) if name in wanted.numbers]
        rows, self._decimal = self._text.survey(self._numbers, wanted.decimal, sys.maxsize)
        self.rows: int | None = rows

    def partitions(self, columns: list[str], most: int | None) -> Iterator[Partition]:
        return held(_to_its_end(self._batches(columns)), most)

    def _batches(self, columns: list[str]) -> Iterator[pa.RecordBatch]:
        for rows, _ in self._text.chunks():
            for start in range(0, len(rows), BATCH_ROWS):
                yield self._batch(rows[start : start + BATCH_ROWS], columns)

    def _batch(self, rows: list[list[str]], columns: list[str]) -> pa.RecordBatch:
        faults = wrong_cells(rows, len(self.columns))
        cells = list(zip(*rows, strict=True))
        arrays = [self._column(self.columns.index(name), cells) for name in columns]
        if not faults:
            return pa.RecordBatch.from_arrays(arrays, names=columns)
        told = [faults[place][0].message if place in faults else None for place in range(len(rows))]
        return pa.RecordBatch.from_arrays([*arrays, pa.array(told, pa.string())], names=[*columns, FAULT])

    def _column(self, place: int, cells: list[tuple[str, ...]]) -> pa.Array:
        array = pa.array(cells[place], pa.string())
        if self.columns[place] == self._key:
            return keys_as_written(array, "," if self._decimal == "comma" else ".")
        return with_points(array) if self._decimal == "comma" and place in self._numbers else array


class _TableSource:
    def __init__(self, given: str) -> None:
        url, _, table = given.rpartition("#")
        if not url or not table:
            raise WrongInput("A table is named after the database: sqlite:///file.db#table or postgresql://…#table.")
        self._table = ForeignTable(url, table)
        self.name = self._table.name
        self.columns = self._table.columns
        self.rows: int | None = self._table.rows

    def partitions(self, columns: list[str], most: int | None) -> Iterator[Partition]:
        return held(_to_its_end(self._batches(columns)), most)

    def _batches(self, columns: list[str]) -> Iterator[pa.RecordBatch]:
        """The last column is the key: the table is read in its order."""
        for rows in self._table.pages(columns, order=columns[-1], size=BATCH_ROWS):
            yield pa.RecordBatch.from_arrays([_array(list(values)) for values in zip(*rows, strict=True)], names=columns)


def _array(values: list[object]) -> pa.Array:
    """Return a column as Arrow; one of mixed types as text."""
    try:
        return pa.array(values)
    except (pa.ArrowException, OverflowError):
        return pa.array([None if value is None else str(value) for value in values])
