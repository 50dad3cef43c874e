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
from pathlib import Path

import pytest

from pipeline import enrich
from tests.support.pipeline_command import MODEL, PIPES, Relay, lines_of, run, started
from tests.support.server_process import Program, wait_until


def write_comments(file: Path, number: int) -> None:
    file.write_text("".join(f'{{"id": {index}, "comment": "I like {index} things"}}\n' for index in range(number)))


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


def test_records_of_a_stream_that_never_pauses_come_out_while_others_go_in_each_once_and_in_order(program: Program) -> None:
    process = started(program.url, "-", "-", **PIPES)
    came: list[int] = []
    some = threading.Event()

    def listen() -> None:
        assert process.stdout
        for line in process.stdout:
            came.append(json.loads(line)["id"])
            some.set()

    listening = threading.Thread(target=listen)
    listening.start()
    assert process.stdin
    sent = 0
    while not some.is_set():  # only what comes out ends the stream
        process.stdin.write(json.dumps({"id": sent, "comment": "I love it"}).encode() + b"\n")
        process.stdin.flush()
        sent += 1
        some.wait(0.003)
    process.stdin.close()
    listening.join(60)
    assert process.wait(60) == 0
    assert came == list(range(sent))
    for pipe in (process.stdout, process.stderr):
        assert pipe
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
    assert process.wait(60) == 0
    shown = said.decode()
    assert "100%" in shown
    assert re.search(r"failed=0, records=3000|records=3000, failed=0", shown)
    assert shown.count("\r") > 2, "one line that is written over"
    assert "3,000 records, 3,000 enriched, 0 failed" in shown.splitlines()[-1]
    quiet = run(program.url, tmp_path / "in.jsonl", tmp_path / "again.jsonl")
    assert b"\r" not in quiet.stderr
    assert b"%" not in quiet.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_interrupted_ends_while_its_requests_are_still_unanswered(
    number: signal.Signals, program: Program, relay: Relay, tmp_path: Path
) -> None:
    write_comments(tmp_path / "in.jsonl", 3000)
    relay.meeting = threading.Barrier(1000)
    process = started(relay.url, tmp_path / "in.jsonl", tmp_path / "out.jsonl", stderr=subprocess.PIPE)
    wait_until(lambda: len(relay.rows) >= 4, process)
    process.send_signal(number)
    _, said = process.communicate()
    assert not relay.meeting.broken, "the run ended only when the service answered"
    assert process.returncode == 130
    assert said == b"pipeline: Interrupted. The same command goes on from here, if it reads and writes files.\n"
    relay.meeting.abort()
    assert enrich(MODEL, tmp_path / "in.jsonl", tmp_path / "out.jsonl", url=program.url).enriched == 3000
