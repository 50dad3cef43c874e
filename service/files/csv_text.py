"""A CSV file as text: encoding, separator and decimal sign recognised, its rows as cells, each with its physical line.

Knows: CSV. Must not know: cards, models, Arrow, HTTP. The csv module itself counts physical lines, quoted line breaks
included.
"""

import csv
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import TextIO

from service.errors import InvalidFile, TooLarge
from service.files.dialect import ONE_COLUMN, Decimal, DecimalEvidence, encoding_of, header, no_text, separator_of
from service.files.parts import PART_ROWS

_HEAD_BYTES = 65_536
_LONGEST_CELL = 131_072
_TOO_LONG = f"A cell is longer than {_LONGEST_CELL:,} characters. Is a quote left open?"


class CsvText:
    """Raises InvalidFile, TooLarge."""

    def __init__(self, file: Path, required: Sequence[str], charset: str) -> None:
        self._file = file
        with file.open("rb") as opened:
            self._encoding = encoding_of(opened.read(_HEAD_BYTES), charset)
        first_line = self._first_line()
        self._separator = separator_of(first_line, required)
        self.names = header(first_line, self._separator)

    @property
    def encoding(self) -> str:
        return self._encoding.removesuffix("-sig")

    @property
    def separator(self) -> str | None:
        """None: the file has one column."""
        return None if self._separator == ONE_COLUMN else self._separator

    def survey(self, numbers: Sequence[int], decimal: Decimal | None, most_rows: int) -> tuple[int, Decimal]:
        """Read the whole file for its faults, the number of its rows, and the decimal sign of the columns `numbers`."""
        evidence, count = DecimalEvidence(), 0
        for rows, lines in self.chunks():
            count += len(rows)
            if max(map(len, chain.from_iterable(rows))) > _LONGEST_CELL:
                longest = max(range(len(rows)), key=lambda place: max(map(len, rows[place])))
                raise InvalidFile(_TOO_LONG, fault="long_cell", line=lines[longest])
            if count > most_rows:
                raise TooLarge(f"A file may hold {most_rows:,} rows.")
            for place in numbers:
                evidence.see(row[place] for row in rows if len(row) > place)
        return count, evidence.decide(decimal, self._separator)

    def chunks(self) -> Iterator[tuple[list[list[str]], list[int]]]:
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
