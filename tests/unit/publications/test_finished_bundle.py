"""A bundle is taken out of the scratch folder of a model as it was checked, or not at all."""

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from service.bundles.bundle_files import digest, read_card
from service.bundles.versions.bundle_folder import default_folder
from service.errors import BrokenBundle
from service.publications.finished_bundle import take_bundle
from tests.support.bundle_copies import change_card
from tests.support.version_folders import NAME, folder_names, put_version


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    return tmp_path / "scratch"


@pytest.fixture
def version(scratch: Path) -> str:
    """A version that the process of a model has made."""
    return put_version(scratch, 1)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "bundles"
    folder.mkdir()
    return folder


def test_a_version_becomes_the_default_beside_the_one_before(scratch: Path, version: str, target: Path) -> None:
    before = put_version(target, 2)
    take_bundle(scratch, target, NAME, version)
    assert read_card(default_folder(target, NAME)).version == version
    assert folder_names(target) == sorted([f"toy.{before[:12]}", f"toy.{version[:12]}", "toy.default"])


def replaced_by_link(folder: Path) -> None:
    (folder / "model.onnx").rename(folder.parent / "elsewhere")
    (folder / "model.onnx").symlink_to(folder.parent / "elsewhere")


def itself_a_link(folder: Path) -> None:
    folder.rename(folder.parent / "elsewhere")
    folder.symlink_to(folder.parent / "elsewhere")


def scratch_is_a_link(folder: Path) -> None:
    folder.parent.rename(folder.parent.with_name("elsewhere"))
    folder.parent.symlink_to(folder.parent.with_name("elsewhere"))


def with_pipe(folder: Path) -> None:
    os.mkfifo(folder / "evaluation.json")


def with_folder(folder: Path) -> None:
    (folder / "more").mkdir()


def with_many_files(folder: Path) -> None:
    for number in range(100):
        (folder / f"file-{number}").touch()


def changed(folder: Path) -> None:
    (folder / "model.onnx").write_bytes(b"another")


def named_as_another(folder: Path) -> None:
    change_card(folder, lambda card: card.update(name="credit-default"))


def of_another_version(folder: Path) -> None:
    change_card(folder, lambda card: card.update(summary="another"))
    assert digest(folder)[:12] not in folder.name


HOSTILE = [
    replaced_by_link,
    itself_a_link,
    scratch_is_a_link,
    with_pipe,
    with_folder,
    with_many_files,
    changed,
    named_as_another,
    of_another_version,
    shutil.rmtree,
]


@pytest.mark.parametrize("change", HOSTILE, ids=lambda change: change.__name__)
def test_what_is_no_whole_bundle_of_this_model_is_not_taken(
    change: Callable[[Path], object], scratch: Path, version: str, target: Path
) -> None:
    change(scratch / f"toy.{version[:12]}")
    with pytest.raises((BrokenBundle, OSError)):
        take_bundle(scratch, target, NAME, version)
    assert folder_names(target) == []


def test_a_full_disk_leaves_nothing_behind(
    scratch: Path, version: str, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "copyfileobj", fill)
    with pytest.raises(OSError, match="No space"):
        take_bundle(scratch, target, NAME, version)
    assert folder_names(target) == []


def test_what_a_killed_publication_left_is_removed_after_a_day(scratch: Path, version: str, target: Path) -> None:
    for name, days in ((".building-old", 2), (".building-new", 0)):
        (target / name / "toy").mkdir(parents=True)
        then = (target / name).stat().st_mtime - days * 86_400
        os.utime(target / name, (then, then))
    take_bundle(scratch, target, NAME, version)
    assert [name for name in folder_names(target) if name.startswith(".")] == [".building-new"]
