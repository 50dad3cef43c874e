"""The pipeline's command as a real process, and a relay in front of the service that plays faults."""

import contextlib
import http.client
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.support.repository import ROOT
from tests.support.server_process import Program, running, service_program

MODEL = "comment-sentiment"
PIPES: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}


def command(source: str | Path, target: str | Path, *options: str, model: str = MODEL) -> list[str]:
    return [sys.executable, "-m", "pipeline", "enrich", "--model", model, str(source), str(target), *options]


def environment(url: str) -> dict[str, str]:
    return os.environ | {"PIPELINE_SERVICE_URL": url}


def run(url: str, source: str | Path, target: str | Path, *options: str, **more: Any) -> subprocess.CompletedProcess[bytes]:
    """Run the command to its end. No input makes it print a traceback."""
    model = more.pop("model", MODEL)
    done = subprocess.run(
        command(source, target, *options, model=model),
        cwd=ROOT,
        env=environment(url),
        check=False,
        capture_output=True,
        timeout=60,
        **more,
    )
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    return done


def started(url: str, source: str | Path, target: str | Path, *options: str, **more: Any) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(command(source, target, *options), cwd=ROOT, env=environment(url), **more)


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


class Relay(ThreadingHTTPServer):
    """Forwards requests to the service. Before that it plays the faults of `script`, one for each request with rows."""

    daemon_threads = True

    def __init__(self, service: str) -> None:
        super().__init__(("127.0.0.1", 0), _Passing)
        self.service = urlsplit(service).netloc
        self.script: list[str] = []
        self.asked_at: list[float] = []
        self.rows: list[list[dict[str, Any]]] = []
        self.turn = threading.Lock()
        self.meeting = threading.Barrier(1)
        """Each request with rows waits here for the others."""
        self.url = f"http://127.0.0.1:{self.server_address[1]}"

    def next_fault(self) -> str:
        with self.turn:
            self.asked_at.append(time.monotonic())
            return self.script.pop(0) if self.script else ""


class _Passing(BaseHTTPRequestHandler):
    server: Relay
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._pass_on(b"")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.rows.append(json.loads(body)["rows"])
        with contextlib.suppress(threading.BrokenBarrierError):
            self.server.meeting.wait(60)
        fault = self.server.next_fault()
        if fault == "drop":
            self.close_connection = True
        elif fault == "half":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{")
            self.close_connection = True
        elif fault:
            status, _, retry_after = fault.partition(" ")
            problem = {"status": int(status), "code": "overloaded", "detail": "Too many requests at once"}
            headers = {"Content-Type": "application/problem+json"} | ({"Retry-After": retry_after} if retry_after else {})
            self._answer(int(status), headers, json.dumps(problem).encode())
        else:
            self._pass_on(body)

    def _pass_on(self, body: bytes) -> None:
        with closing(http.client.HTTPConnection(self.server.service, timeout=30)) as connection:
            connection.request(self.command, self.path, body or None, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            with contextlib.suppress(ConnectionError):  # the caller may have gone
                self._answer(answer.status, {"Content-Type": str(answer.getheader("Content-Type"))}, answer.read())

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def relaying(service: str) -> Iterator[Relay]:
    relay = Relay(service)
    thread = threading.Thread(target=relay.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield relay
    finally:
        relay.shutdown()
        thread.join()
        relay.server_close()


@pytest.fixture(scope="session")
def alone(bundles: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one bundle: a service over it starts quickly."""
    folder = tmp_path_factory.mktemp("alone")
    shutil.copytree(bundles / MODEL, folder / MODEL)
    return folder


@pytest.fixture(scope="session")
def program(alone: Path) -> Iterator[Program]:
    """The service over one model. Tests that stop or change a service start another one."""
    with running(service_program(alone)) as started_program:
        yield started_program


@pytest.fixture
def relay(program: Program) -> Iterator[Relay]:
    with relaying(program.url) as started_relay:
        yield started_relay
