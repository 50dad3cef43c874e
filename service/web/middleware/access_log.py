"""The access log: one line of JSON a request, on standard error."""

import os
import time

from starlette.types import Scope

from service.rows.strict_json import encode


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
    """Write a line unbuffered and whole. JSON has no control characters."""
    os.write(2, line)
