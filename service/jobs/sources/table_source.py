"""A table of a database as the input of a job."""

from collections.abc import Iterator

import pyarrow as pa

from service.jobs.sources.partitions import BATCH_ROWS, Partition, WrongInput, load_partitions
from service.jobs.sources.source import with_read_errors
from service.store.external_table import ForeignTable
from wire.cells.text_style import PROGRAM_STYLE


class TableSource:
    ignored_files = 0
    style = PROGRAM_STYLE
    typed: frozenset[str] = frozenset()  # SQLite has no dates and booleans, and a column may hold texts beside numbers

    def __init__(self, address: str, answer_seconds: float) -> None:
        url, _, table = address.rpartition("#")
        if not url or not table:
            raise WrongInput("Name the table after the database: sqlite:///file.db#table or postgresql://…#table.")
        self._table = ForeignTable(url, table, answer_seconds)
        self.name = self._table.name
        self.matched: dict[str, str] = {}
        self.columns = self._table.columns
        self.rows: int | None = self._table.rows

    def partitions(self, columns: list[str], max_batches: int | None) -> Iterator[Partition]:
        return load_partitions(with_read_errors(self._batches(columns)), max_batches)

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
