"""The promise of the log: a pipe that nobody reads keeps no answer waiting."""

import fcntl
import os
import urllib.request
from pathlib import Path

import pytest

from tests.support.server_process import service_program

REQUESTS = 1000
"""Each line has 100 bytes or more."""


@pytest.mark.skipif(not hasattr(fcntl, "F_GETPIPE_SZ"), reason="the size of a pipe is known on Linux")
def test_a_log_that_nobody_reads_keeps_no_answer_waiting(alone: Path) -> None:
    reader, writer = os.pipe()
    assert fcntl.fcntl(reader, fcntl.F_GETPIPE_SZ) < REQUESTS * 100
    program = service_program(alone)
    program.start(stderr=writer)
    os.close(writer)
    try:
        for _ in range(REQUESTS):
            with urllib.request.urlopen(f"{program.url}/health/live", timeout=10) as answer:
                assert answer.status == 200
    finally:
        program.stop()
    with os.fdopen(reader, "rb") as log:
        lines = log.read().splitlines()
    assert len(lines) < REQUESTS, "the pipe was full"
    assert all(line.endswith(b"}") for line in lines if line.startswith(b"{")), "a line is whole or left out"
