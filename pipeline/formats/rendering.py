"""Renders records with their added cells as text in the format of the output.

If input and output have the same format, the text of a record stays byte for byte, and the cells are added to it.
"""

import base64
import csv
import io
import json
import math
from datetime import timedelta
from typing import Any

from pipeline.formats.packed import typed_values
from pipeline.formats.records import Record, reason_not_writable
from tabular.sheet_cells import ColumnKind
from wire.cells.cell_values import number_text
from wire.cells.text_style import TextStyle
from wire.cells.time_values import duration_text

_LINE_END = "\r\n"
_MICROSECOND = timedelta(microseconds=1)


class JsonLinesRenderer:
    """Writes one object a line. `spliced`: the input is JSON lines too. `kinds`: it is a sheet with columns of these kinds.

    `as_columns`: the lines will become Parquet or Excel.
    """

    header = b""

    def __init__(
        self, added: list[str], *, spliced: bool, as_columns: bool, kinds: dict[str, ColumnKind] | None = None
    ) -> None:
        self._kinds = kinds
        self._added = added
        self._spliced = spliced
        self._as_text = spliced and not as_columns

    def reason_to_refuse(self, record: Record) -> str:
        return "" if self._as_text else reason_not_writable(record.values or {})

    def text(self, record: Record, cells: list[Any]) -> bytes:
        more = dict(zip(self._added, cells, strict=True))
        if not self._spliced:
            values = typed_values(record.values or {}, self._kinds) if self._kinds else record.values or {}
            return _json({name: to_json_value(value) for name, value in values.items()} | more) + b"\n"
        return record.raw[:-1].rstrip() + (b", " if record.values else b"") + _json(more)[1:] + record.line_end


class NumberedRenderer:
    """Writes the added cells and the number of the record, for Parquet that is joined with its input at the end."""

    header = b""

    def __init__(self, added: list[str]) -> None:
        self._added = added

    def reason_to_refuse(self, _record: Record) -> str:
        return ""

    def text(self, record: Record, cells: list[Any]) -> bytes:
        return _json({"number": record.number, "added": cells}) + b"\n"


class SplicedCsvRenderer:
    """Writes a CSV whose input is a CSV: the text of each record with more cells, and numbers in the style of the input."""

    def __init__(self, header: bytes, added: list[str], separator: str, line_end: bytes, style: TextStyle) -> None:
        self._separator, self._line_end, self._style = separator, line_end, style
        self.header = self._extended(header, added)

    def reason_to_refuse(self, _record: Record) -> str:
        return ""

    def text(self, record: Record, cells: list[Any]) -> bytes:
        return self._extended(record.raw, cells)

    def _extended(self, raw: bytes, cells: list[Any]) -> bytes:
        texts = [number_text(cell, self._style) if isinstance(cell, float) else cell for cell in cells]
        return raw + self._separator.encode() + _csv(texts, self._separator) + self._line_end


class NewCsvRenderer:
    """Writes a CSV whose input has another format. It has the columns of the first record."""

    def __init__(self, names: list[str], added: list[str]) -> None:
        self._names = names
        self._known = set(names)
        self.header = _csv([*names, *added], ",") + b"\n"

    def reason_to_refuse(self, record: Record) -> str:
        """Return why the record does not fit into the CSV, or an empty text."""
        values = record.values or {}
        unknown = values.keys() - self._known
        if unknown:
            return f"The record has a column {min(unknown)[:64]} that the first record, and so the CSV, lacks."
        return reason_not_writable(values) or _reason_not_csv(values)

    def text(self, record: Record, cells: list[Any]) -> bytes:
        values = record.values or {}
        return _csv([*(_cell(values.get(name)) for name in self._names), *cells], ",") + b"\n"


def render_failure(record: Record, reason: str, *, spliced: bool) -> bytes:
    """Return the line of the file of failed records."""
    position = {"number": record.number, "line": record.line, "reason": reason}
    if record.values is None:
        text = record.raw.decode("utf-8", "surrogateescape")
        return json.dumps(position | {"text": text}).encode() + b"\n"
    if spliced:
        return _json(position)[:-1] + b', "record": ' + record.raw + b"}\n"
    return _json(position | {"record": {name: to_json_value(value) for name, value in record.values.items()}}) + b"\n"


def _reason_not_csv(values: dict[str, Any]) -> str:
    """Return why no CSV can hold values, or an empty text: readers of CSV refuse zero bytes."""
    return next(
        (
            f"The column {name[:64]} has a zero character, which no CSV can hold."
            for name, value in values.items()
            if isinstance(value, str) and "\0" in value
        ),
        "",
    )


def to_json_value(value: Any) -> Any:
    """Return a value of Parquet as JSON writes it: NaN as null, times and decimals as text, bytes as base64."""
    if isinstance(value, timedelta):
        return duration_text(value // _MICROSECOND, "us")
    if isinstance(value, float):
        return None if math.isnan(value) else str(value) if math.isinf(value) else value
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, dict):
        return {str(name): to_json_value(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_json_value(item) for item in value]
    return base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)


def _json(tree: dict[str, Any]) -> bytes:
    try:
        return json.dumps(tree, ensure_ascii=False).encode()
    except UnicodeEncodeError:  # half a character, which JSON can only write as an escape
        return json.dumps(tree).encode()


def _cell(value: Any) -> Any:
    value = to_json_value(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value


def _csv(cells: list[Any], separator: str) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator=_LINE_END).writerow(cells)  # it quotes the signs of the line end
    return text.getvalue().removesuffix(_LINE_END).encode()
