"""Batches of the answer → the bytes of a file, as they come.

CSV is written as the caller's own file was: its separator, its decimal sign.
"""

import csv
import io
from collections.abc import Callable, Sequence
from typing import Any, Literal, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from service.errors import NotAcceptable
from service.files.csv_format.csv_values import cells, check_type
from service.schemas.row_files import Decimal
from wire.media_types import FileKind


class Writer(Protocol):
    def write(self, batch: pa.RecordBatch) -> bytes: ...

    def end(self) -> bytes: ...


def writer(kind: FileKind, schema: pa.Schema, *, separator: str = ",", decimal: Decimal = "point") -> Writer:
    """Raises NotAcceptable where the kind cannot hold a column."""
    if kind == "csv":
        return _CsvWriter(schema, separator, decimal)
    if kind == "arrow":
        return _ArrowWriter(lambda out: pa.ipc.new_stream(out, schema))
    try:
        return _ArrowWriter(lambda out: pq.ParquetWriter(out, schema))
    except pa.ArrowException:
        raise _no_parquet() from None


class _Outlet(io.RawIOBase):
    """Where Arrow writes to; what was written is taken out again at once."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._pieces.append(bytes(data))
        return len(self._pieces[-1])

    def taken(self) -> bytes:
        taken, self._pieces = b"".join(self._pieces), []
        return taken


class _ArrowWriter:
    """Writes with one of Arrow's own writers: of streams, of Parquet."""

    def __init__(self, opened: Callable[[pa.NativeFile], Any]) -> None:
        self._outlet = _Outlet()
        self._writer = opened(pa.PythonFile(self._outlet, "w"))

    def write(self, batch: pa.RecordBatch) -> bytes:
        try:
            self._writer.write_batch(batch)
        except pa.ArrowException as error:
            raise _no_parquet() from error
        return self._outlet.taken()

    def end(self) -> bytes:
        self._writer.close()
        return self._outlet.taken()


def _no_parquet() -> NotAcceptable:
    return NotAcceptable("A column of the file cannot be written as Parquet. Ask for an Arrow stream.")


class _CsvWriter:
    def __init__(self, schema: pa.Schema, separator: str, decimal: Decimal) -> None:
        for field in schema:
            check_type(field)
        self._names = schema.names
        self._separator = separator
        self._head = self._lines([schema.names])
        self._commas = [
            place for place, field in enumerate(schema) if decimal == "comma" and pa.types.is_floating(field.type)
        ]

    def write(self, batch: pa.RecordBatch) -> bytes:
        columns = [cells(name, column) for name, column in zip(self._names, batch.columns, strict=True)]
        for place in self._commas:
            columns[place] = [None if value is None else repr(value).replace(".", ",") for value in columns[place]]
        return self.end() + self._lines(list(zip(*columns, strict=True)))

    def end(self) -> bytes:
        head, self._head = self._head, b""
        return head

    def _lines(self, rows: list[Sequence[Any]]) -> bytes:
        text = self._written(rows, csv.QUOTE_MINIMAL)
        if "\r" in text:  # the csv module would leave it bare, and a reader ends the row there
            text = self._written(rows, csv.QUOTE_ALL)
        return text.encode()

    def _written(self, rows: list[Sequence[Any]], quoting: Literal[0, 1]) -> str:
        out = io.StringIO(newline="")
        csv.writer(out, delimiter=self._separator, lineterminator="\n", quoting=quoting).writerows(rows)
        return out.getvalue()
