"""The messages between the service and the process of a model: a header of fixed size, then so many bytes.

| kind | from | rows, columns | bytes |
|---|---|---|---|
| OPEN | service | 0, 0 | JSON: what to open and how (`model_worker.__main__`) |
| REDY | process | 0, 0 | JSON: versions, and what is not isolated |
| ROWS | service | rows, columns of numbers | the matrix in float64, row by row, then JSON: texts by field |
| NUMS | process | rows, columns of scores | the scores in float64, row by row |
| FAIL | process | 0, 0 | JSON: a code and names; it answers OPEN or ROWS |
"""

from __future__ import annotations

import json
import os
import struct
from typing import Any, NamedTuple

HEADER = struct.Struct("<4sIIQ")
"""Kind, rows, columns, number of bytes that follow."""
OPEN, READY, ROWS, SCORES, FAILED = b"OPEN", b"REDY", b"ROWS", b"NUMS", b"FAIL"
MAX_JSON_BYTES = 2**16
"""The largest JSON that the process of a model may send."""
MAX_REQUEST_BYTES = 2**30
"""The largest message of the service: 2,000,000 rows are sent in parts that are far smaller."""
FLOAT_BYTES = 8
_READ_BYTES = 2**20


class Message(NamedTuple):
    """A message that was read."""

    kind: bytes
    rows: int
    columns: int
    content: bytearray


def encode(kind: bytes, content: bytes, rows: int = 0, columns: int = 0) -> bytes:
    """Return a message as bytes."""
    return HEADER.pack(kind, rows, columns, len(content)) + content


def encode_json(kind: bytes, value: Any) -> bytes:
    """Return a message that holds JSON."""
    return encode(kind, json.dumps(value).encode())


def read_message(descriptor: int) -> Message | None:
    """Wait for the next message of the service. Return None at the end of the stream."""
    header = _read(descriptor, HEADER.size)
    if header is None:
        return None
    kind, rows, columns, length = HEADER.unpack(header)
    if length > MAX_REQUEST_BYTES:
        return None
    content = _read(descriptor, length)
    return None if content is None else Message(kind, rows, columns, content)


def _read(descriptor: int, count: int) -> bytearray | None:
    content = bytearray()
    while len(content) < count:
        part = os.read(descriptor, min(count - len(content), _READ_BYTES))
        if not part:
            return None
        content += part
    return content


def write_all(descriptor: int, content: bytes) -> None:
    """Write all bytes, however slowly the other side reads them."""
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
