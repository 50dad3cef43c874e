"""Promises of the folder of bundles: each version in its own folder, and one file that names the default."""

import shutil
from pathlib import Path

import pytest

from service.bundles.bundle_files import read_card
from service.bundles.versions.bundle_folder import default_folder, read_defaults, write_defaults
from service.bundles.versions.version_changes import (
    MAX_VERSIONS,
    default_history,
    make_default,
    remove_model,
    remove_version,
)
from service.errors import BrokenBundle, UnknownModel
from tests.support import onnx_models
from tests.support.onnx_models import toy_card, write_toy_bundle
from tests.support.version_folders import NAME, folder_names, put_version

A, B = "a" * 64, "b" * 64


def version_in(folder: Path) -> str:
    return read_card(folder).version


def test_each_version_has_a_folder_and_the_newest_is_the_default(tmp_path: Path) -> None:
    first, second = put_version(tmp_path, 1), put_version(tmp_path, 2)
    assert first != second
    assert folder_names(tmp_path) == sorted([f"toy.{first[:12]}", f"toy.{second[:12]}", "toy.default"])
    assert (tmp_path / "toy.default").read_text() == f"{second}\n{first}\n"
    assert version_in(default_folder(tmp_path, NAME)) == second


def test_the_same_bundle_again_is_no_other_version(tmp_path: Path) -> None:
    first, second = put_version(tmp_path, 1), put_version(tmp_path, 2)
    assert put_version(tmp_path, 1) == first
    assert default_history(tmp_path, NAME) == [first, second]
    assert len(folder_names(tmp_path)) == 3


def test_a_broken_folder_of_the_same_version_is_replaced(tmp_path: Path) -> None:
    first = put_version(tmp_path, 1)
    (default_folder(tmp_path, NAME) / "model.onnx").write_bytes(b"half")
    assert put_version(tmp_path, 1) == first
    assert version_in(default_folder(tmp_path, NAME)) == first
    assert folder_names(tmp_path) == sorted([f"toy.{first[:12]}", "toy.default"])


def test_the_oldest_defaults_are_removed_and_a_version_that_was_promoted_is_not_old(tmp_path: Path) -> None:
    versions = [put_version(tmp_path, factor) for factor in range(1, MAX_VERSIONS + 1)]
    make_default(tmp_path, NAME, versions[0])
    newest = put_version(tmp_path, 99)
    assert default_history(tmp_path, NAME) == [newest, versions[0], versions[-1]]
    kept = sorted(f"toy.{version[:12]}" for version in default_history(tmp_path, NAME))
    assert folder_names(tmp_path) == sorted([*kept, "toy.default"])


def test_a_version_that_was_never_the_default_is_not_removed(tmp_path: Path) -> None:
    copied = write_toy_bundle(tmp_path, onnx_models.adding(), toy_card(NAME)).rename(tmp_path / "toy.by-hand")
    version = version_in(copied)
    for factor in range(2, MAX_VERSIONS + 4):
        put_version(tmp_path, factor)
    assert version_in(copied) == version
    assert version not in default_history(tmp_path, NAME)


def test_bundles_in_folders_of_the_models_name_are_the_default_and_the_one_before(tmp_path: Path) -> None:
    """The layout of earlier releases."""
    versions = []
    for folder, rows in (("toy", onnx_models.ROWS), ("toy.before", onnx_models.ROWS[:5])):
        card = toy_card(NAME, rows=rows)
        versions.append(
            version_in(write_toy_bundle(tmp_path / "made", onnx_models.adding(), card).rename(tmp_path / folder))
        )
    (tmp_path / "made").rmdir()
    assert default_folder(tmp_path, NAME) == tmp_path / "toy"
    assert default_history(tmp_path, NAME) == versions
    newest = put_version(tmp_path, 2)
    assert default_history(tmp_path, NAME) == [newest, *versions]
    assert folder_names(tmp_path) == ["toy", "toy.before", *sorted([f"toy.{newest[:12]}", "toy.default"])]
    put_version(tmp_path, 3)
    assert not (tmp_path / "toy.before").exists(), "it is the oldest"


def test_a_removed_version_is_in_no_list(tmp_path: Path) -> None:
    first, second = put_version(tmp_path, 1), put_version(tmp_path, 2)
    shutil.copytree(default_folder(tmp_path, NAME), tmp_path / "toy.copy")
    put_version(tmp_path, 3)
    remove_version(tmp_path, NAME, second)
    assert second not in default_history(tmp_path, NAME)
    assert first in default_history(tmp_path, NAME)
    assert not (tmp_path / "toy.copy").exists()
    remove_model(tmp_path, NAME)
    assert folder_names(tmp_path) == []
    with pytest.raises(UnknownModel):
        default_folder(tmp_path, NAME)


def test_removing_a_model_leaves_one_whose_name_begins_alike(tmp_path: Path) -> None:
    put_version(tmp_path, 1)
    put_version(tmp_path, 1, "toy-2")
    remove_model(tmp_path, "toy")
    assert version_in(default_folder(tmp_path, "toy-2"))


@pytest.mark.parametrize(
    "content", [b"", b"latest\n", b"\xff\xfe", b"../../etc\n", A.upper().encode(), b"a" * 100_000, A.encode() + b"\nx\n"]
)
def test_a_file_that_does_not_name_versions_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "toy.default").write_bytes(content)
    with pytest.raises(BrokenBundle, match=r"toy\.default does not name versions"):
        read_defaults(tmp_path, NAME)


def test_a_file_of_defaults_is_replaced_and_never_written_in_place(tmp_path: Path) -> None:
    write_defaults(tmp_path, NAME, [A])
    reader = (tmp_path / "toy.default").open()
    write_defaults(tmp_path, NAME, [B, A])
    assert reader.read() == f"{A}\n", "who has opened the old file reads it to its end"
    reader.close()
    assert read_defaults(tmp_path, NAME) == (B, A)
    assert (tmp_path / "toy.default").stat().st_mode & 0o777 == 0o644
    assert folder_names(tmp_path) == ["toy.default"], "no temporary file stays"
