"""Batches of the answer → the bytes of a file, as they come.

Knows: formats. Must not know: models, HTTP. CSV is written as the caller's own file was: its separator, its decimal sign.
"""

import csv
import io
from collections.abc import Callable
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from service.errors import NotAcceptable
from service.files.dialect import Decimal
from service.files.formats import Kind
from service.strict_json import shown


class Writer(Protocol):
    def write(self, batch: pa.RecordBatch) -> bytes: ...

    def end(self) -> bytes: ...


def writer(kind: Kind, schema: pa.Schema, *, separator: str = ",", decimal: Decimal = "point") -> Writer:
    """Raises NotAcceptable where the kind cannot hold a column."""
    if kind == "csv":
        return _CsvWriter(schema, separator, decimal)
    if kind == "arrow":
        return _ArrowWriter(lambda out: pa.ipc.new_stream(out, schema))
    try:
        return _ArrowWriter(lambda out: pq.ParquetWriter(out, schema))
    except pa.ArrowException:
        raise NotAcceptable("A column of the file cannot be written as Parquet. Ask for an Arrow stream.") from None


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
        self._writer.write_batch(batch)
        return self._outlet.taken()

    def end(self) -> bytes:
        self._writer.close()
        return self._outlet.taken()


class _CsvWriter:
    def __init__(self, schema: pa.Schema, separator: str, decimal: Decimal) -> None:
        for field in schema:
            if pa.types.is_nested(field.type) or pa.types.is_binary(field.type) or pa.types.is_large_binary(field.type):
                raise NotAcceptable(f"The column {shown(field.name)} cannot be written as CSV. Ask for an Arrow stream.")
        self._text = io.StringIO(newline="")
        self._writer = csv.writer(self._text, delimiter=separator, lineterminator="\n")
        self._writer.writerow(schema.names)
        self._commas = [
            place for place, field in enumerate(schema) if decimal == "comma" and pa.types.is_floating(field.type)
        ]

    def write(self, batch: pa.RecordBatch) -> bytes:
        columns = [column.to_pylist() for column in batch.columns]
        for place in self._commas:
            columns[place] = [None if value is None else repr(value).replace(".", ",") for value in columns[place]]
        self._writer.writerows(zip(*columns, strict=True))
        return self._taken()

    def end(self) -> bytes:
        return self._taken()

    def _taken(self) -> bytes:
        taken = self._text.getvalue()
        self._text.seek(0)
        self._text.truncate()
        return taken.encode()
