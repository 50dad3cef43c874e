"""Promises of the running service under fault and attack, from outside: invariants and deadlines, never throughput."""

import asyncio
import contextlib
import http.client
import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest
from starlette.testclient import TestClient

from service.bundles.registry import Registry, open_model
from service.rows.columns import Columns
from service.settings import Settings
from service.web.app import create_app
from tests.support.server_process import Program, free_port, running

HEADER_SECONDS = 2
STALL_SECONDS = 2
DRIPPING = 200
IN_FLIGHT = 4
PATH = "/v1/models/{}/predictions"


@pytest.fixture(scope="module")
def program(bundles: Path) -> Iterator[Program]:
    with running(service_program(bundles)) as started:
        yield started


def service_program(bundles: Path) -> Program:
    port = free_port()
    return Program(
        "service",
        "/health/ready",
        port,
        SERVICE_PORT=str(port),
        SERVICE_BUNDLES=str(bundles),
        SERVICE_HEADER_SECONDS=str(HEADER_SECONDS),
        SERVICE_BODY_STALL_SECONDS=str(STALL_SECONDS),
        SERVICE_MAX_IN_FLIGHT=str(IN_FLIGHT),
    )


def ask(url: str, model: str, body: bytes) -> tuple[int, dict[str, str], dict[str, Any], float]:
    """Return status, headers, body and seconds of one request on a connection of its own."""
    start = time.monotonic()
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
    try:
        connection.request("POST", PATH.format(model), body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        content = json.loads(answer.read())
        headers = {name.lower(): value for name, value in answer.getheaders()}
        return answer.status, headers, content, time.monotonic() - start
    finally:
        connection.close()


def good_body(cards: dict[str, Any], model: str, rows: int = 1) -> bytes:
    return json.dumps({"rows": (cards[model]["real_rows"] * rows)[:rows]}).encode()


HEADS = {
    "headers": b"POST /v1/models/credit-default/predictions HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
    "body": b"POST /v1/models/credit-default/predictions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b"Content-Length: 100000\r\n\r\n",
}


@pytest.mark.parametrize("slow", HEADS)
def test_two_hundred_dripping_senders_are_cut_off_and_keep_nobody_waiting(
    slow: str, program: Program, cards: dict[str, Any]
) -> None:
    """Those who drip their headers are cut at the deadline; those who begin a body and fall silent, at theirs."""
    port = urlsplit(program.url).port

    async def drip() -> float:
        start = time.monotonic()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(HEADS[slow])
        end = asyncio.create_task(reader.read(1000))
        try:
            while not end.done():
                if slow == "headers":
                    writer.write(b"x")
                await asyncio.wait([end], timeout=0.2)
            return time.monotonic() - start
        finally:
            with contextlib.suppress(ConnectionError):
                await end
            writer.transport.abort()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def everybody() -> tuple[list[float], list[tuple[int, float]]]:
        dripping = [asyncio.create_task(drip()) for _ in range(DRIPPING)]
        served = []
        body = good_body(cards, "credit-default")
        while not all(task.done() for task in dripping):
            status, _, _, seconds = await asyncio.to_thread(ask, program.url, "credit-default", body)
            served.append((status, seconds))
        return await asyncio.gather(*dripping), served

    cut, served = asyncio.run(asyncio.wait_for(everybody(), 30))
    assert max(cut) < HEADER_SECONDS + STALL_SECONDS + 3
    assert {status for status, _ in served} == {200}
    assert max(seconds for _, seconds in served) < 1


def test_under_overload_some_are_refused_at_once_and_health_answers(program: Program, cards: dict[str, Any]) -> None:
    body = good_body(cards, "comment-sentiment", 2000)
    healthy: list[float] = []
    over = threading.Event()

    def look() -> None:
        while not over.is_set():
            start = time.monotonic()
            connection = http.client.HTTPConnection(urlsplit(program.url).netloc, timeout=10)
            connection.request("GET", "/health/ready")
            assert connection.getresponse().status == 200
            healthy.append(time.monotonic() - start)
            connection.close()

    with ThreadPoolExecutor(33) as people:
        looking = people.submit(look)
        answers = list(people.map(lambda _: ask(program.url, "comment-sentiment", body), range(64)))
        over.set()
        looking.result()
    statuses = [status for status, *_ in answers]
    assert set(statuses) == {200, 503}, "all accepted ones are answered, the others are refused"
    for status, headers, content, _ in answers:
        if status == 503:
            assert (content["code"], headers["retry-after"]) == ("overloaded", "1")
    assert max(healthy) < 0.5
    assert ask(program.url, "comment-sentiment", body)[0] == 200, "and then everything is as before"


def test_told_to_stop_under_load_it_ends_what_it_began_and_says_so(bundles: Path, cards: dict[str, Any]) -> None:
    program = service_program(bundles)
    program.start()
    body = good_body(cards, "comment-sentiment", 300)
    whole: list[int] = []
    torn: list[BaseException] = []
    begun = threading.Event()

    def load() -> None:
        while True:
            try:
                whole.append(ask(program.url, "comment-sentiment", body)[0])
                begun.set()
            except ConnectionRefusedError:
                return
            except (ConnectionResetError, http.client.RemoteDisconnected):
                return  # accepted by the system's queue, never by the service: no answer had begun
            except Exception as error:  # noqa: BLE001 - half an answer, a hang
                torn.append(error)
                return

    people = [threading.Thread(target=load) for _ in range(3)]
    for each in people:
        each.start()
    assert begun.wait(20)
    start = time.monotonic()
    assert program.stop() == 0
    assert time.monotonic() - start < 20
    for each in people:
        each.join(20)
    assert torn == []
    assert set(whole) <= {200, 503}


class Zoo:
    """Scorers that do what a bad model does."""

    quick = False

    def __init__(self, do: Any) -> None:
        self._do = do

    def score(self, columns: Columns) -> Any:
        return self._do(len(columns))


def hang(_rows: int) -> None:
    threading.Event().wait(3)


def raise_(_rows: int) -> None:
    raise RuntimeError("secret-path-of-a-model")


BAD_MODELS = {
    "raises": (raise_, 500, "model_failed"),
    "leaves the program": (lambda _: (_ for _ in ()).throw(SystemExit(3)), 500, "model_failed"),
    "answers NaN": (lambda rows: np.full((rows, 2), np.nan), 500, "model_failed"),
    "answers infinity": (lambda rows: np.full((rows, 2), np.inf), 500, "model_failed"),
    "answers another shape": (lambda rows: np.zeros((rows, 5)), 500, "model_failed"),
    "answers for fewer rows": (lambda _: np.zeros((0, 2)), 500, "model_failed"),
    "answers no array": (lambda _: "yes", 500, "model_failed"),
    "hangs": (hang, 504, "model_timeout"),
}


@pytest.mark.parametrize(("do", "status", "code"), BAD_MODELS.values(), ids=BAD_MODELS)
def test_a_bad_model_is_an_error_with_a_code_and_the_others_serve_on(
    do: Any, status: int, code: str, bundles: Path, cards: dict[str, Any]
) -> None:
    models = [open_model(bundles / name) for name in ("credit-default", "credit-scorecard")]
    models[0] = replace(models[0], scorer=Zoo(do), few_rows=0)
    app = create_app(Settings(model_seconds=0.3), Registry.of(models))
    with TestClient(app, base_url="http://localhost", raise_server_exceptions=False) as service:
        bad = [
            service.post(PATH.format("credit-default"), json={"rows": cards["credit-default"]["real_rows"][:2]})
            for _ in range(3)
        ]
        for answer in bad:
            assert (answer.status_code, answer.json()["code"]) == (status, code)
            assert answer.json()["request_id"]
            assert "secret-path" not in answer.text
        good = service.post(PATH.format("credit-scorecard"), json={"rows": cards["credit-scorecard"]["real_rows"][:2]})
        assert good.status_code == 200
