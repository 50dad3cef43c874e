"""The access log: one line of JSON a request, on standard error. Writing never waits for a reader."""

import logging
import os
import select
import stat
import time
from functools import cache

from starlette.types import Scope

from service.rows.strict_json import encode

_STANDARD_ERROR = 2
_PIPE_BYTES = 4096
"""A pipe that is ready takes so many bytes without blocking (PIPE_BUF of POSIX is at least 512, of Linux 4096)."""


def log_request(scope: Scope, route: str, status: int, seconds: float) -> None:
    """Write the line of one request. It holds no query, header or body: these may hold secrets."""
    line = {
        "at": time.time(),
        "method": scope["method"],
        "route": route,
        "status": status,
        "ms": int(seconds * 1e6) / 1000,
        "request_id": scope["request_id"],
    }
    write_line(encode(line) + b"\n")


def write_line(line: bytes) -> None:
    """Write a line unbuffered and whole. JSON has no control characters.

    A pipe that nobody reads is full after 64 kB. Lines are then left out: an answer must not wait for its log line.
    """
    try:
        if len(line) <= _PIPE_BYTES:
            _write_if_ready(line)
        else:
            for start in range(0, len(line), _PIPE_BYTES):
                if not _write_if_ready(line[start : start + _PIPE_BYTES]):
                    return
    except OSError:
        pass  # its reader has ended


class StandardErrorHandler(logging.Handler):
    """Writes the lines of `logging` in the same way."""

    def emit(self, record: logging.LogRecord) -> None:
        write_line(self.format(record).encode() + b"\n")


def _write_if_ready(line: bytes) -> bool:
    """Write a line if standard error takes bytes without blocking; return whether it does."""
    poll = _poll()
    is_ready = poll is None or bool(poll.poll(0))
    if is_ready:
        os.write(_STANDARD_ERROR, line)
    return is_ready


@cache
def _poll() -> "select.poll | None":
    """Return what tells whether standard error is ready, or None if it always is: a file, /dev/null, or on Windows."""
    mode = os.fstat(_STANDARD_ERROR).st_mode
    if not hasattr(select, "poll") or not (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or os.isatty(_STANDARD_ERROR)):
        return None
    poll = select.poll()
    poll.register(_STANDARD_ERROR, select.POLLOUT)
    return poll
