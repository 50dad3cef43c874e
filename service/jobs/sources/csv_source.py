"""A CSV file or an Excel workbook as the input of a job, read as `predictions` reads it."""

import sys
from collections.abc import Iterator
from pathlib import Path, PurePath

import pyarrow as pa

from service.files.column_check import other_spellings
from service.files.csv_format.unpacked_file import unpack_file
from service.files.file_parts import normalize_rows
from service.files.file_request import FileRequest
from service.jobs.key_columns import with_point
from service.jobs.sources.partitions import BATCH_ROWS, FAULT, Partition, WrongInput, load_partitions
from service.jobs.sources.remote_paths import local_copy
from service.jobs.sources.source import RequiredColumns, with_read_errors
from tabular.compression import compression_of
from wire.cells.text_style import Sign
from wire.column_names import AmbiguousColumn

TEXTS = (".csv", ".tsv", ".txt")
_WORKBOOK = ".xlsx"
_MAX_UNPACKED_BYTES = 2**35


def is_csv(name: str) -> bool:
    """Return whether a file with this name is a CSV, a compressed CSV or an Excel workbook."""
    suffixes = [suffix.lower() for suffix in PurePath(name).suffixes]
    if compression_of(name):
        suffixes.pop()
        return bool(suffixes) and suffixes[-1] in TEXTS
    return bool(suffixes) and suffixes[-1] in {*TEXTS, _WORKBOOK}


def file_request(name: str, sheet: str | None) -> FileRequest:
    """Return how a file with this name is packed."""
    suffix = PurePath(name).suffix.lower()
    return FileRequest(
        kind="xlsx" if suffix == _WORKBOOK else "csv",
        answer="arrow",
        compression=compression_of(name),
        sheet=sheet,
        max_unpacked_bytes=_MAX_UNPACKED_BYTES,
    )


class CsvSource:
    """A CSV file, compressed or not, or a sheet of an Excel workbook.

    Cells stay text; the checks of the card parse them.
    """

    ignored_files = 0
    typed: frozenset[str] = frozenset()

    def __init__(self, path: Path, name: str, required: RequiredColumns) -> None:
        self.name = name
        request = file_request(path.name, required.text.sheet)
        # A CSV is read twice, and from a local file.
        self._copy, local_path = (None, path) if isinstance(path, PurePath) else local_copy(path)
        self._file = unpack_file(local_path, request)
        wanted = required.column_names()
        self._text = self._file.open_text(wanted, required.charset)
        try:
            column_of = wanted.find(self._text.names)
        except AmbiguousColumn as error:
            raise WrongInput(f"{error} Say --field {error.field}=COLUMN.") from None
        self.columns = _field_names(self._text.names, column_of)
        self.matched = other_spellings(column_of)
        kinds = self._file.sheet.kinds if self._file.sheet else []
        self._types = {
            name: pa.type_for_alias(kind)
            for name, kind in zip(self.columns, kinds, strict=bool(kinds))
            if name in required.dates
        }
        self._key = required.key
        numbers = [index for index, name in enumerate(self.columns) if name in required.numbers]
        sign: Sign | None = "point" if self._file.sheet else required.text.decimal
        rows, decimal = self._text.survey(numbers, sign, sys.maxsize, required.text.thousands)
        self.rows: int | None = rows
        self.style = required.text.style(decimal)

    def partitions(self, columns: list[str], max_batches: int | None) -> Iterator[Partition]:
        return load_partitions(with_read_errors(self._batches(columns)), max_batches)

    def _batches(self, columns: list[str]) -> Iterator[pa.RecordBatch]:
        for rows, _ in self._text.chunks():
            for start in range(0, len(rows), BATCH_ROWS):
                yield self._batch(rows[start : start + BATCH_ROWS], columns)

    def _batch(self, rows: list[list[str]], columns: list[str]) -> pa.RecordBatch:
        min_cells = 1 + max(self.columns.index(name) for name in columns)
        faults = normalize_rows(rows, len(self.columns), min_cells)
        cells = list(zip(*rows, strict=True))
        arrays = [self._column(self.columns.index(name), cells) for name in columns]
        if not faults:
            return pa.RecordBatch.from_arrays(arrays, names=columns)
        messages = [faults[index][0].message if index in faults else None for index in range(len(rows))]
        return pa.RecordBatch.from_arrays([*arrays, pa.array(messages, pa.string())], names=[*columns, FAULT])

    def _column(self, index: int, cells: list[tuple[str, ...]]) -> pa.Array:
        array = pa.array(cells[index], pa.string()).cast(self._types.get(self.columns[index], pa.string()))
        return with_point(array) if self.style.decimal == "comma" and self.columns[index] == self._key else array


def _field_names(names: list[str], column_of: dict[str, str]) -> list[str]:
    """Return the name of the field that each column holds; another column keeps its name, unless a field has it."""
    fields = {column: field for field, column in column_of.items()}
    return [fields.get(name, "" if name in column_of else name) for name in names]
