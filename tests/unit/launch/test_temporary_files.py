"""Promises of the folder in memory for the temporary files of tests."""

from pathlib import Path

import pytest

from launch.temporary_files import fast_temporary_files


@pytest.fixture(autouse=True)
def _no_chosen_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TMPDIR", raising=False)


def test_programs_put_their_files_there_and_nothing_stays(tmp_path: Path) -> None:
    with fast_temporary_files(tmp_path, 1) as environment:
        folder = Path(environment["TMPDIR"])
        assert folder.parent == tmp_path
        (folder / "left").mkdir()
        (folder / "left" / "file").touch()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_missing_or_too_small_is_not_used(tmp_path: Path) -> None:
    for folder, min_free_bytes in ((tmp_path / "missing", 1), (tmp_path, 2**62)):
        with fast_temporary_files(folder, min_free_bytes) as environment:
            assert environment == {}


def test_a_folder_that_the_user_chose_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with fast_temporary_files(tmp_path, 1) as environment:
        assert environment == {}
