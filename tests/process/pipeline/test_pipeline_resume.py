"""What a run that goes on holds to: the same input, the same options, the same version; and what it never writes over."""

import json
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from client import Client
from pipeline import Unusable, VersionChanged, checkpoint, enrich
from pipeline.checkpoint import Checkpoint, Progress
from pipeline.formats import parquet
from service.bundles.bundle_files import digest
from tests.support.pipeline_command import MODEL, Relay, lines_of, run
from tests.support.server_process import Program, running, service_program


class Cut(BaseException):
    """What ends a run in this process after some of it was written."""


def stopped_run(url: str, source: Path, target: Path, records: int, **options: Any) -> None:
    """Begin a run and end it when some records are written."""

    def report(progress: Progress, _total: int | None) -> None:
        if progress.records >= records:
            raise Cut

    with pytest.raises(Cut):
        enrich(MODEL, source, target, url=url, batch_records=10, report=report, **options)


def comments(number: int, size: int) -> str:
    return "".join(f'{{"id": {index:9}, "comment": "fine", "more": "{"x" * size}"}}\n' for index in range(number))


def test_a_run_does_not_go_on_with_an_input_of_which_one_byte_in_the_middle_is_another(
    program: Program, tmp_path: Path
) -> None:
    text = comments(60, 50_000)
    assert len(text) > 2 * 2**20
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text(text)
    stopped_run(program.url, source, target, 10)
    middle = len(text) // 2
    source.write_text(text[:middle] + "y" + text[middle + 1 :])
    with pytest.raises(Unusable, match="another input"):
        enrich(MODEL, source, target, url=program.url)
    source.write_text(text)
    assert enrich(MODEL, source, target, url=program.url).resumed_after >= 10


