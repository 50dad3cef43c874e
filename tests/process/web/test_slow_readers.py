"""Promises of callers who read slowly or not at all: the first get their whole answer, the second are cut off."""

import contextlib
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.support.overloaded_service import PATH
from tests.support.row_files import text_of
from tests.support.server_process import Program, running, service_program

ROWS, NOTE = 10_000, "x" * 700
"""An answer with them has more bytes than the system buffers for both sides."""
PATIENCE_SECONDS = 60


@pytest.fixture(scope="module")
def impatient(bundles: Path) -> Iterator[Program]:
    with running(service_program(bundles, SERVICE_BODY_STALL_SECONDS="0.5")) as started:
        yield started


@pytest.fixture
def connection(impatient: Program) -> Iterator[socket.socket]:
    """A connection that has sent a small file whose answer is large, and whose system takes little at a time."""
    with socket.socket() as wire:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        wire.settimeout(PATIENCE_SECONDS)
        wire.connect(("127.0.0.1", urlsplit(impatient.url).port or 0))
        body = text_of(["comment", "note"], [["Great room", NOTE]] * ROWS)
        head = f"POST {PATH.format('comment-sentiment')} HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/csv\r\n"
        wire.sendall(f"{head}Connection: close\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        yield wire


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="open connections are counted in /proc")
def test_a_caller_who_reads_nothing_is_cut_off(impatient: Program, request: pytest.FixtureRequest) -> None:
    before = sockets(impatient)
    request.getfixturevalue("connection")
    wait_for(lambda: bool(sockets(impatient) - before))
    (new,) = sockets(impatient) - before
    wait_for(lambda: new not in sockets(impatient))


def sockets(program: Program) -> set[str]:
    """Return the open sockets of a program by their numbers."""
    links: set[str] = set()
    for file in Path(f"/proc/{program.pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed a moment ago
            links.add(str(file.readlink()))
    return {link for link in links if link.startswith("socket:")}


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline


def test_a_caller_who_reads_slowly_gets_the_whole_answer(connection: socket.socket) -> None:
    content = b""
    while piece := connection.recv(2**16):
        content += piece
    assert content.startswith(b"HTTP/1.1 200")
    assert content.count(NOTE.encode()) == ROWS
