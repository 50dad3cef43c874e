"""Promises of the demo's log: what a person enters is in the address, and no line of the log has it."""

import os
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from websockets.sync.client import connect

from tests.support.repository import ROOT
from tests.support.server_process import free_port

WORD = "SECRETWORD"
READY_SECONDS = 60


@pytest.mark.parametrize("level", [{}, {"STREAMLIT_LOGGER_LEVEL": "info"}], ids=["default", "info"])
def test_no_line_of_the_log_holds_what_a_person_has_entered(level: dict[str, str], tmp_path: Path) -> None:
    port = free_port()
    environment = os.environ | {"DEMO_PORT": str(port), "DEMO_SERVICE_URL": "http://127.0.0.1:9"} | level
    log = tmp_path / "log"
    with log.open("wb") as out:
        demo = subprocess.Popen([sys.executable, "-m", "demo"], cwd=ROOT, env=environment, stdout=out, stderr=out)
        try:
            wait_until_ready(demo, port)
            for path in (f"/?comment={WORD}", f"/what-if?view={WORD}", f"/media/{WORD}.csv"):
                fetch(f"http://127.0.0.1:{port}{path}")
            with connect(f"ws://127.0.0.1:{port}/_stcore/stream", subprotocols=["streamlit"]):  # type: ignore[list-item]
                pass
        finally:
            demo.terminate()
            demo.wait(20)
    assert WORD not in log.read_text(encoding="utf-8")


def wait_until_ready(demo: subprocess.Popen[bytes], port: int) -> None:
    for _ in range(READY_SECONDS * 10):
        assert demo.poll() is None
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1):
                return
        except OSError:
            with pytest.raises(subprocess.TimeoutExpired):
                demo.wait(0.1)
    raise AssertionError("the demo is not ready")


def fetch(url: str) -> None:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            answer.read()
    except urllib.error.HTTPError:
        """An unknown file is an answer too."""
