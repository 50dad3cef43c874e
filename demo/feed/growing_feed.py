"""Follows a file of JSON lines while the pipeline appends to it."""

import io
import os
import stat
import threading
from collections import deque
from pathlib import Path
from typing import BinaryIO

from client import Card
from demo.feed.feed_entries import MAX_ENTRIES, FeedEntry, parse_entry, parse_line

_MAX_BYTES = 64 * 2**20
_MAX_LINE_BYTES = 2**20
_REMEMBERED_BYTES = 1000


def _open_file(path: Path) -> BinaryIO:
    """Open a file to read. Raises OSError if it is no regular file: to open a FIFO would wait, with all visits behind."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(f"{path} is no regular file.")
    return os.fdopen(descriptor, "rb")


class GrowingFeed:
    """A growing file of JSON lines. Threads may share it; each call reads only what is new."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._entries: deque[FeedEntry] = deque(maxlen=MAX_ENTRIES)
        self._card: tuple[str, str] = ("", "")
        self._file: tuple[int, int] = (0, 0)
        self._position = self._number = 0
        self._is_in_long_line = False
        self._last = b""
        """The last bytes that were read. If they are gone from the file, it was cut and written anew."""

    def read_newest(self, card: Card) -> list[FeedEntry]:
        """Return the newest entries of the file; an empty list if there is no file."""
        with self._lock:
            try:
                with _open_file(self._path) as file:
                    self._seek_new_lines(card, file)
                    self._read(card, file)
            except OSError:
                self._forget()
            return list(self._entries)

    def _seek_new_lines(self, card: Card, file: BinaryIO) -> None:
        """Go to the first unread line. Forget all entries if the card or the file is another one."""
        status = os.fstat(file.fileno())
        size = file.seek(0, io.SEEK_END)
        version = (card["name"], card["version"])
        if (status.st_dev, status.st_ino) != self._file or version != self._card or not self._continues(file, size):
            self._forget()
            self._file, self._card = (status.st_dev, status.st_ino), version
            if size > _MAX_BYTES:
                self._position = file.seek(size - _MAX_BYTES)
                self._position += len(file.readline(_MAX_LINE_BYTES))
        file.seek(self._position)

    def _continues(self, file: BinaryIO, size: int) -> bool:
        """Tell whether the last bytes are still there, and the rest of the file is short enough to read all of it."""
        file.seek(self._position - len(self._last))
        return file.read(len(self._last)) == self._last and self._position <= size <= self._position + _MAX_BYTES

    def _read(self, card: Card, file: BinaryIO) -> None:
        """Read the whole lines: the last one may be half written. Of very many lines, parse only the newest.

        A line of more than a megabyte is no record: it is passed over.
        """
        new: deque[tuple[int, bytes]] = deque(maxlen=MAX_ENTRIES)
        while line := file.readline(_MAX_LINE_BYTES):
            whole = line.endswith(b"\n")
            if not whole and len(line) < _MAX_LINE_BYTES:
                break
            self._position += len(line)
            self._last = line[-_REMEMBERED_BYTES:]
            self._number += whole
            if whole and not self._is_in_long_line:
                new.append((self._number, line))
            self._is_in_long_line = not whole
        entries = (parse_entry(card, parse_line(line), number) for number, line in new)
        self._entries.extend(each for each in entries if each)

    def _forget(self) -> None:
        self._entries.clear()
        self._file, self._position, self._number, self._last = (0, 0), 0, 0, b""
        self._is_in_long_line = False
