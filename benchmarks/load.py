"""A closed loop of requests over loopback: each connection sends its next request when the last one is answered."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import uvloop

from benchmarks.server_programs import Server

_TURNS = 8


@dataclass
class Load:
    """The answers within `seconds`. Only answers with status 200 count."""

    seconds: float
    answers: int = 0
    refused: int = 0
    latencies_seconds: list[float] = field(default_factory=list)
    cpu_seconds: float = 0.0
    """The processor time of the server."""

    @property
    def answers_per_second(self) -> float:
        return self.answers / self.seconds

    @property
    def cpu_microseconds(self) -> float:
        """The processor time of the server for one answer."""
        return self.cpu_seconds / self.answers * 1e6

    def __add__(self, other: "Load") -> "Load":
        return Load(
            self.seconds + other.seconds,
            self.answers + other.answers,
            self.refused + other.refused,
            self.latencies_seconds + other.latencies_seconds,
            self.cpu_seconds + other.cpu_seconds,
        )

    def percentile_milliseconds(self, share: float) -> float:
        ordered = sorted(self.latencies_seconds)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000


@dataclass(frozen=True)
class Comparison:
    """One kind of request, measured in two ways in the same run."""

    name: str
    measured: Load
    baseline: Load

    @property
    def ratio(self) -> float:
        return self.measured.answers_per_second / self.baseline.answers_per_second

    @property
    def cpu_ratio(self) -> float:
        """How many times less processor time an answer takes. Other programs on the machine hardly change it."""
        return self.baseline.cpu_microseconds / self.measured.cpu_microseconds


def compare_in_turns(
    name: str, measured: Callable[[float], Load], baseline: Callable[[float], Load], seconds: float
) -> Comparison:
    """Measure two ways for `seconds` each, in short turns: a change of the machine's speed then meets both."""
    loads = {measured: Load(0.0), baseline: Load(0.0)}
    for turn in range(_TURNS):
        for run in (measured, baseline) if turn % 2 == 0 else (baseline, measured):
            loads[run] += run(seconds / _TURNS)
    return Comparison(name, loads[measured], loads[baseline])


class _Connection(asyncio.Protocol):
    def __init__(self, request: bytes, load: Load, deadline: float) -> None:
        self._request, self._load, self._deadline = request, load, deadline
        self._received = b""
        self._expected_bytes = 0
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._transport = transport
        self._send()

    def _send(self) -> None:
        self._sent_at = time.perf_counter()
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._received = self._received + data if self._received else data
        if not self._expected_bytes:
            head, separator, _ = self._received.partition(b"\r\n\r\n")
            if not separator:
                return
            self._expected_bytes = len(head) + len(separator) + _content_length(head)
        if len(self._received) < self._expected_bytes:
            return
        now = time.perf_counter()
        if self._received.startswith(b"HTTP/1.1 200"):
            self._load.answers += 1
            self._load.latencies_seconds.append(now - self._sent_at)
        else:
            self._load.refused += 1
        self._received, self._expected_bytes = b"", 0
        if now < self._deadline:
            self._send()
        else:
            self._transport.close()

    def connection_lost(self, _exc: Exception | None) -> None:
        if not self.closed.done():
            self.closed.set_result(None)


def _content_length(head: bytes) -> int:
    start = head.lower().index(b"content-length:") + len(b"content-length:")
    return int(head[start:].split(b"\r\n", 1)[0])


def post_repeatedly(server: Server, path: str, body: bytes, connections: int, seconds: float) -> Load:
    """Post `body` to a path again and again for some seconds. Raises ValueError if the host is not 127.0.0.1."""
    parts = urlsplit(server.url)
    if parts.hostname != "127.0.0.1" or parts.port is None:
        raise ValueError("Load goes to 127.0.0.1 only.")
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    request = head.encode() + b"\r\n\r\n" + body
    cpu_seconds = server.cpu_seconds()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:  # the load must cost less than the answers
        load = runner.run(_post_repeatedly(parts.port, request, connections, seconds))
    load.cpu_seconds = server.cpu_seconds() - cpu_seconds
    return load


async def _post_repeatedly(port: int, request: bytes, connections: int, seconds: float) -> Load:
    load = Load(seconds)
    loop = asyncio.get_running_loop()
    deadline = time.perf_counter() + seconds
    connected = [
        await loop.create_connection(lambda: _Connection(request, load, deadline), "127.0.0.1", port)
        for _ in range(connections)
    ]
    async with asyncio.timeout(seconds + 30):
        await asyncio.gather(*(connection.closed for _, connection in connected))
    return load
