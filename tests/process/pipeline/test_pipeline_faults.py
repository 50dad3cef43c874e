"""The pipeline under fault, as a real process: killed, refused, cut off, another version, and as a step of a stream."""

import json
import os
import queue
import random
import shutil
import signal
import subprocess
import threading
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from pipeline import Stopped, Unusable, VersionChanged, checkpoint, enrich
from pipeline.checkpoint import Checkpoint, Progress
from service.bundles.bundle_files import digest
from tests.support.pipeline_command import MODEL, Relay, lines_of, run, started
from tests.support.server_process import Program, free_port, running, service_program, wait_until

RECORDS = 20_000
FEWER = 6000
KILLS = 3
SLOWLY = ("--batch-records", "20", "--threads", "1")


def write_comments(file: Path, number: int) -> None:
    """Write numbered comments; every 97th line is none that can be enriched."""
    with file.open("w", encoding="utf-8") as lines:
        for index in range(1, number + 1):
            bad = ("nope\n", '{"comment": 5}\n')[index % 2]
            lines.write(bad if index % 97 == 0 else json.dumps({"id": index, "comment": f"I like {index} things"}) + "\n")


def checkpointed(target: Path) -> int:
    """Return how many records the run at `target` says it has done."""
    try:
        return int(json.loads(target.with_name(target.name + ".progress").read_text())["records"])
    except FileNotFoundError:
        return 0


def test_killed_again_and_again_a_run_ends_with_the_same_bytes_as_one_that_was_left_alone(
    program: Program, tmp_path: Path
) -> None:
    write_comments(tmp_path / "in.jsonl", RECORDS)
    assert run(program.url, tmp_path / "in.jsonl", tmp_path / "whole.jsonl").returncode == 1
    target = tmp_path / "out.jsonl"
    done = [0]
    for _ in range(KILLS):
        process = started(program.url, tmp_path / "in.jsonl", target, *SLOWLY, stderr=subprocess.DEVNULL)
        wait_until(lambda: checkpointed(target) > done[-1], process)
        process.kill()
        assert process.wait(60) == -signal.SIGKILL
        assert not target.exists()
        done.append(checkpointed(target))
    last = run(program.url, tmp_path / "in.jsonl", target)
    assert f"{done[-1]:,} of them done before" in last.stderr.decode()
    assert target.read_bytes() == (tmp_path / "whole.jsonl").read_bytes()
    failed = "{}.failed.jsonl".format
    assert (tmp_path / failed("out.jsonl")).read_bytes() == (tmp_path / failed("whole.jsonl")).read_bytes()
    numbers = {each["id"] for each in lines_of(target)} | {
        each["number"] for each in lines_of(tmp_path / failed("out.jsonl"))
    }
    assert numbers == set(range(1, RECORDS + 1))
    assert [each["id"] for each in lines_of(target)] == sorted(numbers - set(range(97, RECORDS + 1, 97)))


@pytest.mark.parametrize("seed", range(6))
def test_killed_at_a_moment_drawn_by_chance_it_goes_on(seed: int, program: Program, tmp_path: Path) -> None:
    write_comments(tmp_path / "in.jsonl", 2000)
    enrich(MODEL, tmp_path / "in.jsonl", tmp_path / "whole.jsonl", url=program.url)
    process = started(program.url, tmp_path / "in.jsonl", tmp_path / "out.jsonl", stderr=subprocess.DEVNULL)
    try:
        process.wait(random.Random(seed).uniform(0.1, 0.6))
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(60)
    if not (tmp_path / "out.jsonl").exists() or (tmp_path / "out.jsonl.progress").exists():
        assert run(program.url, tmp_path / "in.jsonl", tmp_path / "out.jsonl").returncode == 1
    for name in ("{}", "{}.failed.jsonl"):
        assert (tmp_path / name.format("out.jsonl")).read_bytes() == (tmp_path / name.format("whole.jsonl")).read_bytes()
    assert len(list(tmp_path.iterdir())) == 5


class Killed(BaseException):
    """What kill −9 is to a test in this process: nothing after it runs."""


