"""Reads lines of limited length from a stream, without waiting for more than the line."""

import csv
from typing import BinaryIO

MAX_LINE_BYTES = 16 * 2**20
_MAX_START_BYTES = 1000

csv.field_size_limit(MAX_LINE_BYTES)


class LineTooLong(Exception):
    """A line was skipped because of its length; `start` has its first bytes."""

    def __init__(self, start: bytes) -> None:
        super().__init__(f"The line is longer than {MAX_LINE_BYTES:,} bytes; this is how it begins.")
        self.start = start


class BoundedLines:
    """An iterator over lines. After LineTooLong it goes on with the next line."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.number = 0
        self.bytes_read = 0
        self.raw_lines: list[bytes] = []
        """The lines since the caller last emptied the list; a record may have several."""

    def __iter__(self) -> "BoundedLines":
        return self

    def __next__(self) -> str:
        line = self._file.readline(MAX_LINE_BYTES + 1)
        if not line:
            raise StopIteration
        self.number += 1
        self.bytes_read += len(line)
        if len(line) > MAX_LINE_BYTES and not line.endswith(b"\n"):
            self._skip_rest()
            raise LineTooLong(line[:_MAX_START_BYTES])
        self.raw_lines.append(line)
        return line.decode("utf-8", "surrogateescape")

    def _skip_rest(self) -> None:
        while rest := self._file.readline(MAX_LINE_BYTES):
            self.bytes_read += len(rest)
            if rest.endswith(b"\n"):
                return
