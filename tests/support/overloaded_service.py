"""A service with short deadlines and few slots, and callers that put it under load."""

import asyncio
import contextlib
import http.client
import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.support.server_process import Program, running, service_program

HEADER_SECONDS = 2
STALL_SECONDS = 2
DRIPPING = 200
IN_FLIGHT = 4
PATH = "/v1/models/{}/predictions"


def impatient_service(bundles: Path) -> Program:
    return service_program(
        bundles,
        SERVICE_HEADER_SECONDS=str(HEADER_SECONDS),
        SERVICE_BODY_STALL_SECONDS=str(STALL_SECONDS),
        SERVICE_MAX_IN_FLIGHT=str(IN_FLIGHT),
    )


def ask(url: str, model: str, body: bytes) -> tuple[int, dict[str, str], dict[str, Any], float]:
    """Return status, headers, body and seconds of one request on a new connection."""
    start = time.monotonic()
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
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


def drip_beside(url: str, slow: str, body: bytes) -> tuple[list[float], list[tuple[int, float]]]:
    """Let 200 senders drip their headers or stop inside a body, and send good requests meanwhile.

    Returns after how many seconds each slow sender is cut, and (status, seconds) of each good request.
    """
    port = urlsplit(url).port

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
        while not all(task.done() for task in dripping):
            status, _, _, seconds = await asyncio.to_thread(ask, url, "credit-default", body)
            served.append((status, seconds))
            await asyncio.wait(dripping, timeout=0.05)
        return await asyncio.gather(*dripping), served

    return asyncio.run(asyncio.wait_for(everybody(), 120))


def overload(url: str, body: bytes) -> tuple[list[tuple[int, dict[str, str], dict[str, Any], float]], list[float]]:
    """Send 64 large requests, 32 at once. Returns their answers, and the seconds of health checks meanwhile."""
    healthy: list[float] = []
    over = threading.Event()

    def look() -> None:
        while not over.is_set():
            start = time.monotonic()
            connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
            connection.request("GET", "/health/ready")
            assert connection.getresponse().status == 200
            healthy.append(time.monotonic() - start)
            connection.close()

    with ThreadPoolExecutor(33) as people:
        looking = people.submit(look)
        answers = list(people.map(lambda _: ask(url, "comment-sentiment", body), range(64)))
        over.set()
        looking.result()
    return answers, healthy


@pytest.fixture(scope="module")
def overloaded(bundles: Path) -> Iterator[Program]:
    with running(impatient_service(bundles)) as started:
        yield started
