"""Write the batches of an answer as bytes of a file, batch by batch.

A CSV answer has the separator and the decimal sign of the file of the request.
"""

import csv
import io
from collections.abc import Callable, Sequence
from typing import Any, Literal, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from service.errors import NotAcceptable
from service.fields.arrow_values import is_text
from service.files.csv_format.csv_values import check_text, check_type, to_cells, value_type
from service.files.workbook_answer import WorkbookAnswerWriter
from service.rows.strict_json import safe_text
from wire.cells.text_style import Sign
from wire.media_types import FileKind


class Writer(Protocol):
    def check(self, others: list[pa.Array]) -> None:
        """Raise NotAcceptable if the file cannot hold the values of the first columns."""
        ...

    def write(self, batch: pa.RecordBatch) -> bytes:
        """Return the bytes of a batch."""
        ...

    def finish(self) -> bytes:
        """Return the last bytes of the file."""
        ...


def create_writer(kind: FileKind, schema: pa.Schema, *, separator: str = ",", decimal: Sign = "point") -> Writer:
    """Return a writer of this kind of file. Raises NotAcceptable if the kind cannot hold a column."""
    if kind == "csv":
        return _CsvWriter(schema, separator, decimal)
    if kind == "xlsx":
        return WorkbookAnswerWriter(schema)
    if kind == "arrow":
        return _ArrowWriter(lambda out: pa.ipc.new_stream(out, schema))
    try:
        return _ParquetWriter(schema)
    except pa.ArrowException:
        raise _not_parquet(pa.Table.from_batches([], schema)) from None


class _Buffer(io.RawIOBase):
    """A file that Arrow writes to. `drain` empties it."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._pieces.append(bytes(data))
        return len(self._pieces[-1])

    def drain(self) -> bytes:
        """Return the bytes since the last call."""
        content, self._pieces = b"".join(self._pieces), []
        return content


class _ArrowWriter:
    """Writes with the stream writer or the Parquet writer of Arrow."""

    def __init__(self, open_writer: Callable[[pa.NativeFile], Any]) -> None:
        self._buffer = _Buffer()
        self._writer = open_writer(pa.PythonFile(self._buffer, "w"))

    def check(self, others: list[pa.Array]) -> None:
        pass  # an Arrow stream holds every value

    def write(self, batch: pa.RecordBatch) -> bytes:
        self._writer.write_batch(batch)
        return self._buffer.drain()

    def finish(self) -> bytes:
        self._writer.close()
        return self._buffer.drain()


class _ParquetWriter(_ArrowWriter):
    def __init__(self, schema: pa.Schema) -> None:
        super().__init__(lambda out: pq.ParquetWriter(out, schema))
        self._names = schema.names

    def write(self, batch: pa.RecordBatch) -> bytes:
        try:
            return super().write(batch)
        except pa.ArrowException as error:
            raise _not_parquet(pa.Table.from_batches([batch])) from error

    def check(self, others: list[pa.Array]) -> None:
        for name, array in zip(self._names, others, strict=False):
            if array.type == pa.timestamp("s", getattr(array.type, "tz", None)):  # Parquet has no seconds
                try:
                    array.cast(pa.timestamp("ms", array.type.tz))
                except pa.ArrowException as error:
                    raise _not_parquet_column(name) from error


def _not_parquet(table: pa.Table) -> NotAcceptable:
    """Return the error for a table that Parquet cannot hold, with the name of its first such column."""
    for name in table.schema.names:
        try:
            pq.write_table(table.select([name]), io.BytesIO())
        except pa.ArrowException:
            return _not_parquet_column(name)
    return NotAcceptable("The columns of the file cannot be written as Parquet. Ask for an Arrow stream.")


def _not_parquet_column(name: str) -> NotAcceptable:
    return NotAcceptable(f"The column {safe_text(name)} cannot be written as Parquet. Ask for an Arrow stream.")


class _CsvWriter:
    def __init__(self, schema: pa.Schema, separator: str, decimal: Sign) -> None:
        for field in schema:
            check_type(field)
        self._names = schema.names
        self._text_columns = [index for index, field in enumerate(schema) if is_text(value_type(field.type))]
        self._time_columns = [index for index, field in enumerate(schema) if pa.types.is_temporal(value_type(field.type))]
        self._separator = separator
        self._header = self._lines([schema.names])
        self._comma_columns = [
            index for index, field in enumerate(schema) if decimal == "comma" and pa.types.is_floating(field.type)
        ]

    def check(self, others: list[pa.Array]) -> None:
        for index in self._time_columns:
            if index < len(others):
                to_cells(self._names[index], others[index])
        for index in self._text_columns:
            if index < len(others):
                check_text(self._names[index], others[index])

    def write(self, batch: pa.RecordBatch) -> bytes:
        columns = [to_cells(name, column) for name, column in zip(self._names, batch.columns, strict=True)]
        for index in self._comma_columns:
            columns[index] = [None if value is None else repr(value).replace(".", ",") for value in columns[index]]
        return self.finish() + (self._plain_lines(columns) or self._lines(list(zip(*columns, strict=True))))

    def finish(self) -> bytes:
        header, self._header = self._header, b""
        return header

    def _plain_lines(self, columns: list[list[Any]]) -> bytes:
        """Return the lines that the csv module would write, or nothing if a cell may need quotes. Faster than the module."""
        cells = [["" if value is None else str(value) for value in column] for column in columns]
        text = "\n".join([*map(self._separator.join, zip(*cells, strict=True)), ""])
        rows = len(cells[0])
        signs = text.count(self._separator), text.count("\n")
        if '"' in text or "\r" in text or len(cells) == 1 or signs != (rows * (len(cells) - 1), rows):
            return b""
        return text.encode()

    def _lines(self, rows: list[Sequence[Any]]) -> bytes:
        text = self._format(rows, csv.QUOTE_MINIMAL)
        if "\r" in text:  # the csv module does not quote it, and a reader would end the row there
            text = self._format(rows, csv.QUOTE_ALL)
        return text.encode()

    def _format(self, rows: list[Sequence[Any]], quoting: Literal[0, 1]) -> str:
        out = io.StringIO(newline="")
        csv.writer(out, delimiter=self._separator, lineterminator="\n", quoting=quoting).writerows(rows)
        return out.getvalue()
