"""The whole answer to a file as it is downloaded: the reasons of refused rows are in the reader's language."""

import io
from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from client import Row
from demo.files.scored_file import ScoredFile
from wire.answer_columns import ERROR, ERROR_CODES

_BATCH_ROWS = 4096


def translate_errors(file: ScoredFile, describe: Callable[[str, str, Row], str]) -> pa.Table:
    """Return the answer of the service whose `error` is `describe(error_codes, error, cells)`."""
    table, errors = file.original_table, file.table[ERROR]
    is_refused = pc.is_valid(errors)
    indices = pc.indices_nonzero(is_refused)
    texts: list[str] = []
    for first in range(0, len(indices), _BATCH_ROWS):  # cells as Python objects take much memory
        part = indices.slice(first, _BATCH_ROWS)
        codes, sentences = file.table[ERROR_CODES].take(part).to_pylist(), errors.take(part).to_pylist()
        texts += map(describe, codes, sentences, table.take(part).to_pylist())
    column = file.table.schema.get_field_index(ERROR)
    translated = pc.replace_with_mask(errors.combine_chunks(), is_refused.combine_chunks(), pa.array(texts, pa.string()))
    return table.set_column(column, table.column_names[column], translated)


def to_parquet(table: pa.Table) -> bytes:
    """Return a table as the bytes of a Parquet file."""
    out = io.BytesIO()
    pq.write_table(table, out)
    return out.getvalue()
