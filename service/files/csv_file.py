"""A CSV file, read twice: once to know its frame and how it is written, then part by part.

Knows: CSV. Must not know: models, HTTP. Physical lines are counted by the csv module itself, quoted line breaks included.
"""

import csv
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import TextIO

import pyarrow as pa

from service.errors import InvalidFile, TooLarge
from service.files.asked import Asked
from service.files.dialect import (
    ONE_COLUMN,
    Decimal,
    DecimalEvidence,
    encoding_of,
    header,
    no_text,
    separator_of,
)
from service.files.frame import check_frame
from service.files.parts import PART_ROWS, Fault, Part
from service.schemas import Card, Recognised

_HEAD_BYTES = 65_536
_LONGEST_CELL = 131_072
_TOO_LONG = f"A cell is longer than {_LONGEST_CELL:,} characters. Is a quote left open?"
_NAMES = {ONE_COLUMN: "", "\t": "tab"}


class CsvFile:
    """Raises InvalidFile, TooLarge."""

    def __init__(self, file: Path, card: Card, asked: Asked) -> None:
        self._file = file
        with file.open("rb") as opened:
            self._encoding = encoding_of(opened.read(_HEAD_BYTES), asked.charset)
        first_line = self._first_line()
        required = [field.name for field in card.inputs if not field.nullable]
        self._separator = separator_of(first_line, required)
        self._names = header(first_line, self._separator)
        ignored = check_frame(card, self._names)
        self._places = {field.name: self._names.index(field.name) for field in card.inputs if field.name in self._names}
        self._numbers = [
            self._places[field.name]
            for field in card.inputs
            if field.name in self._places and field.type in {"number", "integer"}
        ]
        rows, self.decimal = self._survey(asked.decimal, asked.most_rows)
        passing = self._names if asked.keep_inputs else ignored
        self._passing = [self._names.index(name) for name in passing]
        self.others = pa.schema([pa.field(name, pa.string()) for name in passing])
        self.recognised = Recognised(
            format="csv",
            rows=rows,
            columns=list(self._places),
            ignored=ignored,
            encoding=self._encoding.removesuffix("-sig"),
            separator=_NAMES.get(self._separator, self._separator),
            decimal=self.decimal,
        )

    @property
    def separator(self) -> str:
        return "," if self._separator == ONE_COLUMN else self._separator

    def parts(self) -> Iterator[Part]:
        first_row = 1
        for rows, lines in self._chunks():
            yield self._part(first_row, rows, lines)
            first_row += len(rows)

    def _part(self, first_row: int, rows: list[list[str]], lines: list[int]) -> Part:
        width = len(self._names)
        faults: dict[int, list[Fault]] = {}
        for place, row in enumerate(rows):
            if len(row) != width:
                faults[place] = [Fault("", "wrong_cells", f"Expected {width:,} cells, found {len(row):,}.")]
                rows[place] = [""] * width  # which cell belongs to which column, nobody knows
        columns = list(zip(*rows, strict=True))
        inputs = {name: pa.array(columns[place], pa.string()) for name, place in self._places.items()}
        others = [pa.array([cell or None for cell in columns[place]], pa.string()) for place in self._passing]
        return Part(first_row, len(rows), inputs, others, lines, faults)

    def _first_line(self) -> str:
        """Return the first record as text: a quoted name may hold a line break."""
        with self._text() as text:
            try:
                line = more = text.readline(_HEAD_BYTES)
                while more and line.count('"') % 2 and len(line) < _HEAD_BYTES:
                    more = text.readline(_HEAD_BYTES)
                    line += more
            except UnicodeDecodeError as error:
                raise no_text(error, 0) from None
        if not line.strip():
            raise InvalidFile("The file is empty: its first line must name the columns.", fault="empty_file")
        return line

    def _survey(self, decimal: Decimal | None, most_rows: int) -> tuple[int, Decimal]:
        """Read the whole file for its faults, the number of its rows and its decimal sign."""
        evidence, count = DecimalEvidence(), 0
        for rows, _ in self._chunks():
            count += len(rows)
            if max(map(len, chain.from_iterable(rows))) > _LONGEST_CELL:
                raise InvalidFile(_TOO_LONG, fault="long_cell")
            if count > most_rows:
                raise TooLarge(f"A file may hold {most_rows:,} rows.")
            for place in self._numbers:
                evidence.see(row[place] for row in rows if len(row) > place)
        return count, evidence.decide(decimal)

    def _chunks(self) -> Iterator[tuple[list[list[str]], list[int]]]:
        """Return rows and the physical lines on which they begin."""
        with self._text() as text:
            reader = csv.reader(text, delimiter=self._separator, strict=True)
            begins = 1
            try:
                next(reader)
                rows: list[list[str]] = []
                lines: list[int] = []
                begins = reader.line_num + 1
                for row in reader:
                    if row:
                        rows.append(row)
                        lines.append(begins)
                    begins = reader.line_num + 1
                    if len(rows) == PART_ROWS:
                        yield rows, lines
                        rows, lines = [], []
                if rows:
                    yield rows, lines
            except UnicodeDecodeError as error:
                raise no_text(error, reader.line_num) from None
            except csv.Error as error:
                fault, reason = _reason(error)
                detail = f"The row that begins in line {begins:,} cannot be read: {reason}"
                raise InvalidFile(detail, fault=fault, line=begins) from None

    def _text(self) -> TextIO:
        return self._file.open(encoding=self._encoding, newline="")


def _reason(error: csv.Error) -> tuple[str, str]:
    """Return a code and a sentence for what the csv module says."""
    said = str(error)
    if "field larger" in said:
        return "long_cell", _TOO_LONG
    if "end of data" in said:
        return "open_quote", "a quote is left open."
    return "text_after_quote", "text follows a closing quote."
