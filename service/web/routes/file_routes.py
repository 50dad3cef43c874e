"""The file side of POST /v1/models/{model}/predictions: a body is spooled to disk, the answer streams back part by part.

What a caller sends costs disk, not memory, until it is whole. What
is wrong with the file as a whole is answered before the first byte of an answer; an answer that breaks off later breaks
the connection, so that nobody takes a part for the whole.
"""

import asyncio
import contextlib
import json
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from starlette.types import Receive, Scope, Send

from service import actions
from service.bundles.registry import Registry
from service.errors import ClientGone, InvalidRequest, NotAcceptable, Overloaded, TooLarge, UnsupportedType
from service.files.file_request import Asked, FileAnswer
from service.rows.strict_json import shown
from service.settings import Settings
from service.web.dependencies import Threads
from wire.media_types import MEDIA_TYPES, FileKind, preferred_kind

_AT_ONCE, _SENDING_AT_ONCE = 2, 4
"""Files being scored; and what all those under way may hold on disk, in files of the largest size."""
_NAMES_IN_HEADER = 40
_BUSY_SECONDS = 5
_PARAMETERS = {
    "decimal": {"point", "comma"},
    "dates": {"day_first", "month_first"},
    "inputs": {"keep", "leave"},
    "version": None,
}


class Files:
    """Scores files. Few at once: each keeps a core busy for seconds."""

    def __init__(self, registry: Registry, threads: Threads, settings: Settings) -> None:
        self._registry, self._threads, self._settings = registry, threads, settings
        self._scoring = 0
        self._spooled_bytes = 0

    async def __call__(self, name: str, kind: tuple[FileKind, str], scope: Scope, receive: Receive, send: Send) -> None:
        """`kind` comes with the charset that the caller names."""
        headers = dict(scope["headers"])
        asked = self._asked(*kind, headers, scope["query_string"])
        self._registry.get(name, asked.version)
        spooled = 0
        try:
            with tempfile.NamedTemporaryFile(prefix="witryna-") as file:
                async for piece in self._body(headers, receive):
                    spooled += len(piece)
                    self._spooled_bytes += len(piece)
                    file.write(piece)
                file.flush()
                await self._answer(name, Path(file.name), asked, receive, send)
        except OSError as error:  # closing tries once more to write what found no room
            raise Overloaded("There is no room for this file just now.", retry_after_seconds=_BUSY_SECONDS) from error
        finally:
            self._spooled_bytes -= spooled

    def _asked(self, kind: FileKind, charset: str, headers: dict[bytes, bytes], query: bytes) -> Asked:
        if headers.get(b"content-encoding", b"identity").lower() != b"identity":
            raise UnsupportedType("Send the file uncompressed.")
        said = dict(parse_qsl(query.decode("latin-1"), max_num_fields=10))
        for name, value in said.items():
            if name not in _PARAMETERS:
                raise InvalidRequest(f"There is no parameter {shown(name)}; there are {', '.join(_PARAMETERS)}.")
            if value not in (known := _PARAMETERS[name] or {value}):
                raise InvalidRequest(f"The parameter {name} is one of: {', '.join(sorted(known))}.")
        answer = preferred_kind(headers.get(b"accept", b"").decode("latin-1"), kind)
        if answer is None:
            raise NotAcceptable(f"Accept one of: {', '.join(MEDIA_TYPES.values())}.")
        decimal: Any = said.get("decimal")
        dates: Any = said.get("dates")
        return Asked(
            kind,
            answer,
            charset,
            decimal,
            dates,
            said.get("version"),
            keep_inputs=said.get("inputs") == "keep",
            max_rows=self._settings.max_file_rows,
            max_json_rows=self._settings.max_rows,
        )

    async def _body(self, headers: dict[bytes, bytes], receive: Receive) -> AsyncIterator[bytes]:
        most = self._settings.max_file_bytes
        length = headers.get(b"content-length", b"0")
        arrived, more = 0, True
        while more:
            if max(arrived, int(length[:20]) if length.isdigit() else 0) > most:
                raise TooLarge(f"A file may hold {most:,} bytes.")
            if self._spooled_bytes > most * _SENDING_AT_ONCE:
                raise Overloaded("Other files are being sent.", retry_after_seconds=_BUSY_SECONDS)
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientGone
            arrived += len(message.get("body", b""))
            more = message.get("more_body", False)
            if arrived <= most:
                yield message.get("body", b"")
        if arrived > most:
            raise TooLarge(f"A file may hold {most:,} bytes.")

    async def _answer(self, name: str, file: Path, asked: Asked, receive: Receive, send: Send) -> None:
        if self._scoring >= _AT_ONCE:
            raise Overloaded("Other files are being scored.", retry_after_seconds=_BUSY_SECONDS)
        self._scoring += 1
        gone = asyncio.ensure_future(receive())  # nothing more comes but the news that the caller hung up
        try:
            answer = await self._threads.run(name, actions.predict_file, self._registry, name, file, asked)
            await self._stream(name, answer, _headers(asked, answer), gone, send)
        finally:
            gone.cancel()
            self._scoring -= 1

    async def _stream(
        self, name: str, answer: FileAnswer, headers: list[tuple[bytes, bytes]], gone: "asyncio.Future[Any]", send: Send
    ) -> None:
        try:
            piece = await self._next(name, answer)
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            while piece is not None:
                if gone.done():
                    raise ClientGone
                coming = asyncio.ensure_future(self._next(name, answer))  # scored while the caller takes this one
                try:
                    async with asyncio.timeout(self._settings.body_stall_seconds):
                        await send({"type": "http.response.body", "body": piece, "more_body": True})
                finally:
                    piece = await coming
            await send({"type": "http.response.body", "body": b""})
        finally:
            with contextlib.suppress(ValueError):  # a piece that took too long is still at work in its thread
                answer.pieces.close()

    async def _next(self, name: str, answer: FileAnswer) -> bytes | None:
        return await self._threads.run(name, next, answer.pieces, None)


def _headers(asked: Asked, answer: FileAnswer) -> list[tuple[bytes, bytes]]:
    kind = MEDIA_TYPES[asked.answer] + ("; charset=utf-8" if asked.answer == "csv" else "")
    found = answer.recognised
    short = msgspec.structs.replace(found, columns=_few(found.columns), ignored=_few(found.ignored))
    return [(b"content-type", kind.encode()), (b"x-file", json.dumps(msgspec.to_builtins(short)).encode())]


def _few(names: list[str]) -> list[str]:
    kept = [shown(name) for name in names[:_NAMES_IN_HEADER]]
    return [*kept, "…"] if len(names) > _NAMES_IN_HEADER else kept
