"""Reads records from JSON lines and from CSV.

A record that cannot be read is yielded at its position with a reason. Only a quote that stays open to the end of a CSV makes
an iteration raise Unusable: nobody can say where its record ends.
"""

import csv
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import Any, BinaryIO

from pipeline.errors import Unusable
from pipeline.formats.bounded_lines import BoundedLines, LineTooLong, RecordTooLong, line_end_of
from tabular.file_signatures import describe_kind
from wire import strict_json
from wire.cells.csv_rules import ONE_COLUMN, SEPARATORS, header_text, is_above_header, is_blank, read_header
from wire.column_names import AmbiguousColumn, ColumnNames
from wire.strict_json import is_unicode, walk

_MAX_DEPTH, _MAX_WRITTEN_DEPTH = 600, 100
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(slots=True)
class Record:
    """One record. `raw` is its text without the line end, byte for byte. Parquet has no text: `weight` estimates its bytes.
    `size` is its part of the input, in bytes or rows. A record without `values` has a `reason`."""

    number: int
    size: int
    raw: bytes = b""
    line: int | None = None
    values: dict[str, Any] | None = None
    reason: str = ""
    weight: int = 0
    line_end: bytes = b"\n"

    @property
    def memory_bytes(self) -> int:
        return self.weight or len(self.raw)


def read_json_lines(file: BinaryIO) -> Iterator[Record]:
    """Yield one record for each line that is not empty."""
    lines = BoundedLines(file)
    number = before = 0
    while True:
        lines.begin_record()
        line_end = b"\n"
        try:
            next(lines)
        except StopIteration:
            return
        except LineTooLong as fault:
            raw, reason, values = fault.start, str(fault), None
        else:
            line_end = b"\r\n" if lines.raw_lines[0].endswith(b"\r\n") else line_end
            raw = lines.raw_lines[0].removeprefix(_BYTE_ORDER_MARK if lines.number == 1 else b"").strip()
            if not raw:
                continue
            values, reason = _object(raw)
        number += 1
        yield Record(number, lines.bytes_read - before, raw, lines.number, values, reason, line_end=line_end)
        before = lines.bytes_read


def _object(raw: bytes) -> tuple[dict[str, Any] | None, str]:
    """Return the object of a line, or the reason why it has none."""
    try:
        tree = parse_line(raw)
    except UnicodeDecodeError as error:
        return None, f"The line is not UTF-8: byte {error.start + 1} does not belong there."
    except json.JSONDecodeError as error:
        return None, f"The line is not JSON: column {error.colno}."
    except RecursionError:
        return None, "The line is nested too deeply."
    except ValueError as error:
        return None, f"The line is not JSON: {error}."
    if not isinstance(tree, dict):
        return None, "The line is JSON, but not an object with names and values."
    return tree, ""


def parse_line(raw: bytes) -> Any:
    """Return the value of a line of JSON. Raises ValueError or RecursionError."""
    tree = strict_json.parse(raw, allow_infinite=True)
    if raw.count(b"[") + raw.count(b"{") > _MAX_DEPTH and max(depth for _, depth in walk(tree)) > _MAX_DEPTH:
        raise RecursionError  # Python itself does so a little deeper, and writing the value needs some depth too
    return tree


def reason_not_writable(values: dict[str, Any]) -> str:
    """Return why values cannot be written in another format than they came in, or an empty text."""
    for name, value in values.items():
        for each, depth in walk({name: value}):
            if isinstance(each, float) and math.isinf(each):
                return f"The column {name[:64]} has a number that is too large to be written."
            if isinstance(each, str) and not is_unicode(each):
                return f"The column {name[:64]} has half a character."
            if depth > _MAX_WRITTEN_DEPTH:
                return f"The column {name[:64]} is nested too deeply."
    return ""


