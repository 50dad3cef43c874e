"""Promises of service/web/router.py and the table of routes: bodies, slots, streams, keys, for any row of the table."""

import asyncio
import dataclasses
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import Request, Response
from fastapi.responses import StreamingResponse
from starlette.testclient import TestClient

from service.bundles.registry import Registry
from service.errors import Overloaded
from service.settings import Settings
from service.web.app import create_app
from service.web.middleware.http_entry import HttpEntry
from service.web.route import Route
from service.web.route_table import ROUTES
from tests.support.asgi_calls import JSON_HEADERS, Call, turns
from tests.support.formula_models import FLAT, FLAT_ROW
from tests.support.problem_check import check_problem

PREDICTIONS = "/v1/models/flat-price/predictions"
BODY = json.dumps({"rows": [FLAT_ROW]}).encode()
POSTS = [PREDICTIONS, "/v1/echo"]
KEY = "a-key-for-feedback"


async def echo(request: Request) -> Response:
    return Response(await request.body(), media_type="application/json")


async def watch() -> StreamingResponse:
    """An answer that begins and stays open."""

    async def events() -> AsyncIterator[bytes]:
        yield b"data: 1\n\n"
        await asyncio.Event().wait()

    return StreamingResponse(events(), media_type="text/event-stream")


ECHO = Route(
    method="POST",
    path="/v1/echo",
    handler=echo,
    scope="feedback",
    name="echo",
    summary="Echo",
    answer="The body",
    answer_schema={"type": "object"},
)
WATCH = Route(
    method="GET",
    path="/v1/watch",
    handler=watch,
    slots="streams",
    name="watch",
    summary="Watch",
    answer="Events",
    answer_schema={"type": "string"},
    media_type="text/event-stream",
)


def app_of(**settings: Any) -> HttpEntry:
    """The real app with two rows more in its table: a POST that FastAPI runs, and a stream."""
    return create_app(Settings(**settings), Registry.of([FLAT]), [*ROUTES, ECHO, WATCH])


@pytest.mark.parametrize("path", POSTS)
def test_a_slow_sender_holds_no_slot(path: str) -> None:
    async def run() -> None:
        app = app_of(max_in_flight=1)
        slow = [Call(app, "POST", path, JSON_HEADERS).send(BODY[:5]) for _ in range(5)]
        await turns()
        quick = await Call(app, "POST", path, JSON_HEADERS).end(BODY).answered()
        assert quick.status == 200
        for call in slow:
            assert (await call.end(BODY[5:]).answered()).status == 200
            assert call.body == quick.body

    asyncio.run(run())


@pytest.mark.parametrize("path", POSTS)
def test_no_post_takes_more_bytes_than_the_limit(path: str) -> None:
    async def run() -> None:
        app = app_of(max_body_bytes=100)
        announced = await Call(app, "POST", path, JSON_HEADERS | {"content-length": "101"}).answered()
        sent = await Call(app, "POST", path, JSON_HEADERS).send(b" " * 60).send(b" " * 60).answered()
        assert [call.status for call in (announced, sent)] == [413, 413]
        assert announced.json()["code"] == "too_large"

    asyncio.run(run())


@pytest.mark.parametrize("path", [*POSTS, "file"])
def test_no_post_takes_a_compressed_body(path: str) -> None:
    app = TestClient(app_of(), base_url="http://localhost")
    kind = "text/csv" if path == "file" else "application/json"
    headers = {"Content-Type": kind, "Content-Encoding": "gzip"}
    answer = app.post(PREDICTIONS if path == "file" else path, content=BODY, headers=headers)
    check_problem(answer, 415, "unsupported_type")


@pytest.mark.parametrize("path", POSTS)
def test_a_post_that_is_not_json_is_refused(path: str) -> None:
    app = TestClient(app_of(), base_url="http://localhost")
    check_problem(app.post(path, content=b"a=1", headers={"Content-Type": "text/plain"}), 415, "unsupported_type")


@pytest.mark.parametrize("path", [*POSTS, "file"])
def test_a_caller_who_hangs_up_while_sending_leaves_nothing_behind(path: str) -> None:
    async def run() -> None:
        app = app_of(max_in_flight=1, max_body_bytes=100, max_file_bytes=100)
        kind, body = ("text/csv", b"area\n") if path == "file" else ("application/json", b'{"rows"')
        where = PREDICTIONS if path == "file" else path
        for _ in range(50):  # more bytes than all bodies together may hold
            call = await Call(app, "POST", where, {"content-type": kind}).send(body * 8).disconnect().answered()
            assert call.status == 0
        assert (await Call(app, "POST", PREDICTIONS, JSON_HEADERS).end(BODY).answered()).status == 200
        with app.services.requests, pytest.raises(Overloaded), app.services.requests:
            pass  # the one slot is free, and there is no other

    asyncio.run(run())


def test_all_bodies_together_take_no_more_memory_than_the_limit() -> None:
    async def run() -> None:
        app = app_of(max_body_bytes=100)
        slow = [Call(app, "POST", PREDICTIONS, JSON_HEADERS).send(b" " * 99) for _ in range(40)]
        await turns(200)
        refused = [call for call in slow if call.status]
        assert {call.status for call in refused} == {503}
        assert 0 < len(refused) < 10
        for call in slow:
            await call.disconnect().answered()
        assert (await Call(app, "POST", PREDICTIONS, JSON_HEADERS).end(BODY).answered()).status == 200

    asyncio.run(run())


