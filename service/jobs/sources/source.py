"""What a job needs of an input, and what an input offers to a job."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import pyarrow as pa

from service.errors import BrokenStorage
from service.jobs.sources.partitions import Partition, WrongInput, first_line
from wire.cells.text_options import TextOptions
from wire.cells.text_style import TextStyle
from wire.column_names import ColumnNames


class Source(Protocol):
    name: str
    """The input as the store keeps it with the run, without a password."""
    columns: list[str]
    rows: int | None
    """None if it is unknown until the input is read."""
    ignored_files: int
    """Files of a folder that are not read because of their names."""
    matched: dict[str, str]
    """Field → column, for the fields whose column has another name."""
    style: TextStyle
    """How the values of a text are written."""
    typed: frozenset[str]
    """The columns in which a text is no number and no boolean: those of Parquet files. In the others it may be one."""

    def partitions(self, columns: list[str], max_batches: int | None) -> Iterator[Partition]: ...


@dataclass(frozen=True)
class RequiredColumns:
    """What a job needs to read an input: columns, also to find the separator of a CSV; its key; how it is read."""

    names: list[str]
    numbers: frozenset[str]
    key: str = ""
    dates: frozenset[str] = frozenset()
    """The columns of dates: in a sheet, a date takes the day of a date with a time, as in Parquet."""
    text: TextOptions = field(default_factory=TextOptions)
    charset: str = ""
    database_seconds: float = 300.0
    """The wait for an answer of PostgreSQL."""
    labels: Mapping[str, Collection[str]] = field(default_factory=dict)
    """Field → its labels, by which a column of a CSV is found too."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Field → the column of a CSV that holds it."""

    def column_names(self) -> ColumnNames:
        """Return the names by which the columns of a CSV are found."""
        return ColumnNames(self.names, dict.fromkeys(self.names, ()) | dict(self.labels), self.columns)


def with_read_errors(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    try:
        yield from batches
    except (pa.ArrowException, OSError, UnicodeError) as error:
        raise WrongInput(f"The input cannot be read to its end: {first_line(error)}") from error
    except BrokenStorage as error:
        raise WrongInput(str(error)) from error
