"""Starts a server on one core and keeps the load on another."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).parents[1]
SERVER_CORE, LOAD_CORE = 0, 1
_START_SECONDS = 120


@dataclass(frozen=True)
class Server:
    """A server that is ready."""

    url: str
    process: psutil.Process

    def cpu_seconds(self) -> float:
        """Return the processor time that it has used, with the processes that it started."""
        times = [each.cpu_times() for each in (self.process, *self.process.children(recursive=True))]
        return sum(each.user + each.system for each in times)


@contextmanager
def run_service(settings: Mapping[str, str] | None = None, core: int | None = SERVER_CORE) -> Iterator[Server]:
    """Start the service with settings (environment variables); yield it when it is ready; stop it.

    It runs on one core; with None on all of them.
    """
    port = _free_port()
    environment = {"SERVICE_PORT": str(port)} | dict(settings or {})
    with _run(["service"], environment, port, "/health/ready", core) as server:
        yield server


@contextmanager
def run_demo(service_url: str) -> Iterator[Server]:
    """Start the demo of a service, on all cores; yield it when it is ready; stop it."""
    port = _free_port()
    environment = {"DEMO_PORT": str(port), "DEMO_SERVICE_URL": service_url}
    with _run(["demo"], environment, port, "/_stcore/health", None) as server:
        yield server


@contextmanager
def run_tutorial_service(model: str) -> Iterator[Server]:
    """Start the tutorial service with one model; yield it when it is ready; stop it."""
    port = _free_port()
    with _run(["benchmarks.tutorial_service", model, str(port)], {}, port, "/health") as server:
        yield server


@contextmanager
def _run(
    module: list[str], environment: dict[str, str], port: int, health: str, core: int | None = SERVER_CORE
) -> Iterator[Server]:
    command = [sys.executable, "-m", *module]
    environment = os.environ | environment | {"OMP_NUM_THREADS": "1"}
    with nullcontext() if core is None else on_core(core):
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(url + health, process)
        yield Server(url, psutil.Process(process.pid))
    finally:
        process.terminate()
        process.wait(30)


def _wait(url: str, process: "subprocess.Popen[Any]") -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"{url} ended with {process.returncode}.")
        try:
            with urllib.request.urlopen(url, timeout=1):  # noqa: S310 - loopback, made above
                return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"{url} was not ready within {_START_SECONDS} s.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def on_core(core: int) -> Iterator[None]:
    """Bind this process, and the programs that it starts, to one core, if the system can and has that core."""
    if not hasattr(os, "sched_setaffinity") or len(os.sched_getaffinity(0)) <= core:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {sorted(before)[core]})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
