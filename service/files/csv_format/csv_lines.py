"""The lines of a text for the csv module, which itself takes lines and rows of any length."""

from collections.abc import Iterator
from typing import TextIO

_MAX_ROW = 2**20


class LongRow(Exception):
    """A row is longer than the number of characters that it says."""

    def __init__(self) -> None:
        super().__init__(f"{_MAX_ROW:,}")


class Lines:
    def __init__(self, text: TextIO) -> None:
        self._text = text
        self.row_characters = 0
        """What was read since it was last set to zero: the reader of rows does so at each new one."""

    def __iter__(self) -> Iterator[str]:
        """Raises LongRow, before more than that is read."""
        while line := self._text.readline(_MAX_ROW + 1):
            self.row_characters += len(line)
            if self.row_characters > _MAX_ROW:
                raise LongRow
            yield line
