"""Ours beside the usual service, in one run, on the same pipeline: one worker on one core, the load on another."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import load

ROOT = Path(__file__).parents[1]
MODELS = ("credit-default", "credit-scorecard", "comment-sentiment", "diamond-price")
CONNECTIONS = 16
MANY_ROWS = 1000


@dataclass(frozen=True)
class Comparison:
    """Answers a second of both, for one kind of request."""

    name: str
    ours: load.Load
    usual: load.Load

    @property
    def ratio(self) -> float:
        return self.ours.answers_a_second / self.usual.answers_a_second


def compare(model: str, seconds: float) -> list[Comparison]:
    """Measure one row a request on 16 connections, and 1,000 rows in one request on one connection."""
    example = json.loads((ROOT / "bundles" / model / "card.json").read_text(encoding="utf-8"))["real_rows"]
    one = json.dumps({"rows": example[:1]}).encode()
    many = json.dumps({"rows": (example * MANY_ROWS)[:MANY_ROWS]}).encode()
    with (
        _served(["service"], "/health/ready", "SERVICE_PORT") as ours,
        _served(["benchmarks.tutorial_service", model], "/health") as usual,
    ):
        our_url, usual_url = f"{ours}/v1/models/{model}/predictions", f"{usual}/predict"
        with _on_core(1):
            return [
                Comparison(
                    name,
                    load.run(our_url, body, connections=connections, seconds=seconds),
                    load.run(usual_url, body, connections=connections, seconds=seconds),
                )
                for name, body, connections in (
                    ("one row a request, 16 connections", one, CONNECTIONS),
                    ("1,000 rows a request, 1 connection", many, 1),
                    ("one row a request, 1 connection", one, 1),
                )
            ]


@contextmanager
def _served(start: list[str], health: str, port_variable: str | None = None) -> Iterator[str]:
    """Start a program on core 0 and a free port; yield its address once it is ready; end it."""
    port = _free_port()
    command = [sys.executable, "-m", *start] + ([] if port_variable else [str(port)])
    environment = os.environ | ({port_variable: str(port)} if port_variable else {}) | {"OMP_NUM_THREADS": "1"}
    with _on_core(0):
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(url + health, process)
        yield url
    finally:
        process.terminate()
        process.wait(30)


def _wait(url: str, process: "subprocess.Popen[Any]") -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"{url} ended with {process.returncode}.")
        try:
            with urllib.request.urlopen(url, timeout=1):  # noqa: S310 - loopback, made above
                return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"{url} was not ready within two minutes.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _on_core(core: int) -> Iterator[None]:
    """Bind this process, and what it starts, to one core, where the system can and there are two."""
    if not hasattr(os, "sched_setaffinity") or len(os.sched_getaffinity(0)) <= core:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {sorted(before)[core]})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
