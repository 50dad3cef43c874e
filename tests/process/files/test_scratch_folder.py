"""Promises of scratch folders: what a killed process leaves is removed, and nothing else."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tabular.scratch_folder import ScratchFolder, remove_leftovers
from tests.support.repository import ROOT

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="folders cannot be locked there")

WRITE_AND_WAIT = """
import io, sys
from tabular.workbook_writer import WorkbookWriter
writer = WorkbookWriter(io.BytesIO(), ["name"])
writer.write([["a customer"]] * 10_000)
print(flush=True)
sys.stdin.read()
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of temporary files, without any."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


@pytest.fixture
def writing(folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A process that is writing a workbook."""
    assert folder.is_dir()
    process = subprocess.Popen(
        [sys.executable, "-c", WRITE_AND_WAIT], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout
    assert process.stdout.readline()
    yield process
    process.kill()
    process.communicate(timeout=60)


def test_a_folder_is_removed_after_its_process_was_killed_and_not_before(
    folder: Path, writing: "subprocess.Popen[bytes]"
) -> None:
    (scratch,) = folder.iterdir()
    assert any(file.stat().st_size for file in scratch.iterdir())
    remove_leftovers()
    assert any(scratch.iterdir()), "its process still writes"
    writing.kill()
    writing.wait(60)
    assert any(scratch.iterdir())
    remove_leftovers()
    assert list(folder.iterdir()) == []


def test_a_folder_of_this_process_is_left_until_it_is_removed(folder: Path) -> None:
    scratch = ScratchFolder()
    remove_leftovers()
    assert scratch.path.is_dir()
    scratch.remove()
    scratch.remove()
    assert list(folder.iterdir()) == []


def test_what_is_not_ours_is_left(folder: Path) -> None:
    target = folder / "others"
    target.mkdir()
    (target / "file").touch()
    (folder / "witryna-scratch-link").symlink_to(target)
    (folder / "witryna-scratch-file").touch()
    before = sorted(folder.rglob("*"))
    remove_leftovers()
    assert sorted(folder.rglob("*")) == before


def test_a_folder_of_temporary_files_that_is_gone_is_no_fault(folder: Path) -> None:
    tempfile.gettempdir()
    folder.rmdir()
    remove_leftovers()
