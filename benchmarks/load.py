"""A closed loop of requests on loopback: so many connections, each asks again as soon as it is answered.

Bounded in time; it counts only answers with status 200.
"""

import asyncio
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import uvloop


@dataclass
class Load:
    """What came back within the time."""

    seconds: float
    answers: int = 0
    refused: int = 0
    latencies_seconds: list[float] = field(default_factory=list)

    @property
    def answers_a_second(self) -> float:
        return self.answers / self.seconds

    def percentile_milliseconds(self, share: float) -> float:
        ordered = sorted(self.latencies_seconds)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000


class _Connection(asyncio.Protocol):
    def __init__(self, request: bytes, load: Load, until: float) -> None:
        self._request, self._load, self._until = request, load, until
        self._received = b""
        self._expected = 0
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._transport = transport
        self._ask()

    def _ask(self) -> None:
        self._sent = time.perf_counter()
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._received = self._received + data if self._received else data
        if not self._expected:
            head, separator, _ = self._received.partition(b"\r\n\r\n")
            if not separator:
                return
            self._expected = len(head) + len(separator) + _length(head)
        if len(self._received) < self._expected:
            return
        now = time.perf_counter()
        if self._received.startswith(b"HTTP/1.1 200"):
            self._load.answers += 1
            self._load.latencies_seconds.append(now - self._sent)
        else:
            self._load.refused += 1
        self._received, self._expected = b"", 0
        if now < self._until:
            self._ask()
        else:
            self._transport.close()

    def connection_lost(self, _exc: Exception | None) -> None:
        if not self.closed.done():
            self.closed.set_result(None)


def _length(head: bytes) -> int:
    at = head.lower().index(b"content-length:") + len(b"content-length:")
    return int(head[at:].split(b"\r\n", 1)[0])


def run(url: str, body: bytes, *, connections: int, seconds: float) -> Load:
    """Post `body` to `url` over and over for some seconds. Loopback only."""
    parts = urlsplit(url)
    if parts.hostname != "127.0.0.1" or parts.port is None:
        raise ValueError("Load goes to 127.0.0.1 only.")
    head = f"POST {parts.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    request = head.encode() + b"\r\n\r\n" + body
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:  # what asks must cost less than what answers
        return runner.run(_run(parts.port, request, connections, seconds))


async def _run(port: int, request: bytes, connections: int, seconds: float) -> Load:
    load = Load(seconds)
    loop = asyncio.get_running_loop()
    until = time.perf_counter() + seconds
    opened = [
        await loop.create_connection(lambda: _Connection(request, load, until), "127.0.0.1", port)
        for _ in range(connections)
    ]
    async with asyncio.timeout(seconds + 30):
        await asyncio.gather(*(connection.closed for _, connection in opened))
    return load