def test_killed_before_any_step_on_the_files_it_goes_on(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every system call by which a run changes the disk, each in its turn; for Parquet too, which is made at the end."""
    write_comments(tmp_path / "in.jsonl", 200)
    monkeypatch.setattr(checkpoint, "CHECKPOINT_SECONDS", 0.0)
    for ending in ("jsonl", "parquet"):
        enrich(MODEL, tmp_path / "in.jsonl", tmp_path / f"whole.{ending}", url=program.url)
        step = 0
        while True:
            folder = tmp_path / f"{ending}-{step}"
            folder.mkdir()
            with monkeypatch.context() as patched:
                steps = _kill_at(patched, step)
                try:
                    enrich(MODEL, tmp_path / "in.jsonl", folder / f"out.{ending}", url=program.url, batch_records=100)
                except Killed:
                    pass
                else:
                    break
            if not (folder / f"out.{ending}").exists() or (folder / f"out.{ending}.progress").exists():
                enrich(MODEL, tmp_path / "in.jsonl", folder / f"out.{ending}", url=program.url)
            for name in (f"out.{ending}", f"out.{ending}.failed.jsonl"):
                whole = tmp_path / name.replace("out", "whole")
                assert (folder / name).read_bytes() == whole.read_bytes(), (steps, step)
            left = {file.name for file in folder.iterdir()} - {f"out.{ending}", f"out.{ending}.failed.jsonl"}
            assert left <= {f"out.{ending}.progress.new"}
            step += 1
        assert step > 10


def _kill_at(patched: pytest.MonkeyPatch, step: int) -> list[str]:
    """Let the step-th change of the disk raise Killed, and everything after it."""
    steps: list[str] = []

    def before(name: str, real: Any) -> Any:
        def maybe(*arguments: Any, **options: Any) -> Any:
            steps.append(name)
            if len(steps) > step:
                raise Killed
            return real(*arguments, **options)

        return maybe

    patched.setattr(os, "fsync", before("fsync", os.fsync))
    patched.setattr(Path, "replace", before("replace", Path.replace))
    patched.setattr(Path, "unlink", before("unlink", Path.unlink))
    patched.setattr(checkpoint.Checkpoint, "append", before("append", checkpoint.Checkpoint.append))
    return steps


def test_what_was_appended_after_the_last_checkpoint_is_cut_off(tmp_path: Path) -> None:
    first = Checkpoint(tmp_path / "out", None, resumable=True)
    first.begin(Progress({"size": 1}, "v"), overwrite=False)
    first.append(b"one\n", b"bad\n", 2, 1, 2)
    first.save()
    first.close()
    for name in ("out.partial", "out.failed.jsonl"):
        with (tmp_path / name).open("ab") as file:
            file.write(b"torn")
    second = Checkpoint(tmp_path / "out", None, resumable=True)
    progress = second.load(overwrite=False)
    assert progress is not None
    assert (progress.records, progress.failed) == (2, 1)
    second.resume(progress)
    second.append(b"two\n", b"", 1, 0, 1)
    second.publish(second.complete())
    assert (tmp_path / "out").read_bytes() == b"one\ntwo\n"
    assert (tmp_path / "out.failed.jsonl").read_bytes() == b"bad\n"


def test_a_run_does_not_go_on_with_another_input_or_beside_another_run(program: Program, tmp_path: Path) -> None:
    write_comments(tmp_path / "in.jsonl", RECORDS)
    target = tmp_path / "out.jsonl"
    process = started(program.url, tmp_path / "in.jsonl", target, *SLOWLY, stderr=subprocess.DEVNULL)
    wait_until(lambda: checkpointed(target) > 0, process)
    with pytest.raises(Unusable, match="Another run"):
        enrich(MODEL, tmp_path / "in.jsonl", target, url=program.url)
    process.kill()
    process.wait(60)
    with (tmp_path / "in.jsonl").open("a") as file:
        file.write('{"comment": "one more"}\n')
    with pytest.raises(Unusable, match="another input"):
        enrich(MODEL, tmp_path / "in.jsonl", target, url=program.url)
    again = enrich(MODEL, tmp_path / "in.jsonl", target, url=program.url, overwrite=True)
    assert (again.resumed_after, again.records, len(lines_of(target))) == (0, RECORDS + 1, again.enriched)


def test_busy_failing_and_broken_answers_are_waited_out_and_nothing_is_lost_or_doubled(relay: Relay, tmp_path: Path) -> None:
    write_comments(tmp_path / "in.jsonl", 96)
    relay.script = ["429 1", "503 1", "drop", "half", "500", "503", "", "drop", "drop", "429 0"]
    summary = enrich(MODEL, tmp_path / "in.jsonl", tmp_path / "out.jsonl", url=relay.url, batch_records=10, threads=3)
    assert relay.script == []
    assert (summary.enriched, summary.failed) == (96, 0)
    assert [each["id"] for each in lines_of(tmp_path / "out.jsonl")] == list(range(1, 97))


def test_retry_after_is_obeyed_and_waits_grow(relay: Relay, tmp_path: Path) -> None:
    write_comments(tmp_path / "in.jsonl", 1)
    relay.script = ["503 1", "500", "500", "500"]
    enrich(MODEL, tmp_path / "in.jsonl", tmp_path / "out.jsonl", url=relay.url)
    waits = [late - early for early, late in pairwise(relay.asked_at)]
    assert waits[0] >= 1
    assert all(wait >= least for wait, least in zip(waits[1:], (0.1, 0.2, 0.4), strict=True))


def test_a_service_that_stays_away_ends_the_run_with_a_sentence_and_the_run_can_go_on(
    program: Program, alone: Path, tmp_path: Path
) -> None:
    write_comments(tmp_path / "in.jsonl", FEWER)
    target = tmp_path / "out.jsonl"
    own = service_program(alone, free_port())
    own.start()
    process = started(own.url, tmp_path / "in.jsonl", target, *SLOWLY, "--give-up-seconds", "1", stderr=subprocess.PIPE)
    wait_until(lambda: checkpointed(target) > 0, process)
    own.stop()
    _, said = process.communicate(timeout=300)
    assert process.returncode == 3
    assert b"Gave up after 1 s of trying again: The service cannot be reached" in said
    assert b"Traceback" not in said
    before = checkpointed(target)
    assert 0 < before < FEWER
    summary = enrich(MODEL, tmp_path / "in.jsonl", target, url=program.url)
    assert (summary.resumed_after, summary.records) == (before, FEWER)
    assert len(lines_of(target)) == summary.enriched == FEWER - FEWER // 97


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGKILL])
def test_a_service_that_comes_back_in_time_is_no_fault(ending: signal.Signals, alone: Path, tmp_path: Path) -> None:
    write_comments(tmp_path / "in.jsonl", FEWER)
    own = service_program(alone, free_port())
    own.start()
    process = started(own.url, tmp_path / "in.jsonl", tmp_path / "out.jsonl", *SLOWLY, stderr=subprocess.DEVNULL)
    partial = tmp_path / "out.jsonl.partial"
    wait_until(lambda: partial.exists() and partial.stat().st_size > 0, process)
    own.end(ending)
    with running(own):
        assert process.wait(50) == 1
    assert [each["id"] for each in lines_of(tmp_path / "out.jsonl")] == [n for n in range(1, FEWER + 1) if n % 97]


def test_another_version_in_the_middle_stops_the_run_and_what_was_written_has_one_version(
    alone: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other" / MODEL
    shutil.copytree(alone / MODEL, other)
    card = json.loads((other / "card.json").read_text())
    (other / "card.json").write_text(json.dumps(card | {"title": {"en": "Another version"}}))
    (other / "version").write_text(digest(other))
    write_comments(tmp_path / "in.jsonl", FEWER)
    target = tmp_path / "out.jsonl"
    port = free_port()
    old, new = service_program(alone, port), service_program(tmp_path / "other", port)
    old.start()
    process = started(old.url, tmp_path / "in.jsonl", target, *SLOWLY, stderr=subprocess.PIPE)
    wait_until(lambda: checkpointed(target) > 0, process)
    old.stop()
    with running(new):
        _, said = process.communicate(timeout=300)
        assert process.returncode == 4
        assert b"no longer serves version" in said
        with pytest.raises(VersionChanged, match="began with version"):
            enrich(MODEL, tmp_path / "in.jsonl", target, url=new.url)
    done = checkpointed(target)
    written = lines_of(tmp_path / "out.jsonl.partial")
    assert len(written) == done - done // 97
    assert len({each["version"] for each in written}) == 1
    with running(service_program(alone, port)) as again:
        assert enrich(MODEL, tmp_path / "in.jsonl", target, url=again.url).records == FEWER


def test_nobody_is_home(tmp_path: Path) -> None:
    write_comments(tmp_path / "in.jsonl", 1)
    url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(Stopped, match="cannot be reached"):
        enrich(MODEL, tmp_path / "in.jsonl", tmp_path / "out.jsonl", url=url, give_up_seconds=0.3)


def test_a_misspelt_setting_ends_the_run_before_it_begins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIPELINE_APIKEY", "a-secret")
    done = run("http://127.0.0.1:1", tmp_path / "in.jsonl", tmp_path / "out.jsonl")
    assert done.returncode == 2
    assert done.stderr == b"pipeline: There is no setting PIPELINE_APIKEY. The nearest one is PIPELINE_API_KEY.\n"
    assert list(tmp_path.iterdir()) == []


def test_only_the_models_own_fields_leave_the_house(relay: Relay, tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text('{"text": "fine", "name": "a secret", "comment": "not this one"}\n')
    enrich(MODEL, tmp_path / "in.jsonl", tmp_path / "out.jsonl", url=relay.url, fields={"comment": "text"})
    assert relay.rows == [[{"comment": "fine"}]]


def test_as_a_step_of_a_stream_each_record_comes_back_before_the_next_goes_in_and_the_end_is_clean(program: Program) -> None:
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = started(program.url, "-", "-", **pipes)
    came: queue.Queue[dict[str, Any]] = queue.Queue()

    def listen() -> None:
        assert process.stdout
        with process.stdout as lines:
            for line in lines:
                came.put(json.loads(line))

    listening = threading.Thread(target=listen)
    listening.start()
    assert process.stdin is not None
    for index in range(5):
        process.stdin.write(json.dumps({"id": index, "comment": "I love it"}).encode() + b"\n")
        process.stdin.flush()
        assert came.get(timeout=60)["id"] == index
    process.stdin.write(b"nope\n")
    process.stdin.close()
    listening.join(60)
    assert process.wait(60) == 1
    assert process.stderr
    with process.stderr as told:
        said = told.read().decode()
    assert json.loads(said.splitlines()[0])["text"] == "nope"
    assert "6 records, 5 enriched, 1 failed" in said


def test_a_stream_whose_reader_goes_away_or_that_is_interrupted_ends_without_a_traceback(program: Program) -> None:
    for end, code in (("reader", 3), ("interrupt", 130)):
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        process = started(program.url, "-", "-", **pipes)
        assert process.stdin
        assert process.stdout
        assert process.stderr
        process.stdin.write(b'{"comment": "fine"}\n')
        process.stdin.flush()
        assert process.stdout.readline()
        if end == "reader":
            process.stdout.close()
            process.stdin.write(b'{"comment": "fine"}\n')
            process.stdin.flush()
        else:
            process.send_signal(signal.SIGINT)
        assert process.wait(60) == code, "though its input is still open"
        said = process.stderr.read()
        assert said.startswith(b"pipeline: ")
        assert said.count(b"\n") == 1, said
        for pipe in (process.stdin, process.stdout, process.stderr):
            pipe.close()


def test_a_csv_goes_through_standard_input_and_output(program: Program) -> None:
    done = run(program.url, "-", "-", "--format", "csv", input=b"id;comment\n1;fine\n")
    assert done.stdout.startswith(
        b"id;comment;label;decision;probability_negative;probability_positive;version\n1;fine;positive;"
    )
