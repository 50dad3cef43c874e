"""Reads a sample of data, a file of any kind that Files reads, as the data frame that a data scientist's pandas reads."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from service.errors import InvalidFile, ServiceError
from service.files.csv_format.unpacked_file import unpack_file
from service.files.file_request import FileRequest
from service.publishing.drafting.findings import CannotDraft, Finding
from service.publishing.samples.columnar_sample import draw_rows, read_arrow_sample, read_parquet_sample, row_limit
from service.publishing.samples.csv_sample import read_csv_sample
from tabular.compression import compression_of
from wire.cells.text_options import TextOptions

MAX_ROWS = 200_000
_MAX_UNPACKED_BYTES = 2**35
_PARQUET, _ARROW, _ZIP = b"PAR1", b"ARROW1", b"PK\x03\x04"
_STREAMS = {".arrow", ".arrows", ".ipc", ".feather"}
_OPTIONS = {
    "mixed_decimals": "--decimal point or --decimal comma",
    "unclear_thousands": "--decimal point or --decimal comma, or --thousands point or --thousands comma",
    "unknown_sheet": "--sheet NAME",
}
_PLAIN_OPTIONS = TextOptions()


@dataclass(frozen=True)
class Sample:
    """A table, the number of rows of its file, and what was noticed when it was read."""

    table: pd.DataFrame
    rows: int
    findings: tuple[Finding, ...] = ()


def read_sample(file: Path, *, options: TextOptions = _PLAIN_OPTIONS, charset: str = "", max_rows: int = MAX_ROWS) -> Sample:
    """Return the rows of a CSV (also compressed), a workbook, a Parquet or an Arrow file; of very many, some are drawn.

    `options` say how a text file is written where it does not show it. Raises CannotDraft with a sentence.
    """
    if not file.is_file():
        raise CannotDraft(f"There is no file {file.name!r} with a sample.")
    with file.open("rb") as binary:
        head = binary.read(len(_ARROW))
    findings: list[Finding] = []
    with _read_errors(file):
        if head.startswith(_PARQUET):
            table, rows = read_parquet_sample(file, max_rows)
        elif head == _ARROW or file.suffix.lower() in _STREAMS:
            table, rows = read_arrow_sample(file, is_stream=head != _ARROW, max_rows=max_rows)
        else:
            table, rows, findings = _read_text(file, head, options, charset, max_rows)
    if not rows or not len(table.columns):
        raise CannotDraft(f"The sample {file.name!r} has no rows. Give one with some rows.")
    if rows > row_limit(len(table.columns), max_rows) or (head.startswith(_PARQUET) and rows > len(table)):
        findings = [
            *findings,
            Finding("drawn", "", f"{len(table):,} of {rows:,} rows were drawn at random; they are enough."),
        ]
    return Sample(table, rows, tuple(findings))


@contextmanager
def _read_errors(file: Path) -> Iterator[None]:
    try:
        yield
    except InvalidFile as error:
        code = error.faults[0].code if error.faults else ""
        option = f"--charset {error.charset}" if error.charset else _OPTIONS.get(code)
        raise CannotDraft(f"{error.problem} In this command: {option}." if option else error.problem) from None
    except ServiceError as error:
        raise CannotDraft(error.detail) from None
    except (pa.ArrowException, OSError, UnicodeError, pd.errors.ParserError) as error:
        line = str(error).strip().split("\n")[0][:200].rstrip(".")
        raise CannotDraft(f"The sample {file.name!r} cannot be read: {line}.") from None


def _read_text(
    file: Path, head: bytes, options: TextOptions, charset: str, max_rows: int
) -> tuple[pd.DataFrame, int, list[Finding]]:
    compression = compression_of(file.name)
    is_workbook = file.suffix.lower() == ".xlsx" or (head.startswith(_ZIP) and compression != "zip")
    request = FileRequest(
        kind="xlsx" if is_workbook else "csv",
        answer="arrow",
        compression=None if is_workbook else compression,
        sheet=options.sheet,
        max_unpacked_bytes=_MAX_UNPACKED_BYTES,
    )
    unpacked = unpack_file(file, request)

    def draw(rows: int, columns: int) -> NDArray[np.bool_]:
        return draw_rows(rows, row_limit(columns, max_rows))

    try:
        return read_csv_sample(unpacked, options, charset, draw)
    except InvalidFile as error:
        if charset or not error.charset:
            raise
        table, rows, findings = read_csv_sample(unpacked, options, error.charset, draw)
        return table, rows, [*findings, Finding("charset", "", f"The file is not UTF-8; it was read as {error.charset}.")]
