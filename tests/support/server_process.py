"""Real programs of ours for tests from outside: started on a free port, stopped, started again."""

import itertools
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.request
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from tests.support.repository import ROOT

READY_SECONDS = 60


_PORTS_OF_A_WORKER = 2_000
_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 8
_FIRST_PORT = 10_000 + _WORKER * _PORTS_OF_A_WORKER
_START = os.getpid() % _PORTS_OF_A_WORKER
_ports = itertools.islice(itertools.cycle(range(_FIRST_PORT, _FIRST_PORT + _PORTS_OF_A_WORKER)), _START, None)


def free_port() -> int:
    """Return a port on which nothing listens.

    Parallel workers take ports from ranges that do not overlap, below those that the system gives to connections
    (32768 on Linux): between this call and the start of a program nothing else takes the port.
    """
    for port in _ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("a cycle of ports has no end")


def wait_until(condition: Callable[[], bool], process: "subprocess.Popen[bytes]") -> None:
    """Wait until a condition is met; the process must not end before. It leaves the processor to the process."""
    while not condition():
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.01)


class Program:
    """A program of ours that can be stopped and started again on the same port."""

    def __init__(self, module: str, health: str, port: int, **environment: str) -> None:
        self.command = [sys.executable, "-m", module]
        folder = tempfile.mkdtemp(prefix="witryna-program-")
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        database = f"sqlite:///{folder}/witryna.db"
        self.environment = os.environ | {"SERVICE_DATABASE_URL": database} | environment
        self.url = f"http://127.0.0.1:{port}"
        self._health = self.url + health
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def launch(self, stderr: int = subprocess.DEVNULL) -> "subprocess.Popen[bytes]":
        """Start its process and do not wait until it is ready."""
        return subprocess.Popen(self.command, cwd=ROOT, env=self.environment, stderr=stderr)

    def start(self, stderr: int = subprocess.DEVNULL) -> None:
        self._process = self.launch(stderr)
        for _ in range(READY_SECONDS * 10):
            assert self._process.poll() is None, f"{self.command} ended"
            try:
                with urllib.request.urlopen(self._health, timeout=1):
                    return
            except OSError:
                with pytest.raises(subprocess.TimeoutExpired):
                    self._process.wait(0.1)
        raise AssertionError(f"{self.command} was not ready in time")

    def restart(self) -> None:
        """Start it again if it has ended."""
        if self._process is not None and self._process.poll() is not None:
            self.start()

    def ask_to_stop(self) -> None:
        assert self._process is not None
        self._process.terminate()

    def stop(self) -> int:
        """Ask it to stop; return its exit code, at most 60 s later."""
        return self.end(signal.SIGTERM)

    def end(self, number: signal.Signals) -> int:
        """Send it a signal that ends it; return its exit code, at most 60 s later."""
        assert self._process is not None
        self._process.send_signal(number)
        return self._process.wait(60)


def service_program(bundles: Path, port: int = 0, *, health: str = "/health/ready", **settings: str) -> Program:
    """Return the service over a folder of bundles, on a free port if none is given. It is ready when `health` answers."""
    port = port or free_port()
    return Program("service", health, port, SERVICE_PORT=str(port), SERVICE_BUNDLES=str(bundles), **settings)


def demo_program(service_url: str, **settings: str) -> Program:
    """Return the demo of a service, on a free port."""
    port = free_port()
    return Program("demo", "/_stcore/health", port, DEMO_PORT=str(port), DEMO_SERVICE_URL=service_url, **settings)


@contextmanager
def running(program: Program) -> Iterator[Program]:
    program.start()
    try:
        yield program
    finally:
        program.stop()


@pytest.fixture(scope="session")
def bundled_service(bundles: Path) -> Iterator[Program]:
    """The service over all bundled models. A test that stops it starts it again."""
    with running(service_program(bundles)) as program:
        yield program


def children(pid: int) -> set[psutil.Process]:
    try:
        return set(psutil.Process(pid).children(recursive=True))
    except psutil.NoSuchProcess:
        return set()
