"""The whole answer to a file as it is downloaded: the reasons of refused rows are in the reader's language."""

import io
from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from client import Row
from demo.files import spreadsheet
from demo.files.scored_file import ScoredFile
from demo.files.upload_job import UploadJob
from wire.answer_columns import ERROR, ERROR_CODES
from wire.media_types import CSV, PARQUET, XLSX

KINDS = {"csv": CSV, "xlsx": XLSX, "parquet": PARQUET}
"""Ending of the file → media type."""
_BATCH_ROWS = 4096


def make_download(job: UploadJob, kind: str, describe: Callable[[str, str, Row], str], language: str) -> bytes:
    """Return the whole answer as a file of one of KINDS.

    A page that is being drawn anew still shows the button of the answer before: its click gives the new answer too.
    """
    file = job.wait()
    table = translate_errors(file, describe)
    if kind == "csv":
        return spreadsheet.to_csv(table, spreadsheet.dialect_of_file(file.recognised, language))
    return spreadsheet.to_workbook(table) if kind == "xlsx" else to_parquet(table)


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
