"""What the process of a model prints goes to the service's log, in lines of limited length and number."""

import logging
import os
import time
from typing import IO

_MAX_LINE_BYTES = 1000
_MAX_LINES, _PERIOD_SECONDS = 100, 60.0
_READ_BYTES = 2**16


class ProcessLog:
    """Copies a stream to a log until it ends. What goes beyond 100 lines in a minute is dropped."""

    def __init__(self, stream: IO[bytes] | None, log: logging.Logger, name: str) -> None:
        assert stream is not None  # noqa: S101 - the process is started with a pipe
        self._stream, self._log, self._name = stream, log, name
        self._period_end, self._lines = 0.0, 0

    def copy(self) -> None:
        """Read to the end. A stream that is read slowly would stop the process."""
        rest = b""
        with self._stream:
            while part := os.read(self._stream.fileno(), _READ_BYTES):
                *lines, rest = (rest + part).split(b"\n")
                rest = rest[:_MAX_LINE_BYTES]
                for line in lines:
                    self._write(line)
            if rest:
                self._write(rest)

    def _write(self, line: bytes) -> None:
        now = time.monotonic()
        if now >= self._period_end:
            self._period_end, self._lines = now + _PERIOD_SECONDS, 0
        self._lines += 1
        if self._lines <= _MAX_LINES:
            self._log.info("%s: %s", self._name, line[:_MAX_LINE_BYTES].decode("utf-8", "replace"))
        elif self._lines == _MAX_LINES + 1:
            self._log.info("%s: more lines of this minute are left out", self._name)
