"""Opens the input of a nightly job, and reads its columns.

The same input always gives the same batches.
"""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from service.errors import BrokenStorage, InvalidFile, TooLarge
from service.jobs.sources.csv_source import TEXTS, CsvSource, is_csv
from service.jobs.sources.folder_listing import FolderListing, ParquetInput, is_parquet, list_folder
from service.jobs.sources.parquet_source import ParquetSource
from service.jobs.sources.partitions import Partition, WrongInput, first_line
from service.jobs.sources.remote_paths import is_remote, public_name, remote_path
from service.jobs.sources.source import RequiredColumns, Source
from service.jobs.sources.table_source import TableSource

_DATABASES = ("sqlite", "postgresql")


def open_source(address: str, required: RequiredColumns) -> Source:
    """Open what `--input` names. Raises WrongInput."""
    try:
        if is_table(address):
            return TableSource(address, required.database_seconds)
        if is_remote(address):
            return _open_remote(address, required)
        if "://" in address:
            raise WrongInput(
                f"An input is a file, a folder, a table such as sqlite:///file.db#table, or an address of s3://, gs://, "
                f"abfs:// or sftp://; {address.partition('://')[0][:20]}:// is none of them."
            )
        path = Path(address)
        return _open_files(path, str(path.resolve()), required)
    except (pa.ArrowException, OSError, UnicodeError) as error:
        raise WrongInput(f"The input cannot be read: {first_line(error)}") from error
    except (InvalidFile, TooLarge) as error:
        raise WrongInput(_message(error)) from error
    except BrokenStorage as error:
        raise WrongInput(str(error)) from error


def is_table(address: str) -> bool:
    """Return whether `--input` names a table of a database."""
    scheme, separator, _ = address.partition("://")
    return bool(separator) and scheme.partition("+")[0].lower() in _DATABASES


def _open_remote(address: str, required: RequiredColumns) -> Source:
    """Open files of a remote store. Raises WrongInput, and OSError for any error of the store."""
    path = remote_path(address)
    try:
        return _open_files(path, public_name(address), required)
    except (WrongInput, InvalidFile, TooLarge, pa.ArrowException):
        raise
    except Exception as error:  # the package of each store has errors of its own
        raise OSError(f"{type(error).__name__}: {first_line(error)}") from error


def _open_files(path: Path, name: str, required: RequiredColumns) -> Source:
    """Open a file or a folder; `name` is what the store keeps with the run."""
    if path.is_dir():
        return ParquetSource(name, list_folder(path))
    if is_parquet(path):
        return ParquetSource(name, FolderListing([ParquetInput(path)]))
    if not path.is_file():
        raise WrongInput(f"There is no Parquet file, folder of Parquet files or CSV file {path.name!r}.")
    if not is_csv(path.name):
        raise WrongInput(
            f"{path.name!r} is neither a Parquet file, nor a CSV file (…{', …'.join(TEXTS)}, also with .gz, .zip or .zst), "
            "nor an Excel workbook (….xlsx)."
        )
    return CsvSource(path, name, required)


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


def _charset_option(error: InvalidFile | TooLarge) -> str:
    charset = error.charset if isinstance(error, InvalidFile) else ""
    return f"--charset {charset}" if charset else ""


def _message(error: InvalidFile | TooLarge) -> str:
    """Return what is wrong with a file, and the option of the command that solves it."""
    option = {
        "mixed_decimals": "--decimal point or --decimal comma",
        "unclear_thousands": "--decimal point or --decimal comma, or --thousands point or --thousands comma",
        "unknown_sheet": "--sheet NAME",
        "missing_column": "--field FIELD=COLUMN",
        "wrong_encoding": _charset_option(error),
    }.get(error.faults[0].code if error.faults else "")
    problem = error.problem if isinstance(error, InvalidFile) else error.detail
    return f"{problem} In this command: {option}." if option else problem
