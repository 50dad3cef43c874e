"""CSV files for spreadsheets, in the dialect of the uploaded file or of the reader's language.

A text that a spreadsheet would run as a formula gets an apostrophe in front. A number stays a number.
"""

import base64
import io
import json
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pc_csv

from client import RecognisedFile
from tabular.formula_cells import FORMULA, NUMBER, escape_formula
from tabular.workbook_writer import WorkbookWriter
from wire.cells.cell_values import number_text
from wire.cells.text_style import PROGRAM_STYLE, TextStyle
from wire.cells.time_values import duration_text

_BATCH_ROWS = 4096
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_SEPARATORS = {"": ",", "tab": "\t"}
"""The names of separators that are no character."""


@dataclass(frozen=True)
class CsvDialect:
    """The sign between the cells of a CSV, and the style of its numbers."""

    separator: str = ","
    style: TextStyle = PROGRAM_STYLE

    def cell(self, value: Any) -> Any:
        """Return a value as a cell, with formulas escaped."""
        return number_text(value, self.style) if isinstance(value, float) else escape_formula(value)


_PROGRAMS = CsvDialect()
_LANGUAGES = {"pl": CsvDialect(";", TextStyle("comma"))}
"""Language → the dialect in which its spreadsheets open a CSV."""


def dialect_of_language(language: str) -> CsvDialect:
    return _LANGUAGES.get(language, _PROGRAMS)


def dialect_of_file(recognised: RecognisedFile, language: str) -> CsvDialect:
    """Return the dialect of an uploaded CSV; for another file, that of the reader's language."""
    if "separator" not in recognised:
        return dialect_of_language(language)
    separator = _SEPARATORS.get(recognised["separator"], recognised["separator"])
    return CsvDialect(separator, TextStyle("comma" if recognised.get("decimal") == "comma" else "point"))


def to_csv(table: pa.Table, dialect: CsvDialect = _PROGRAMS) -> bytes:
    """Return a table as CSV in UTF-8 with a byte order mark, with formula cells escaped."""
    has_comma = dialect.style.decimal == "comma"
    columns = [_with_commas(column) if has_comma else column for column in map(_to_csv_column, table.columns)]
    out = io.BytesIO(_BYTE_ORDER_MARK)
    out.seek(0, io.SEEK_END)
    names = [escape_formula(name) for name in table.column_names]
    pc_csv.write_csv(pa.Table.from_arrays(columns, names), out, pc_csv.WriteOptions(delimiter=dialect.separator))
    return out.getvalue()


def _with_commas(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a column of numbers as texts with decimal commas."""
    if not (pa.types.is_floating(column.type) or pa.types.is_decimal(column.type)):
        return column
    return pc.replace_substring(column.cast(pa.string()), ".", ",")


def to_workbook(table: pa.Table) -> bytes:
    """Return a table as an Excel workbook, in which no text is a formula. Excel has 1,048,576 rows."""
    out = io.BytesIO()
    writer = WorkbookWriter(out, table.column_names)
    for batch in table.to_batches(_BATCH_ROWS):
        columns = [_to_workbook_cells(pa.chunked_array([column])) for column in batch.columns]
        writer.write(zip(*columns, strict=True))
    writer.close()
    return out.getvalue()


def _to_workbook_cells(column: pa.ChunkedArray) -> list[Any]:
    """Return numbers, booleans, dates and durations as such, and other values as texts."""
    kind = column.type
    if pa.types.is_timestamp(kind) or pa.types.is_duration(kind):
        exact = pa.timestamp("us", kind.tz) if pa.types.is_timestamp(kind) else pa.duration("us")
        column = column.cast(exact, safe=False)
    cells = column.to_pylist()
    return [_to_json(cell) if isinstance(cell, dict | list | bytes) else cell for cell in cells]


def with_duration_texts(table: pa.Table) -> pa.Table:
    """Return a table whose durations are texts, such as 2:00:00."""
    for index, field in enumerate(table.schema):
        if pa.types.is_duration(field.type):
            table = table.set_column(index, field.name, _duration_texts(table.column(index)))
    return table


def _duration_texts(column: pa.ChunkedArray) -> pa.ChunkedArray:
    counts = column.cast(pa.int64()).to_pylist()
    texts = [None if count is None else duration_text(count, column.type.unit) for count in counts]
    return pa.chunked_array([pa.array(texts, pa.string())])


def _to_csv_column(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a column as text, or of another type that CSV can hold, with formula cells escaped."""
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return _escape_formulas(column.cast(pa.large_string()))
    if pa.types.is_duration(kind):
        return _duration_texts(column)
    plain = (pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean, pa.types.is_decimal, pa.types.is_null)
    if any(fits(kind) for fits in plain) or (pa.types.is_temporal(kind) and not pa.types.is_interval(kind)):
        return column
    texts = [pa.array([_to_json(cell.as_py()) for cell in chunk], pa.large_string()) for chunk in column.chunks]
    return _escape_formulas(pa.chunked_array(texts, pa.large_string()))


def _escape_formulas(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    formulas = pc.and_not(pc.match_substring_regex(texts, FORMULA), pc.match_substring_regex(texts, NUMBER))
    return pc.if_else(formulas, pc.binary_join_element_wise(_text_scalar("'"), texts, _text_scalar("")), texts)


def _text_scalar(letters: str) -> pa.Scalar:
    return pa.scalar(letters, pa.large_string())


def _to_json(value: Any) -> str | None:
    """Return a list, a struct or bytes as JSON, as the pipeline writes them; None for None."""
    if value is None:
        return None
    return _encode_bytes(value) if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False, default=_encode_bytes)


def _encode_bytes(value: Any) -> str:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)
