"""Answers to files: the whole answer of a small file at once, that of a large one in pieces while it is scored.

Faults of the file are reported before the first byte of the answer. A later fault closes the connection, so that the caller
notices that the answer is incomplete.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import anyio
from starlette.types import Receive, Send

from service import actions
from service.bundles.model import Model
from service.errors import ClientGone
from service.files.file_request import FileAnswer, FileRequest
from service.web.container import Services
from service.web.file_turns import FileTurn

_SEND_BYTES = 2**18
_BEGINNING_SECONDS = 5.0
ResponseHeaders = list[tuple[bytes, bytes]]


@dataclass(frozen=True)
class ScoredFile:
    """An open file and the beginning of its answer, or all of it."""

    answer: FileAnswer
    beginning: bytes
    is_whole: bool


async def score_beginning(
    services: Services, model: Model, file: Path, request: FileRequest, *, has_turn: bool
) -> ScoredFile:
    """Open a file, and score it if it has few rows: until its end, or until the answer is large or
    takes long: pictures do.

    Without a turn it takes a slot of the requests. Raises what `score_file` raises, ModelFailed, Overloaded, ModelTimeout.
    """
    with contextlib.nullcontext() if has_turn else services.requests:
        return await services.threads.run(
            model.card.name, _score_beginning, services, model, file, request, can_refuse=not has_turn
        )


def _score_beginning(services: Services, model: Model, file: Path, request: FileRequest) -> ScoredFile:
    answer = actions.predict_file(model, file, request)
    if answer.recognised.rows > services.settings.max_rows:
        return ScoredFile(answer, b"", is_whole=False)
    pieces: list[bytes] = []
    size, end = 0, time.monotonic() + _BEGINNING_SECONDS
    for piece in answer.pieces:
        pieces.append(piece)
        size += len(piece)
        if size > services.settings.max_body_bytes or time.monotonic() > end:
            return ScoredFile(answer, b"".join(pieces), is_whole=False)
    return ScoredFile(answer, b"".join(pieces), is_whole=True)


@contextlib.asynccontextmanager
async def cancelled_with_caller(receive: Receive) -> AsyncIterator[None]:
    """Cancel the block when the caller disconnects, then raise ClientGone."""
    with anyio.CancelScope() as work:
        disconnected = asyncio.ensure_future(receive())  # after the body, a message can only be the end of the connection
        disconnected.add_done_callback(lambda _: work.cancel())
        try:
            yield
        finally:
            disconnected.cancel()
    if work.cancelled_caught:
        raise ClientGone


async def send_whole(body: bytes, headers: ResponseHeaders, send: Send) -> None:
    """Send an answer that is complete. A slow reader costs memory until it has read it."""
    headers = [*headers, (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def send_pieces(
    services: Services, model: Model, scored: ScoredFile, headers: ResponseHeaders, *, turn: FileTurn, send: Send
) -> None:
    """Send the pieces of an answer. The next piece is scored while this one is sent."""
    pieces = scored.answer.pieces

    async def next_piece() -> bytes | None:
        return await services.threads.run(model.card.name, next, pieces, None, can_refuse=False)

    try:
        piece = scored.beginning or await next_piece()
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        while piece is not None:
            sending = asyncio.ensure_future(_send_piece(piece, send, services.settings.body_stall_seconds))
            try:
                piece = await next_piece()
                if piece is None:
                    turn.end()
                elif not sending.done():
                    await turn.pause(sending)
                else:
                    await turn.share()
                await sending
            finally:
                sending.cancel()
        await send({"type": "http.response.body", "body": b""})
    finally:
        with contextlib.suppress(ValueError):  # after a timeout a piece may still run in its thread
            pieces.close()


async def _send_piece(piece: bytes, send: Send, stall_seconds: float) -> None:
    """Send a piece in parts. Raises TimeoutError if the caller does not read a part in time."""
    for start in range(0, len(piece), _SEND_BYTES):
        async with asyncio.timeout(stall_seconds):
            await send({"type": "http.response.body", "body": piece[start : start + _SEND_BYTES], "more_body": True})
