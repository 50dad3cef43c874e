"""The lines of a text file for the csv module, with a limit for the length of a row."""

from collections.abc import Iterator
from typing import TextIO

_MAX_ROW_CHARACTERS = 2**20


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
        """Yield the lines. Raises LongRow at the limit, before more of the row is read."""
        while line := self._text.readline(_MAX_ROW_CHARACTERS + 1):
            self.row_characters += len(line)
            if self.row_characters > _MAX_ROW_CHARACTERS:
                raise LongRow
            yield line
