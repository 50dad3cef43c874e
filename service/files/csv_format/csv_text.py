"""A CSV file as rows of text cells: detect its encoding, separator and decimal sign, and count physical lines.

The csv module counts physical lines, including line breaks in quotes.
"""

import csv
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import TextIO

from service.errors import InvalidFile, TooLarge
from service.files.csv_format.csv_lines import Lines, LongRow, open_text
from service.files.csv_format.dialect import decimal_sign_fault, detect_encoding, header_fault
from service.files.csv_format.encoding_faults import encoding_fault
from service.files.file_parts import PART_CHARACTERS, PART_ROWS
from wire.cells.csv_rules import ONE_COLUMN, SEPARATORS, header_text, is_above_header, is_blank, read_header
from wire.cells.decimal_sign import DecimalEvidence, UnclearDecimalSign
from wire.cells.text_style import Sign, Thousands
from wire.column_names import ColumnNames

_HEAD_BYTES = 65_536
_MAX_CELL = 131_072
_TOO_LONG = f"A cell is longer than {_MAX_CELL:,} characters. Is a quote left open?"


class CsvText:
    """A CSV file with a header. Opening and reading raise InvalidFile, TooLarge."""

    def __init__(self, file: Path, columns: ColumnNames, charset: str, separators: Sequence[str] = SEPARATORS) -> None:
        self._file = file
        with file.open("rb") as binary:
            self._encoding = detect_encoding(binary.read(_HEAD_BYTES), charset)
        self._lines_before_header, header_line = self._find_header()
        header = read_header(header_line, columns, separators)
        if columns.missing(header.names):
            raise header_fault(header.names, columns)
        self._separator, self.names = header.separator, header.names
        self.columns = list(enumerate(header.names))
        """Index and name of each column."""

    @property
    def encoding(self) -> str:
        return self._encoding.removesuffix("-sig")

    @property
    def separator(self) -> str | None:
        """None: the file has one column."""
        return None if self._separator == ONE_COLUMN else self._separator

    def survey(
        self, numbers: Sequence[int], decimal: Sign | None, max_rows: int, thousands: Thousands | None = None
    ) -> tuple[int, Sign]:
        """Read the file once; return the number of rows and the decimal sign of the columns with the indices `numbers`.

        A column without a name and without a cell is then no column: `columns` lacks it.
        """
        evidence, count = DecimalEvidence(thousands), 0
        nameless = {index for index, name in enumerate(self.names) if not name}
        for rows, lines in self.chunks():
            nameless -= {index for index in nameless if any(row[index] for row in rows if len(row) > index)}
            count += len(rows)
            if max(map(len, chain.from_iterable(rows))) > _MAX_CELL:
                longest = max(range(len(rows)), key=lambda index: max(map(len, rows[index])))
                raise InvalidFile(_TOO_LONG, fault_code="long_cell", line=lines[longest])
            if count > max_rows:
                raise TooLarge(f"A file may hold {max_rows:,} rows.")
            for index in numbers:
                evidence.add_cells(row[index] for row in rows if len(row) > index)
        self.columns = [(index, name) for index, name in enumerate(self.names) if index not in nameless]
        try:
            return count, evidence.decide(decimal, self._separator)
        except UnclearDecimalSign as error:
            raise decimal_sign_fault(error) from None

    def chunks(self) -> Iterator[tuple[list[list[str]], list[int]]]:
        """Yield lists of rows, each with the physical lines on which the rows begin."""
        with self._open() as text:
            source = Lines(text)
            physical = iter(source)
            reader = csv.reader(physical, delimiter=self._separator, strict=True)
            row_line = self._lines_before_header + 1
            try:
                for _ in range(self._lines_before_header):
                    next(physical)
                next(reader)
                rows: list[list[str]] = []
                lines: list[int] = []
                characters = 0
                while True:
                    row_line = self._lines_before_header + reader.line_num + 1
                    source.row_characters = 0
                    row = next(reader, None)
                    if row is None or len(rows) == PART_ROWS or characters >= PART_CHARACTERS:
                        if rows:
                            yield rows, lines
                        rows, lines, characters = [], [], 0
                    if row is None:
                        return
                    if not is_blank(row):
                        rows.append(row)
                        lines.append(row_line)
                        characters += source.row_characters
            except UnicodeDecodeError:
                raise encoding_fault(self._file, self._encoding) from None
            except LongRow as error:
                raise _long_row_fault(error, row_line) from None
            except csv.Error as error:
                fault, reason = _reason(error)
                detail = f"The row that begins in line {row_line:,} cannot be read: {reason}"
                raise InvalidFile(detail, fault_code=fault, line=row_line) from None

    def _find_header(self) -> tuple[int, str]:
        """Return the number of lines before the header, and the header as text; a quoted name may hold a line break."""
        before = 0
        with self._open() as text:
            source = Lines(text)
            physical = iter(source)
            try:
                for line in physical:
                    if not is_above_header(line):
                        return before, header_text(chain([line], physical))
                    before += 1
                    source.row_characters = 0
            except UnicodeDecodeError:
                raise encoding_fault(self._file, self._encoding) from None
            except LongRow as error:
                raise _long_row_fault(error, before + 1) from None
        raise InvalidFile("The file is empty: its first line must name the columns.", fault_code="empty_file")

    def _open(self) -> TextIO:
        return open_text(self._file, self._encoding)


def _long_row_fault(error: LongRow, line: int) -> InvalidFile:
    detail = f"The row that begins in line {line:,} is longer than {error} characters. Is a quote left open?"
    return InvalidFile(detail, fault_code="long_cell", line=line)


def _reason(error: csv.Error) -> tuple[str, str]:
    """Return the code and the message for an error of the csv module."""
    message = str(error)
    if "field larger" in message:
        return "long_cell", _TOO_LONG
    if "end of data" in message:
        return "open_quote", "a quote is left open."
    return "text_after_quote", "text follows a closing quote."
