"""Rows in JSON as an Arrow stream, for values that are too long for a cell of a CSV."""

import io
from collections.abc import Sequence

import pyarrow as pa

from service.schemas import Row


def write_row_stream(rows: Sequence[Row]) -> bytes:
    """Return rows with the same fields as a stream; the types are those of their values."""
    table = pa.Table.from_pylist(list(rows))
    out = io.BytesIO()
    with pa.ipc.new_stream(out, table.schema) as stream:
        stream.write_table(table)
    return out.getvalue()
