"""How soon a record of a stream comes back: within a second."""

import json
import threading
import time

from tests.support.pipeline_command import PIPES, started
from tests.support.server_process import Program


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

    def send(index: int) -> None:
        assert process.stdin
        went[index] = time.monotonic()
        process.stdin.write(json.dumps({"id": index, "comment": "I love it"}).encode() + b"\n")
        process.stdin.flush()

    send(0)
    assert first.wait(30), "the first one waits for the program to start"
    pause = threading.Event()
    for index in range(1, 500):
        send(index)
        pause.wait(0.003)
    assert len(came) > 100, "they come while others go in"
    process.stdin.close()
    listening.join(20)
    assert process.wait(20) == 0
    assert list(came) == list(range(500))
    assert max(came[index] - went[index] for index in range(1, 500)) < 1
    for pipe in (process.stdout, process.stderr):
        pipe.close()


def test_a_record_of_a_slow_stream_comes_back_within_a_second(program: Program) -> None:
    process = started(program.url, "-", "-", **PIPES)
    assert process.stdin
    assert process.stdout
    assert process.stderr
    delays = []
    for index in range(5):
        process.stdin.write(json.dumps({"id": index, "comment": "I love it"}).encode() + b"\n")
        process.stdin.flush()
        begun = time.monotonic()
        assert json.loads(process.stdout.readline())["id"] == index
        delays.append(time.monotonic() - begun)
    process.stdin.close()
    assert process.wait(20) == 0
    assert max(delays[1:]) < 1, "the first one waits for the program to start"
    for pipe in (process.stdout, process.stderr):
        pipe.close()
