"""The pipeline while it runs, as whoever sits before it sees it: in time, at once, with a bar, and gone when it is told to."""

import contextlib
import json
import os
import pty
import re
import select
import signal
import subprocess
import termios
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline import enrich
from tests.support.pipeline_command import MODEL, Relay, lines_of, relaying, run, serving, started
from tests.support.server_process import Program

PIPES: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}


@pytest.fixture(scope="module")
def program(bundles: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    with serving(bundles, tmp_path_factory.mktemp("alone")) as started_program:
        yield started_program


@pytest.fixture
def relay(program: Program) -> Iterator[Relay]:
    with relaying(program.url) as started_relay:
        yield started_relay


def write_comments(file: Path, number: int) -> None:
    file.write_text("".join(f'{{"id": {place}, "comment": "I like {place} things"}}\n' for place in range(number)))


@pytest.mark.parametrize("threads", [2, 4])
def test_as_many_requests_run_at_once_as_there_are_threads(relay: Relay, tmp_path: Path, threads: int) -> None:
    """Nobody is answered before that many wait: with fewer, none would ever be."""
    relay.meeting = threading.Barrier(threads)
    write_comments(tmp_path / "in.jsonl", 10 * threads)
    summary = enrich(
        MODEL,
        tmp_path / "in.jsonl",
        tmp_path / "out.jsonl",
        url=relay.url,
        batch_records=5,
        threads=threads,
        give_up_seconds=10,
    )
    assert summary.enriched == 10 * threads
    assert [each["id"] for each in lines_of(tmp_path / "out.jsonl")] == list(range(10 * threads))
    assert not relay.meeting.broken


def test_of_a_stream_that_never_pauses_each_record_comes_out_within_a_second(program: Program) -> None:
    process = started(program.url, "-", "-", **PIPES)
    assert process.stdin
    assert process.stdout
    assert process.stderr
    came: dict[int, float] = {}
    first = threading.Event()
    out = process.stdout

    def listen() -> None:
        for line in out:
            came[json.loads(line)["id"]] = time.monotonic()
            first.set()

    listening = threading.Thread(target=listen)
    listening.start()
    went: dict[int, float] = {}

    def send(place: int) -> None:
        assert process.stdin
        went[place] = time.monotonic()
        process.stdin.write(json.dumps({"id": place, "comment": "I love it"}).encode() + b"\n")
        process.stdin.flush()

    send(0)
    assert first.wait(30), "the first one waits for the program to start"
    pause = threading.Event()
    for place in range(1, 500):
        send(place)
        pause.wait(0.003)
    assert len(came) > 100, "they come while others go in"
    process.stdin.close()
    listening.join(20)
    assert process.wait(20) == 0
    assert list(came) == list(range(500))
    assert max(came[place] - went[place] for place in range(1, 500)) < 1
    for pipe in (process.stdout, process.stderr):
        pipe.close()


def test_on_a_terminal_a_bar_shows_how_far_it_is_and_elsewhere_there_is_none(program: Program, tmp_path: Path) -> None:
    write_comments(tmp_path / "in.jsonl", 3000)
    terminal, inner = pty.openpty()
    termios.tcsetwinsize(terminal, (24, 120))
    process = started(program.url, tmp_path / "in.jsonl", tmp_path / "out.jsonl", "--batch-records", "100", stderr=inner)
    os.close(inner)
    said = b""
    with contextlib.suppress(OSError):  # so a terminal says on Linux that nobody holds its other end
        while select.select([terminal], [], [], 30)[0] and (piece := os.read(terminal, 65536)):
            said += piece
    os.close(terminal)
    assert process.wait(20) == 0
    shown = said.decode()
    assert "100%" in shown
    assert re.search(r"failed=0, records=3000|records=3000, failed=0", shown)
    assert shown.count("\r") > 2, "one line that is written over"
    assert "3,000 records, 3,000 enriched, 0 failed" in shown.splitlines()[-1]
    quiet = run(program.url, tmp_path / "in.jsonl", tmp_path / "again.jsonl")
    assert b"\r" not in quiet.stderr
    assert b"%" not in quiet.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_whose_service_hangs_ends_within_seconds_of_being_told_to(
    number: signal.Signals, program: Program, relay: Relay, tmp_path: Path
) -> None:
    write_comments(tmp_path / "in.jsonl", 3000)
    relay.meeting = threading.Barrier(1000)
    process = started(relay.url, tmp_path / "in.jsonl", tmp_path / "out.jsonl", stderr=subprocess.PIPE)
    while len(relay.rows) < 4:
        assert process.poll() is None
    began = time.monotonic()
    process.send_signal(number)
    _, said = process.communicate(timeout=30)
    assert time.monotonic() - began < 5
    assert process.returncode == 130
    assert said == b"pipeline: Interrupted. The same command goes on from here, if it reads and writes files.\n"
    relay.meeting.abort()
    assert enrich(MODEL, tmp_path / "in.jsonl", tmp_path / "out.jsonl", url=program.url).enriched == 3000
