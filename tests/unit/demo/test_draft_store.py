"""Promises of drafts: they come back to the visitor who wrote them, for that case, and to nobody else."""

from pathlib import Path

import pytest

from demo.feedback import draft_store
from demo.feedback.draft_store import DraftStore

ROW, DRAFT = {"a": 1.5, "b": "ą"}, {"verdict": "disagree", "comment": "zażółć"}


def test_a_draft_comes_back_to_its_visitor_for_its_case_and_to_nobody_else(tmp_path: Path) -> None:
    store = DraftStore(tmp_path / "drafts")
    assert store.put("anna", "model", ROW, DRAFT)
    assert DraftStore(tmp_path / "drafts").get("anna", "model", dict(reversed(ROW.items()))) == DRAFT
    assert [store.get(*other) for other in (("ewa", "model", ROW), ("anna", "other", ROW), ("anna", "model", {}))] == [
        None
    ] * 3
    assert (tmp_path / "drafts").stat().st_mode & 0o777 == 0o700


def test_a_damaged_draft_is_none(tmp_path: Path) -> None:
    store = DraftStore(tmp_path)
    store.put("anna", "model", ROW, DRAFT)
    (file,) = tmp_path.iterdir()
    for content in ("", "[]", "{"):
        file.write_text(content)
        assert store.get("anna", "model", ROW) is None


def test_a_disk_that_takes_nothing_is_told(tmp_path: Path) -> None:
    store = DraftStore(tmp_path / "drafts")
    (tmp_path / "drafts").rmdir()
    assert not store.put("anna", "model", ROW, DRAFT)
    assert store.get("anna", "model", ROW) is None


def test_old_drafts_and_the_oldest_of_too_many_are_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draft_store, "MAX_DRAFTS", 3)
    now = [0.0]
    store = DraftStore(tmp_path, lambda: now[0])
    for number in range(5):
        store.put(f"visitor {number}", "model", ROW, DRAFT)
    assert len(list(tmp_path.iterdir())) == 3
    now[0] = 10.0**12
    store.put("visitor 9", "model", ROW, DRAFT)
    assert list(tmp_path.iterdir()) == []
