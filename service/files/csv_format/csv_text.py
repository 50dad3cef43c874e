"""A CSV file as text: encoding, separator and decimal sign recognised, its rows as cells, each with its physical line.

The csv module itself counts physical lines, quoted line breaks
included.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import TextIO

from service.errors import InvalidFile, TooLarge
from service.files.csv_format.csv_lines import Lines, LongRow
from service.files.csv_format.dialect import DecimalEvidence, encoding_of, no_header, no_text
from service.files.file_parts import PART_CHARACTERS, PART_ROWS
from service.schemas.row_files import Decimal
from wire.csv_rules import ONE_COLUMN, header_text, read_header

_HEAD_BYTES = 65_536
_MAX_CELL = 131_072
_TOO_LONG = f"A cell is longer than {_MAX_CELL:,} characters. Is a quote left open?"
_SEPARATOR_SAID = re.compile('"?sep=[,;\t|]"?', re.IGNORECASE)
"""What Excel writes above the names; they say it too."""


class CsvText:
    """Raises InvalidFile, TooLarge."""

    def __init__(self, file: Path, required: Sequence[str], charset: str) -> None:
        self._file = file
        with file.open("rb") as opened:
            self._encoding = encoding_of(opened.read(_HEAD_BYTES), charset)
        self._before, first_line = self._first_line()
        header = read_header(first_line, required)
        if not set(required) <= set(header.names):
            raise no_header(header.names, required)
        self._separator, self.names = header.separator, header.names

    @property
    def encoding(self) -> str:
        return self._encoding.removesuffix("-sig")

    @property
    def separator(self) -> str | None:
        """None: the file has one column."""
        return None if self._separator == ONE_COLUMN else self._separator

    def survey(self, numbers: Sequence[int], decimal: Decimal | None, max_rows: int) -> tuple[int, Decimal]:
        """Read the whole file for its faults, the number of its rows, and the decimal sign of the columns `numbers`."""
        evidence, count = DecimalEvidence(), 0
        for rows, lines in self.chunks():
            count += len(rows)
            if max(map(len, chain.from_iterable(rows))) > _MAX_CELL:
                longest = max(range(len(rows)), key=lambda place: max(map(len, rows[place])))
                raise InvalidFile(_TOO_LONG, fault_code="long_cell", line=lines[longest])
            if count > max_rows:
                raise TooLarge(f"A file may hold {max_rows:,} rows.")
            for place in numbers:
                evidence.see(row[place] for row in rows if len(row) > place)
        return count, evidence.decide(decimal, self._separator)

    def chunks(self) -> Iterator[tuple[list[list[str]], list[int]]]:
        """Return rows and the physical lines on which they begin."""
        with self._text() as text:
            fed = Lines(text)
            physical = iter(fed)
            reader = csv.reader(physical, delimiter=self._separator, strict=True)
            begins = self._before + 1
            try:
                for _ in range(self._before):
                    next(physical)
                next(reader)
                rows: list[list[str]] = []
                lines: list[int] = []
                held = 0
                while True:
                    begins = self._before + reader.line_num + 1
                    fed.row_characters = 0
                    row = next(reader, None)
                    if row is None or len(rows) == PART_ROWS or held >= PART_CHARACTERS:
                        if rows:
                            yield rows, lines
                        rows, lines, held = [], [], 0
                    if row is None:
                        return
                    if row:
                        rows.append(row)
                        lines.append(begins)
                        held += fed.row_characters
            except UnicodeDecodeError as error:
                raise no_text(error, begins - 1) from None
            except LongRow as error:
                raise _long_row(error, begins) from None
            except csv.Error as error:
                fault, reason = _reason(error)
                detail = f"The row that begins in line {begins:,} cannot be read: {reason}"
                raise InvalidFile(detail, fault_code=fault, line=begins) from None

    def _first_line(self) -> tuple[int, str]:
        """Return how many lines stand before the names, and the names as text: a quoted one may hold a line break."""
        before = 0
        with self._text() as text:
            fed = Lines(text)
            physical = iter(fed)
            try:
                for line in physical:
                    if line.strip() and not _SEPARATOR_SAID.fullmatch(line.rstrip("\r\n")):
                        return before, header_text(chain([line], physical))
                    before += 1
                    fed.row_characters = 0
            except UnicodeDecodeError as error:
                raise no_text(error, before) from None
            except LongRow as error:
                raise _long_row(error, before + 1) from None
        raise InvalidFile("The file is empty: its first line must name the columns.", fault_code="empty_file")

    def _text(self) -> TextIO:
        return self._file.open(encoding=self._encoding, newline="")


def _long_row(error: LongRow, line: int) -> InvalidFile:
    detail = f"The row that begins in line {line:,} is longer than {error} characters. Is a quote left open?"
    return InvalidFile(detail, fault_code="long_cell", line=line)


def _reason(error: csv.Error) -> tuple[str, str]:
    """Return a code and a sentence for what the csv module says."""
    said = str(error)
    if "field larger" in said:
        return "long_cell", _TOO_LONG
    if "end of data" in said:
        return "open_quote", "a quote is left open."
    return "text_after_quote", "text follows a closing quote."
