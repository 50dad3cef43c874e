"""The one reader of request bodies: JSON into memory, files onto disk, both within limits."""

import codecs
import contextlib
import io
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from starlette.types import Receive, Scope

from service.errors import ClientGone, InvalidRequest, Overloaded, ServiceError, TooLarge, UnsupportedType
from service.files.temporary_file import temporary_file
from service.settings import Settings
from wire.media_types import COMPRESSIONS, MEDIA_TYPES

RETRY_SECONDS = 2
"""The Retry-After of a refused file. It differs from the keep-alive time: a retry must not meet a closing connection."""
_JSON_BODIES_AT_ONCE, _FILES_AT_ONCE = 32, 4
"""The limit for all bodies together is the size of so many bodies of the maximum size, in memory or on disk."""
_JSON, _BYTES = b"application/json", b"application/octet-stream"
Headers = dict[bytes, bytes]


@dataclass(frozen=True)
class SpooledFile:
    """A body on disk."""

    path: Path
    bytes: int


class BodyReader:
    """Reads bodies. A compressed body is refused: its real size is unknown until it is unpacked."""

    def __init__(self, settings: Settings) -> None:
        max_json, max_file = settings.max_body_bytes, settings.max_file_bytes
        self._memory = _Budget(max_json, max_json * _JSON_BODIES_AT_ONCE, f"A request may hold {max_json:,} bytes.")
        self._disk = _Budget(
            max_file, max_file * _FILES_AT_ONCE, f"A file may hold {max_file:,} bytes.", "Other files are being sent."
        )

    async def read_json(
        self, scope: Scope, headers: Headers, receive: Receive, *, takes_files: bool = False, takes_tensors: bool = False
    ) -> bytes:
        """Return a body of JSON, whole and without a byte order mark.

        `takes_files`: the route takes files too. `takes_tensors`: bytes of tensors may follow the JSON, and clients may
        leave the type out. Raises UnsupportedType, InvalidRequest if the address has parameters, TooLarge, Overloaded,
        ClientGone.
        """
        media_type = headers.get(b"content-type", b"")
        if media_type != _JSON and media_type.partition(b";")[0].strip().lower() != _JSON:
            if not takes_tensors:
                types = f"one of: {', '.join([*MEDIA_TYPES.values(), *COMPRESSIONS])}" if takes_files else "application/json"
                raise UnsupportedType(f"The Content-Type must be {types}.")
            if media_type.partition(b";")[0].strip().lower() not in {b"", _BYTES}:
                raise UnsupportedType("The Content-Type must be application/json, or application/octet-stream.")
        refuse_compressed(headers)
        if scope["query_string"]:  # ignored, a ?version= would be answered by another version than the caller believes
            raise InvalidRequest("A question in JSON takes no parameters in its address: `version` belongs into the body.")
        buffer = io.BytesIO()  # one piece of memory; many small ones would keep what lies between them
        size = await _receive_all(headers, receive, self._memory, buffer.write)
        self._memory.subtract(size)
        return buffer.getvalue().removeprefix(codecs.BOM_UTF8)

    @contextlib.asynccontextmanager
    async def spool(self, headers: Headers, receive: Receive) -> AsyncIterator[SpooledFile]:
        """Yield the whole body as a file on disk; it is deleted at the end.

        Raises UnsupportedType, TooLarge, Overloaded (also if the disk is full), ClientGone.
        """
        refuse_compressed(headers)
        with contextlib.ExitStack() as stack:
            try:
                file, path = temporary_file()
                stack.callback(_close, file)
                size = await _receive_all(headers, receive, self._disk, file.write)
                stack.callback(self._disk.subtract, size)
                file.flush()
            except OSError as error:
                raise Overloaded("The disk has no space for this file.", retry_after_seconds=RETRY_SECONDS) from error
            yield SpooledFile(path, size)


def _close(file: IO[bytes]) -> None:
    with contextlib.suppress(OSError):  # closing writes what a full disk did not take
        file.close()


def announced_bytes(headers: Headers) -> int:
    """Return the size of the body that Content-Length names, or 0."""
    length = headers.get(b"content-length", b"0")
    return int(length[:20]) if length.isdigit() else 0


def refuse_compressed(headers: Headers) -> None:
    """Raise UnsupportedType if the body is compressed."""
    if headers.get(b"content-encoding", b"identity").lower() != b"identity":
        raise UnsupportedType("Send the body uncompressed.")


class _Budget:
    """The bytes of all bodies of one kind that are being read or used, and their limits."""

    def __init__(self, max_body_bytes: int, max_bytes: int, too_large: str, busy: str = "") -> None:
        self.max_body_bytes, self.max_bytes = max_body_bytes, max_bytes
        self._too_large, self._busy = too_large, busy
        self.bytes = 0

    def subtract(self, size: int) -> None:
        self.bytes -= size

    def error(self) -> ServiceError:
        """Return the error for a body that exceeds a limit: that of all bodies together, or that of one body."""
        if self.bytes > self.max_bytes:
            return Overloaded(self._busy, retry_after_seconds=RETRY_SECONDS if self._busy else 1)
        return TooLarge(self._too_large)


async def _receive_all(headers: Headers, receive: Receive, budget: _Budget, write: Callable[[bytes], object]) -> int:
    """Pass each piece of a body to `write`, and return its bytes; the caller subtracts them from the budget at the end.

    Raises TooLarge before it writes a piece beyond the limit, Overloaded, ClientGone; the bytes are then subtracted here.
    """
    announced = announced_bytes(headers)
    arrived, more = 0, True
    try:
        while more:
            if announced > budget.max_body_bytes or budget.bytes > budget.max_bytes:
                raise budget.error()
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientGone
            piece = message.get("body", b"")
            if arrived + len(piece) > budget.max_body_bytes:
                raise budget.error()
            arrived += len(piece)
            budget.bytes += len(piece)
            write(piece)
            more = message.get("more_body", False)
    except BaseException:
        budget.subtract(arrived)
        raise
    return arrived
