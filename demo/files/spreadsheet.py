"""CSV files for spreadsheets: a text that a spreadsheet would run as a formula gets an apostrophe in front.

Source: OWASP, CSV injection. A number stays a number.
"""

import base64
import io
import json
import re
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pc_csv

_FORMULA = "^[=+\\-@\t\r\n＝＋－＠]"
_NUMBER = r"^[+-]?([0-9]+([.,][0-9]*)?|[.,][0-9]+)([eE][+-]?[0-9]+)?$"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def escape_formula(cell: Any) -> Any:
    """Return a cell, with an apostrophe in front if a spreadsheet would run it as a formula."""
    if not isinstance(cell, str) or not re.match(_FORMULA, cell) or re.fullmatch(_NUMBER, cell):
        return cell
    return f"'{cell}"


def to_csv(table: pa.Table) -> bytes:
    """Return a table as CSV in UTF-8 with a byte order mark, with formula cells escaped."""
    columns = [_to_csv_column(column) for column in table.columns]
    out = io.BytesIO(_BYTE_ORDER_MARK)
    out.seek(0, io.SEEK_END)
    names = [escape_formula(name) for name in table.column_names]
    pc_csv.write_csv(pa.Table.from_arrays(columns, names), out)
    return out.getvalue()


def _to_csv_column(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a column as text, or of another type that CSV can hold, with formula cells escaped."""
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return _escape_formulas(column.cast(pa.large_string()))
    plain = (pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean, pa.types.is_decimal, pa.types.is_null)
    if any(fits(kind) for fits in plain) or (pa.types.is_temporal(kind) and not pa.types.is_interval(kind)):
        return column
    texts = [pa.array([_to_json(cell.as_py()) for cell in chunk], pa.large_string()) for chunk in column.chunks]
    return _escape_formulas(pa.chunked_array(texts, pa.large_string()))


def _escape_formulas(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    formulas = pc.and_not(pc.match_substring_regex(texts, _FORMULA), pc.match_substring_regex(texts, _NUMBER))
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
