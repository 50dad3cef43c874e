"""What a nightly job reads: a Parquet file or folder, a CSV file, a table of a database, in batches of bounded memory.

Knows: files and tables. Must not know: models, the store's own tables. The same input gives the same batches again.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from service.errors import BrokenStorage
from service.jobs.partitions import BATCH_ROWS, Partition, WrongInput, first_line, held, in_file
from service.store.foreign import ForeignTable

_CSV_BLOCK_BYTES = 2**20


class Source(Protocol):
    name: str
    """What it is, as it is kept with the run: no password in it."""
    columns: list[str]
    rows: int | None
    """None: not known before it was read."""

    def partitions(self, columns: list[str], most: int | None) -> Iterator[Partition]: ...


def open_source(given: str) -> Source:
    """Open what `--input` names. Raises WrongInput."""
    try:
        if "://" in given:
            return _TableSource(given)
        path = Path(given)
        if path.is_file() and path.suffix.lower() == ".csv":
            return _CsvSource(path)
        files = sorted(path.glob("*.parquet")) if path.is_dir() else [path]
        if not files or not all(file.is_file() for file in files):
            raise WrongInput(f"There is no Parquet file, folder of them or CSV file {path.name!r}.")
        return _ParquetSource(path, files)
    except (pa.ArrowException, OSError, UnicodeError) as error:
        raise WrongInput(f"The input cannot be read: {first_line(error)}") from error
    except BrokenStorage as error:
        raise WrongInput(str(error)) from error


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
        others = [file for file, parquet in zip(files, opened, strict=True) if parquet.schema_arrow.names != self.columns]
        if others:
            raise WrongInput(f"{others[0].name} has other columns than {files[0].name}.")

    def partitions(self, columns: list[str], most: int | None) -> Iterator[Partition]:
        for file in self._files:
            yield from in_file(file, columns, most)


class _CsvSource:
    """Commas, a header, UTF-8. All cells are read as text: what stands in them is for the card to say."""

    def __init__(self, path: Path) -> None:
        self.name = str(path.resolve())
        self._path = path
        self.rows: int | None = None
        with pa.csv.open_csv(path, self._blocks()) as opened:
            self.columns = list(opened.schema.names)

    def partitions(self, columns: list[str], most: int | None) -> Iterator[Partition]:
        return held(_to_its_end(self._batches(columns)), most)

    def _batches(self, columns: list[str]) -> Iterator[pa.RecordBatch]:
        convert = pa.csv.ConvertOptions(
            include_columns=columns, column_types=dict.fromkeys(columns, pa.string()), strings_can_be_null=False
        )
        with pa.csv.open_csv(self._path, self._blocks(), convert_options=convert) as opened:
            for block in opened:
                for start in range(0, block.num_rows, BATCH_ROWS):
                    yield block.slice(start, BATCH_ROWS)

    @staticmethod
    def _blocks() -> pa.csv.ReadOptions:
        return pa.csv.ReadOptions(block_size=_CSV_BLOCK_BYTES, use_threads=False)


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
