"""Reads lines of limited length from a stream, without waiting for more than the line."""

import csv
import re
from io import BufferedReader
from typing import BinaryIO, cast

MAX_LINE_BYTES = 16 * 2**20
_MAX_START_BYTES = 1000

csv.field_size_limit(MAX_LINE_BYTES)

_QUOTED = re.compile(rb'"[^"]*"?')


class LineTooLong(Exception):
    """A line was skipped because of its length; `start` has its first bytes."""

    def __init__(self, start: bytes) -> None:
        super().__init__(f"The line is longer than {MAX_LINE_BYTES:,} bytes; this is how it begins.")
        self.start = start


class RecordTooLong(Exception):
    """The lines of one record are longer than the limit of a line: a quote may be open."""

    def __init__(self) -> None:
        super().__init__(f"{MAX_LINE_BYTES:,} bytes")


class BoundedLines:
    """An iterator over lines. After LineTooLong it goes on with the next line; after RecordTooLong it does not."""

    def __init__(self, file: BinaryIO, line_end: bytes = b"\n") -> None:
        self._file = file
        self._line_end = line_end
        self._record_start = 0
        self.number = 0
        self.bytes_read = 0
        self.raw_lines: list[bytes] = []
        """The lines of the current record, which may have several."""

    def begin_record(self) -> None:
        self.raw_lines.clear()
        self._record_start = self.bytes_read

    def __iter__(self) -> "BoundedLines":
        return self

    def __next__(self) -> str:
        line = self._read_line(MAX_LINE_BYTES + 1)
        if not line:
            raise StopIteration
        self.number += 1
        self.bytes_read += len(line)
        if len(line) > MAX_LINE_BYTES and not line.endswith(self._line_end):
            self._skip_rest()
            raise LineTooLong(line[:_MAX_START_BYTES])
        self.raw_lines.append(line)
        if len(self.raw_lines) > 1 and self.bytes_read - self._record_start > MAX_LINE_BYTES:
            raise RecordTooLong
        return line.decode("utf-8", "surrogateescape")

    def _skip_rest(self) -> None:
        while rest := self._read_line(MAX_LINE_BYTES):
            self.bytes_read += len(rest)
            if rest.endswith(self._line_end):
                return

    def _read_line(self, max_bytes: int) -> bytes:
        if self._line_end == b"\n":
            return self._file.readline(max_bytes)
        pieces: list[bytes] = []
        while max_bytes > 0 and (ahead := cast(BufferedReader, self._file).peek(1)):
            length = min(max_bytes, ahead.find(self._line_end) + 1 or len(ahead))
            pieces.append(self._file.read(length))
            max_bytes -= length
            if pieces[-1].endswith(self._line_end):
                break
        return b"".join(pieces)


def line_end_of(file: BinaryIO) -> bytes:
    """Return the end of the lines of a text: a carriage return if it has no line feed, as old programs of the Mac write.

    What stands between quotes is a part of a cell and ends no line.
    """
    head = _QUOTED.sub(b"", cast(BufferedReader, file).peek(1))
    return b"\r" if b"\r" in head.rstrip(b"\r") and b"\n" not in head else b"\n"