def test_rows_of_parquet_never_get_the_answers_of_other_rows(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The input is read again to be joined with the answers: not if it was replaced meanwhile."""
    source, target = tmp_path / "in.parquet", tmp_path / "out.parquet"
    pq.write_table(pa.table({"comment": ["good", "awful"]}), source)
    join = parquet.join

    def replaced_before(*arguments: Any) -> None:
        pq.write_table(pa.table({"comment": ["awful", "good"]}), source)
        join(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr(parquet, "join", replaced_before)
        with pytest.raises(Unusable, match="was changed while the run went on"):
            enrich(MODEL, source, target, url=program.url)
    assert not target.exists()
    with pytest.raises(Unusable, match="another input"):
        enrich(MODEL, source, target, url=program.url)
    enrich(MODEL, source, target, url=program.url, overwrite=True)
    assert pq.read_table(target).column("label").to_pylist() == ["negative", "positive"]


def test_a_run_goes_on_with_the_side_file_that_it_began_with_and_leaves_others_alone(
    program: Program, tmp_path: Path
) -> None:
    (tmp_path / "in.jsonl").write_text('{"comment": 5}\n' + comments(60, 1))
    (tmp_path / "precious").write_text("precious")
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    stopped_run(program.url, source, target, 20, failed=tmp_path / "side")
    for other in (tmp_path / "precious", None):
        with pytest.raises(Unusable, match="other options"):
            enrich(MODEL, source, target, url=program.url, failed=other)
    assert (tmp_path / "precious").read_text() == "precious"
    assert enrich(MODEL, source, target, url=program.url, failed=tmp_path / "side").failed == 1
    assert lines_of(tmp_path / "side")[0]["number"] == 1


@pytest.mark.parametrize(
    ("source", "target", "failed"),
    [
        ("in.jsonl", "in.jsonl", None),
        ("in.jsonl", "out.jsonl", "in.jsonl"),
        ("in.jsonl", "-", "in.jsonl"),
        ("in.jsonl", "link.jsonl", None),
        ("in.jsonl", "out.jsonl", "out.jsonl"),
        ("in.jsonl", "out.jsonl", "out.jsonl.partial"),
        ("in.jsonl", "folder.jsonl", None),
    ],
)
def test_a_run_never_writes_over_its_own_input_or_one_output_over_the_other(
    source: str, target: str, failed: str | None, program: Program, tmp_path: Path
) -> None:
    (tmp_path / "in.jsonl").write_text(comments(3, 1))
    (tmp_path / "link.jsonl").symlink_to(tmp_path / "in.jsonl")
    (tmp_path / "folder.jsonl").mkdir()
    options = ("--overwrite", *(("--failed", str(tmp_path / failed)) if failed else ()))
    there = target if target == "-" else tmp_path / target
    assert run(program.url, tmp_path / source, there, *options).returncode == 2
    assert (tmp_path / "in.jsonl").read_text() == comments(3, 1)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["folder.jsonl", "in.jsonl", "link.jsonl"]


def test_a_named_pipe_is_told_apart_from_a_file(program: Program, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "in.jsonl")
    with pytest.raises(Unusable, match="is a pipe"):
        enrich(MODEL, tmp_path / "in.jsonl", tmp_path / "out.jsonl", url=program.url)


def test_overwrite_begins_again_whatever_is_left_of_an_earlier_run(program: Program, tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text(comments(60, 1))
    target = tmp_path / "out.jsonl"
    for damage in ("", "{", "[]", '{"identity": 1}'):
        stopped_run(program.url, tmp_path / "in.jsonl", target, 20)
        (tmp_path / "out.jsonl.progress").write_text(damage)
        with pytest.raises(Unusable, match="cannot be read"):
            enrich(MODEL, tmp_path / "in.jsonl", target, url=program.url)
        assert enrich(MODEL, tmp_path / "in.jsonl", target, url=program.url, overwrite=True).records == 60
        target.unlink()


def test_an_interrupt_between_any_two_steps_of_append_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    step = 0
    while interrupted(tmp_path / str(step), step):
        step += 1
    assert step > 30


def interrupted(folder: Path, step: int) -> bool:
    """Append with an interrupt before the step-th instruction, save as a run does, go on; tell whether it came to pass."""
    folder.mkdir()
    first = Checkpoint(folder / "out", None, resumable=True)
    first.begin(Progress({}, "v"), overwrite=False)
    passed = iter(range(step))

    def trace(frame: Any, event: str, _argument: Any) -> Any:
        if frame.f_code.co_filename != checkpoint.__file__:
            return None
        frame.f_trace_opcodes = True
        if event == "opcode" and next(passed, None) is None:
            raise KeyboardInterrupt
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        first.append(b"one\n", b"bad\n", 2, 1, 2)
    except KeyboardInterrupt:
        came = True
    else:
        came = False
    finally:
        sys.settrace(before)
        first.save()
        first.close()
    second = Checkpoint(folder / "out", None, resumable=True)
    progress = second.load(overwrite=False)
    assert progress is not None
    second.resume(progress)
    if progress.records == 0:
        second.append(b"one\n", b"bad\n", 2, 1, 2)
    second.append(b"two\n", b"", 1, 0, 1)
    second.publish(second.complete())
    assert (second.progress.records, second.progress.failed, second.progress.read) == (3, 1, 3)
    assert (folder / "out").read_bytes() == b"one\ntwo\n"
    assert (folder / "out.failed.jsonl").read_bytes() == b"bad\n"
    return came


@pytest.fixture
def renewed(bundles: Path, tmp_path: Path) -> Iterator[Program]:
    """Run a service with a newer version of the model, and beside it the one that `program` serves."""
    folder = tmp_path / "newer"
    shutil.copytree(bundles / MODEL, folder / MODEL)
    shutil.copytree(bundles / MODEL, folder / f"{MODEL}.before")
    card = json.loads((folder / MODEL / "card.json").read_text())
    (folder / MODEL / "card.json").write_text(json.dumps(card | {"title": {"en": "Another version"}}))
    (folder / MODEL / "version").write_text(digest(folder / MODEL))
    with running(service_program(folder)) as started_program:
        yield started_program


@pytest.mark.parametrize("stopped", [False, True], ids=["going on", "stopped"])
def test_a_run_that_began_with_a_version_that_is_still_served_ends_with_it(
    program: Program, renewed: Program, relay: Relay, tmp_path: Path, *, stopped: bool
) -> None:
    """The service is renewed while the run is going on, or while it is stopped."""
    version = Client(program.url).card(MODEL)["version"]
    assert Client(renewed.url).card(MODEL)["version"] != version
    (tmp_path / "in.jsonl").write_text(comments(300, 1))
    target = tmp_path / "out.jsonl"
    if stopped:
        stopped_run(relay.url, tmp_path / "in.jsonl", target, 100)
        relay.service = urlsplit(renewed.url).netloc

    def report(progress: Progress, _total: int | None) -> None:
        if progress.records >= 100:
            relay.service = urlsplit(renewed.url).netloc

    summary = enrich(MODEL, tmp_path / "in.jsonl", target, url=relay.url, batch_records=10, threads=1, report=report)
    assert summary.version == version
    assert bool(summary.resumed_after) is stopped
    assert [each["version"] for each in lines_of(target)] == [version] * 300
    assert enrich(MODEL, tmp_path / "in.jsonl", tmp_path / "new.jsonl", url=relay.url).version != version, "it was renewed"


def test_a_run_whose_version_is_gone_is_begun_again_only_on_demand(
    program: Program, renewed: Program, tmp_path: Path
) -> None:
    (tmp_path / "in.jsonl").write_text(comments(60, 1))
    stopped_run(renewed.url, tmp_path / "in.jsonl", tmp_path / "out.jsonl", 20)
    with pytest.raises(VersionChanged, match="--overwrite"):
        enrich(MODEL, tmp_path / "in.jsonl", tmp_path / "out.jsonl", url=program.url)
    again = enrich(MODEL, tmp_path / "in.jsonl", tmp_path / "out.jsonl", url=program.url, overwrite=True)
    assert (again.resumed_after, again.enriched) == (0, 60)
    assert {each["version"] for each in lines_of(tmp_path / "out.jsonl")} == {again.version}
