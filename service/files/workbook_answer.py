"""Write the batches of an answer as an Excel workbook."""

import tempfile
import weakref
from typing import Any

import pyarrow as pa

from service.files.csv_format.csv_values import check_type, to_cells
from tabular.workbook_writer import WorkbookWriter


class WorkbookAnswerWriter:
    """Writes a sheet. A workbook is a zip archive, so its bytes come at the end."""

    def __init__(self, schema: pa.Schema) -> None:
        for field in schema:
            check_type(field)
        self._names = schema.names
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - it is closed with this object
        weakref.finalize(self, self._file.close)
        self._writer = WorkbookWriter(self._file, schema.names)

    def check(self, others: list[pa.Array]) -> None:
        for name, array in zip(self._names, others, strict=False):
            if pa.types.is_temporal(array.type):
                _values(name, array)

    def write(self, batch: pa.RecordBatch) -> bytes:
        columns = [_values(name, column) for name, column in zip(self._names, batch.columns, strict=True)]
        self._writer.write(zip(*columns, strict=True))
        return b""

    def finish(self) -> bytes:
        self._writer.close()
        self._file.seek(0)
        return self._file.read()


def _values(name: str, array: pa.Array) -> list[Any]:
    """Return numbers, booleans, dates and durations as values that Excel has, and all others as texts."""
    kind = array.type
    has_zone = pa.types.is_timestamp(kind) and kind.tz is not None
    if pa.types.is_boolean(kind) or pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return list(array.to_pylist())
    if pa.types.is_temporal(kind) and not has_zone:
        try:
            return list(array.cast(_in_microseconds(kind), safe=False).to_pylist())
        except (pa.ArrowException, ValueError, OverflowError):
            pass
    return to_cells(name, array)


def _in_microseconds(kind: pa.DataType) -> pa.DataType:
    """Return the type with the precision of Python's dates and times."""
    if pa.types.is_timestamp(kind):
        return pa.timestamp("us")
    if pa.types.is_duration(kind):
        return pa.duration("us")
    return pa.time64("us") if pa.types.is_time(kind) else pa.date32()
