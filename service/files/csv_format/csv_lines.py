"""The lines of a text file for the csv module, with limits for the length of a row and the number of lines."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from service.bundles.scorers.deadlines import current_deadline
from service.errors import TooLarge
from service.files.csv_format.encoding_faults import zero_bytes_fault

_MAX_ROW_CHARACTERS = 2**20
_READ_BYTES = 2**20
_LINES_BETWEEN_CHECKS = 10_000
"""The caller may have gone."""
_MAX_LINES = 5_000_000
"""Also empty lines take time: 100 MB of them are 100 million."""


def open_text(file: Path, encoding: str) -> TextIO:
    """Open a file to read its lines, with their line breaks."""
    return io.TextIOWrapper(_LargeReader(io.FileIO(file)), encoding, newline="")


class _LargeReader(io.BufferedReader):
    """Reads a megabyte at a time, whatever `TextIOWrapper` wants.

    During a read Python takes up another thread, and soon goes back. With 8 kB at a time other threads hardly run.
    """

    def read1(self, _size: int = -1, /) -> bytes:
        return self.read(_READ_BYTES)


class LongRow(Exception):
    """A row is longer than the limit. The message is the limit in characters."""

    def __init__(self) -> None:
        super().__init__(f"{_MAX_ROW_CHARACTERS:,}")


class Lines:
    """Iterates over the lines of a text and counts the characters of the current row."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self.row_characters = 0
        """Characters of the current row. The caller sets it to 0 at each new row."""

    def __iter__(self) -> Iterator[str]:
        """Yield the lines. Raises LongRow before it reads more of a row, TooLarge, InvalidFile, ModelTimeout."""
        number = 0
        while line := self._text.readline(_MAX_ROW_CHARACTERS + 1):
            number += 1
            if number > _MAX_LINES:
                raise TooLarge(f"A CSV may hold {_MAX_LINES:,} lines, the empty ones too.")
            if number % _LINES_BETWEEN_CHECKS == 0:
                current_deadline()
            if "\0" in line:
                raise zero_bytes_fault(line=number)
            self.row_characters += len(line)
            if self.row_characters > _MAX_ROW_CHARACTERS:
                raise LongRow
            yield line