def test_open_streams_take_no_slot_of_a_prediction_and_have_a_separate_limit() -> None:
    async def run() -> None:
        app = app_of(max_in_flight=1, max_streams=3)
        streams = [Call(app, "GET", "/v1/watch") for _ in range(3)]
        for stream in streams:
            await stream.begun()
        assert (await Call(app, "POST", PREDICTIONS, JSON_HEADERS).end(BODY).answered()).status == 200
        fourth = await Call(app, "GET", "/v1/watch").answered()
        assert (fourth.status, fourth.json()["code"]) == (503, "overloaded")
        assert fourth.headers["retry-after"]
        await streams.pop().disconnect().answered()
        another = Call(app, "GET", "/v1/watch")
        await another.begun()
        assert another.status == 200
        for stream in [*streams, another]:
            await stream.disconnect().answered()

    asyncio.run(run())


def test_predictions_that_run_take_no_slot_of_a_stream() -> None:
    async def run() -> None:
        app = app_of(max_in_flight=1)
        with app.services.requests:
            assert (await Call(app, "POST", PREDICTIONS, JSON_HEADERS).end(BODY).answered()).status == 503
            assert (await Call(app, "GET", "/health/live").answered()).status == 200
            stream = Call(app, "GET", "/v1/watch")
            await stream.begun()
            assert stream.status == 200
            await stream.disconnect().answered()

    asyncio.run(run())


@pytest.mark.parametrize("path", ["/v1/models", "/nothing"])
def test_a_websocket_is_closed_before_it_is_accepted(path: str) -> None:
    """A close before the handshake's end is an HTTP 403 on the wire (ASGI, "Close - send event")."""

    async def run() -> list[Any]:
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        async def receive() -> Any:
            return {"type": "websocket.connect"}

        scope = {"type": "websocket", "path": path, "headers": [(b"host", b"localhost")], "query_string": b""}
        await app_of()(scope, receive, send)
        return sent

    assert asyncio.run(run()) == [{"type": "websocket.close", "code": 1008}]


def test_what_is_neither_http_nor_websocket_nor_lifespan_is_an_error() -> None:
    async def never(*_: Any) -> Any:
        raise AssertionError

    with pytest.raises(RuntimeError, match="quic"):
        asyncio.run(app_of()({"type": "quic"}, never, never))


def test_a_new_row_of_the_table_has_its_key_its_document_and_its_figures() -> None:
    app = TestClient(app_of(api_keys=f"{KEY}:feedback,{KEY}-2:read"), base_url="http://localhost")
    with_key, other_key = {"Authorization": f"Bearer {KEY}"}, {"Authorization": f"Bearer {KEY}-2"}
    check_problem(app.post("/v1/echo", json={}), 401, "unauthorized")
    check_problem(app.post("/v1/echo", json={}, headers=other_key), 403, "forbidden")
    assert app.post("/v1/echo", json={"a": 1}, headers=with_key).json() == {"a": 1}
    check_problem(app.get("/v1/echo", headers=with_key), 405, "method_not_allowed")
    operation = app.get("/openapi.json", headers=other_key).json()["paths"]["/v1/echo"]["post"]
    assert operation["summary"] == "Echo"
    figures = app.get("/metrics", headers=other_key).text
    assert 'witryna_requests_total{route="/v1/echo",status="200"} 1.0' in figures


async def fail(request: Request) -> Response:
    raise KeyError(await request.json())


def test_an_error_that_nothing_foresaw_is_a_problem_without_the_value_in_its_message() -> None:
    row = dataclasses.replace(ECHO, path="/v1/fails", handler=fail, name="fails")
    app = TestClient(create_app(Settings(), Registry.of([FLAT]), [*ROUTES, row]), base_url="http://localhost")
    answer = app.post("/v1/fails", json="value-of-a-person")
    check_problem(answer, 500, "unexpected")
    assert "value-of-a-person" not in answer.text


def test_every_row_of_the_table_has_one_way_to_run() -> None:
    ways = [[route.handler, route.direct, route.upload] for route in ROUTES]
    assert [sum(way is not None for way in each) for each in ways] == [1] * len(ROUTES)
    operations = [(route.method, route.path) for route in ROUTES]
    assert len(set(operations)) == len(operations)


def test_every_row_needs_its_scope_and_the_table_names_the_only_open_ones() -> None:
    admin = "a-key-for-publishing"
    app = TestClient(app_of(api_keys=f"{KEY}:feedback,{admin}:admin"), base_url="http://localhost")
    for route in ROUTES:
        key = admin if route.scope == "feedback" else KEY
        path = route.public_path.format(model="flat-price", version="toy", id="1", kind="python", part="number")
        without, wrong = (app.request(route.method, path, headers=each) for each in ({}, {"Authorization": f"Bearer {key}"}))
        expected = (200, 200) if route.scope is None else (401, 403)
        assert (without.status_code, wrong.status_code) == expected, route.path
    assert {route.path for route in ROUTES if route.scope is None} == {
        f"{version}/health/{state}" for version in ("", "/v2") for state in ("live", "ready")
    }
