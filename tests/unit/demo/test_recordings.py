"""Promises of recordings: found again after a restart, never those of another case, and a bound on what is kept."""

import copy
from pathlib import Path
from typing import Any

import pytest

from demo.meetings import recordings
from demo.meetings.recordings import RecordingStore

CASE: dict[str, Any] = {
    "id": "first", "model": "m", "version": None, "row": {"age": 50.0}, "show": ["answer", "what-if"], "what_if_field": "age"
}  # fmt: skip
CARD: Any = {
    "name": "m",
    "version": "3f9c",
    "title": "T",
    "question": "Q",
    "inputs": [],
    "output": {"kind": "regression", "unit": "zł"},
}
EXPLANATION: Any = {
    "base": 1.0,
    "output": 2.0,
    "standard_error": 0.0,
    "contributions": [],
    "sentence": "Zażółć",
    "prediction": {"decision": None, "warnings": [], "value": 2.0, "interval": None},
    "usualness": None,
}
ANSWERS: Any = {"pl": {"card": CARD, "explanation": EXPLANATION}}
AT = "2026-11-30T10:32:00Z"


def test_a_recording_is_found_again_by_another_demo_in_its_language(tmp_path: Path) -> None:
    assert RecordingStore(tmp_path / "r").put("meeting", CASE, ANSWERS, AT)
    found = RecordingStore(tmp_path / "r").find("meeting", CASE, "pl")
    assert found is not None
    assert (found.recorded_at, found.version, found.prediction["value"], found.curves) == (AT, "3f9c", 2.0, None)
    assert found.explanation == EXPLANATION
    assert RecordingStore(tmp_path / "r").find("meeting", CASE, "en") is None
    assert (tmp_path / "r").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    "change",
    [{"row": {"age": 51}}, {"model": "n"}, {"version": "1"}, {"what_if_field": "size"}, {"id": "second"}],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_case_has_no_recording(change: dict[str, Any], tmp_path: Path) -> None:
    store = RecordingStore(tmp_path)
    store.put("meeting", CASE, ANSWERS, AT)
    assert store.find("meeting", CASE | change, "pl") is None
    assert store.find("another", CASE, "pl") is None


def test_a_new_name_note_or_order_keeps_the_recording(tmp_path: Path) -> None:
    store = RecordingStore(tmp_path)
    store.put("meeting", CASE, ANSWERS, AT)
    assert store.find("meeting", CASE | {"name": "new", "note": "new", "row": {"age": 50}, "guess": True}, "pl")


def damaged() -> dict[str, bytes]:
    return {
        "empty": b"",
        "cut": b'{"digest": ',
        "another shape": b"[]",
        "no answers": b'{"digest": "", "recorded_at": ""}',
        "deep": b"[" * 100_000,
        "not text": b"\xff\xfe\x00",
    }


@pytest.mark.parametrize("name", damaged())
def test_a_damaged_file_is_no_recording(name: str, tmp_path: Path) -> None:
    store = RecordingStore(tmp_path)
    store.put("meeting", CASE, ANSWERS, AT)
    (file,) = tmp_path.iterdir()
    file.write_bytes(damaged()[name])
    assert store.find("meeting", CASE, "pl") is None


def test_an_answer_without_a_prediction_is_no_recording(tmp_path: Path) -> None:
    wrong = copy.deepcopy(ANSWERS)
    del wrong["pl"]["explanation"]["prediction"]
    store = RecordingStore(tmp_path)
    store.put("meeting", CASE, wrong, AT)
    assert store.find("meeting", CASE, "pl") is None


def test_a_disk_that_takes_nothing_is_told(tmp_path: Path) -> None:
    store = RecordingStore(tmp_path / "r")
    (tmp_path / "r").rmdir()
    assert not store.put("meeting", CASE, ANSWERS, AT)
    assert store.find("meeting", CASE, "pl") is None


def test_what_is_kept_has_a_bound_in_size_number_and_age(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recordings, "MAX_RECORDINGS", 3)
    now = [0.0]
    store = RecordingStore(tmp_path, lambda: now[0])
    for number in range(5):
        assert store.put("meeting", CASE | {"id": f"case-{number}"}, ANSWERS, AT)
    assert len(list(tmp_path.iterdir())) == 3
    now[0] = 10.0**12
    store.put("meeting", CASE, ANSWERS, AT)
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr(recordings, "MAX_BYTES", 100)
    assert not store.put("meeting", CASE, ANSWERS, AT)