class CsvRecords:
    """The records of a CSV. A record must have the cells of the columns that hold fields: `column_of` is field → column.

    `separator` also separates the cells that are added to a record's text. `header` has the lines above the names too.
    """

    def __init__(
        self,
        file: BinaryIO,
        columns: ColumnNames,
        separators: Sequence[str] = SEPARATORS,
    ) -> None:
        line_end = line_end_of(file)
        self._lines = BoundedLines(file, line_end)
        self.header, self.names, self._delimiter = self._read_header(columns, separators)
        self.separator = "," if self._delimiter == ONE_COLUMN else self._delimiter
        self.line_end = b"\r\n" if self._lines.raw_lines[-1].endswith(b"\r\n") else line_end
        try:
            self.column_of = columns.find(self.names)
        except AmbiguousColumn as error:
            raise Unusable(f"{error} Say --field {error.field}=COLUMN.") from None
        used = self.column_of.values()
        self._min_cells = 1 + max((index for index, name in enumerate(self.names) if name in used), default=-1)

    def _read_header(self, columns: ColumnNames, separators: Sequence[str]) -> tuple[bytes, list[str], str]:
        try:
            first = next((line for line in self._lines if not is_above_header(line)), "")
            text = header_text(chain([first], self._lines)) if first else ""
        except LineTooLong as fault:
            raise Unusable(f"The header of the CSV cannot be read. {fault}") from None
        if not text:
            raise Unusable("The CSV is empty: not even a header.")
        if not is_unicode(text) or "\0" in text:  # UTF-16 text has zero bytes
            kind = describe_kind(b"".join(self._lines.raw_lines)).words
            raise Unusable(
                f"The file is {kind}, not a CSV."
                if kind
                else "The header of the CSV is not UTF-8. Save it as UTF-8, or say --charset."
            )
        header = read_header(text, columns, separators)
        if missing := columns.missing(header.names):
            raise Unusable(
                f"The header of the CSV does not have all columns of the model: {', '.join(missing)}. "
                f"It begins with {text[:60].strip()!a}. Say --field FIELD=COLUMN if a column has another name."
            )
        names = list(filter(None, header.names))
        if len(set(names)) != len(names):
            raise Unusable("The header of the CSV names a column twice.")
        return b"".join(self._lines.raw_lines).rstrip(b"\r\n"), header.names, header.separator

    def __iter__(self) -> Iterator[Record]:
        lines = self._lines
        rows = csv.reader(lines, delimiter=self._delimiter, strict=True)
        number, before = 0, lines.bytes_read
        while True:
            lines.begin_record()
            first = lines.number + 1
            values, reason, too_long = None, "", b""
            try:
                cells = next(rows)
            except StopIteration:
                return
            except LineTooLong as fault:
                reason, too_long = str(fault), fault.start
            except RecordTooLong as limit:
                raise Unusable(f"The row that begins in line {first:,} is longer than {limit}. Is a quote open?") from None
            except csv.Error as error:
                if "end of data" in str(error):
                    raise Unusable(f"The row that begins in line {first:,} cannot be read: a quote is left open.") from None
                reason = f"The line is not CSV: {error}."
            else:
                if is_blank(cells):
                    continue
                values, reason = self._values(cells)
            raw = (b"".join(lines.raw_lines) + too_long).rstrip(b"\r\n")
            if values is not None:
                raw = self._extendable(raw, cells)
            if values is not None and not is_unicode("".join(cells)):
                values, reason = None, "The line is not UTF-8: say --charset if the file is not."
            number += 1
            yield Record(number, lines.bytes_read - before, raw, first, values, reason)
            before = lines.bytes_read

    def _values(self, cells: list[str]) -> tuple[dict[str, Any] | None, str]:
        if not self._min_cells <= len(cells) <= len(self.names):
            return None, f"The line has {len(cells):,} cells, the header has {len(self.names):,}."
        pairs = list(zip_longest(self.names, cells, fillvalue=""))
        if sum(1 for name, cell in pairs if cell and not name) > 1:
            return None, "The line has cells in two columns without a name."
        return {name: cell for name, cell in pairs if name or cell}, ""

    def _extendable(self, raw: bytes, cells: list[str]) -> bytes:
        """Return the text of a record so that more cells can follow: with all its separators, and a lone cell quoted."""
        separator = self.separator.encode()
        if self._delimiter == ONE_COLUMN:
            is_quoted = raw.startswith(b'"')
            return raw if is_quoted or separator not in raw else b'"' + raw.replace(b'"', b'""') + b'"'
        return raw + separator * (len(self.names) - len(cells))
