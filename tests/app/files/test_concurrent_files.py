"""Promises of files under load: small files beside each other, large files in turns, slow readers in nobody's way."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pyarrow as pa
import pytest
import uvicorn

from service.bundles.registry import Registry
from service.settings import Settings
from service.web.app import create_app
from service.web.file_turns import FileTurn
from service.web.middleware.http_entry import HttpEntry, IncompleteAnswer
from tests.support.asgi_calls import Call, turns
from tests.support.formula_models import FLAT, FLAT_ROW
from tests.support.row_files import MEDIA, text_of

PREDICTIONS = "/v1/models/flat-price/predictions"
CSV = {"content-type": MEDIA["csv"], "accept": MEDIA["arrow"]}
FEW, MANY = 100, 50_000


def run(test: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(test(), 60))


def app_of(**settings: Any) -> HttpEntry:
    return create_app(Settings(**settings), Registry.of([FLAT]))


def file_of(rows: int) -> bytes:
    return text_of(list(FLAT_ROW), [["37.5", "2", "poor", "false", "3"]] * rows)


def upload(app: HttpEntry, **headers: str) -> Call:
    return Call(app, "POST", PREDICTIONS, CSV | headers)


def rows_of(call: Call) -> int:
    return int(pa.ipc.open_stream(call.body).read_all().num_rows)


def test_small_files_are_answered_beside_each_other() -> None:
    async def test() -> None:
        app = app_of()
        calls = [await upload(app).end(file_of(FEW)).answered() for _ in range(16)]
        at_once = [upload(app).end(file_of(FEW)) for _ in range(16)]
        for call in [*calls, *at_once]:
            await call.answered()
            assert (call.status, rows_of(call)) == (200, FEW)
            assert int(call.headers["content-length"]) == len(call.body)

    run(test)


def test_small_files_take_slots_of_the_requests_and_no_turns_of_large_files() -> None:
    async def test() -> None:
        app = app_of(max_in_flight=1)
        with FileTurn(app.services.file_turns) as first, FileTurn(app.services.file_turns) as second:
            await first.begin()
            assert (await upload(app).end(file_of(FEW)).answered()).status == 200
            with app.services.requests:
                busy = await upload(app).end(file_of(FEW)).answered()
                assert (busy.status, busy.headers["retry-after"]) == (503, "1")
            second.end()

    run(test)


def test_readers_that_stop_reading_keep_no_other_file_waiting() -> None:
    async def test() -> None:
        app = app_of()
        silent = [upload(app).stop_reading().end(file_of(MANY)) for _ in range(4)]
        for call in silent:
            await call.begun()
        for rows in (FEW, MANY):
            other = await upload(app).end(file_of(rows)).answered()
            assert (other.status, rows_of(other)) == (200, rows)
        for call in silent:
            await call.read_on().answered()
            assert rows_of(call) == MANY

    run(test)


def test_a_reader_that_reads_nothing_for_too_long_is_cut_off() -> None:
    async def test() -> None:
        call = upload(app_of(body_stall_seconds=0.1)).stop_reading().end(file_of(MANY))
        with pytest.raises(IncompleteAnswer):  # what reaches the server from the app breaks the connection
            await call.answered()
        assert call.status == 200

    run(test)


def test_many_large_files_at_once_are_all_answered() -> None:
    async def test() -> None:
        app = app_of()
        for call in [upload(app).end(file_of(MANY)) for _ in range(8)]:
            await asyncio.wait_for(call.task, 50)
            assert (call.status, rows_of(call)) == (200, MANY)

    run(test)


def test_a_large_file_that_waits_too_long_is_refused_before_its_upload() -> None:
    async def test() -> None:
        app = app_of(max_body_bytes=1000, file_wait_seconds=0.1)
        body = file_of(FEW)
        size = {"content-length": str(len(body))}
        with FileTurn(app.services.file_turns) as first, FileTurn(app.services.file_turns) as second:
            await first.begin()
            await second.begin()
            refused = await upload(app, **size).end(body).answered()
            assert (refused.status, refused.json()["code"]) == (503, "overloaded")
            assert refused.unread == 1, "the body was not read"
            assert int(refused.headers["retry-after"]) not in {0, uvicorn.Config(app).timeout_keep_alive}
        assert (await upload(app, **size).end(body).answered()).status == 200

    run(test)


def test_a_slow_upload_of_a_large_file_takes_no_turn() -> None:
    async def test() -> None:
        app = app_of(max_body_bytes=1000)
        body = file_of(FEW)
        size = {"content-length": str(len(body))}
        slow = [upload(app, **size).send(body[:100]) for _ in range(4)]
        await turns()
        assert (await upload(app, **size).end(body).answered()).status == 200
        for call in slow:
            assert (await call.end(body[100:]).answered()).status == 200

    run(test)


def test_a_caller_who_leaves_while_the_file_waits_leaves_nothing_behind() -> None:
    async def test() -> None:
        app = app_of(max_in_flight=3)
        with FileTurn(app.services.file_turns) as first, FileTurn(app.services.file_turns) as second:
            await first.begin()
            await second.begin()
            for _ in range(5):  # more files than may be there at once
                waiting = upload(app).end(file_of(MANY))
                await turns()
                assert (await waiting.disconnect().answered()).status == 0
        assert (await upload(app).end(file_of(MANY)).answered()).status == 200

    run(test)


def test_a_caller_who_leaves_a_begun_answer_leaves_nothing_behind() -> None:
    async def test() -> None:
        app = app_of(max_in_flight=1)
        for _ in range(3):
            left = upload(app).stop_reading().end(file_of(MANY))
            await left.begun()
            await left.disconnect().answered()
            assert left.body == b""
        assert (await upload(app).end(file_of(MANY)).answered()).status == 200

    run(test)
