"""Promises of copies of meetings: they open after a restart, for those alone who were let in, and keep no secret."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from demo.meetings import meeting_copies
from demo.meetings.meeting_copies import MeetingCopies

SESSION, TOKEN, CODE = "ws_session-of-anna", "wm_token-of-the-meeting", "audience-code-16"
MEETING: Any = {
    "id": "m1",
    "created": "2026-11-30T10:00:00Z",
    "changed": "2026-11-30T10:00:00Z",
    "revision": 1,
    "presenter_token": TOKEN,
    "audience_code": CODE,
    "content": {"title": "Zażółć"},
    "state": {"revision": 1, "case": None, "phase": "waiting", "show": None, "audience": "follow"},
}
WITHOUT_TOKEN = MEETING | {"presenter_token": ""}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    MeetingCopies(tmp_path / "copies").put(MEETING, SESSION)
    return tmp_path / "copies"


def test_a_copy_opens_after_a_restart_for_those_whom_the_service_has_let_in(folder: Path) -> None:
    for secret in (SESSION, TOKEN):
        assert MeetingCopies(folder).find("m1", secret) == WITHOUT_TOKEN
    assert MeetingCopies(folder).find_by_code(CODE) == WITHOUT_TOKEN


@pytest.mark.parametrize("secret", ["ws_session-of-eve", "wm_another", "", CODE, "\udcff"])
def test_a_copy_is_closed_to_everybody_else(secret: str, folder: Path) -> None:
    assert MeetingCopies(folder).find("m1", secret) is None
    assert MeetingCopies(folder).find("m2", SESSION) is None


@pytest.mark.parametrize("code", ["", "m1", TOKEN, "../../etc/passwd", "\udcff"])
def test_no_other_text_is_a_code(code: str, folder: Path) -> None:
    assert MeetingCopies(folder).find_by_code(code) is None


def test_no_secret_of_a_presenter_is_on_the_disk(folder: Path) -> None:
    written = b"".join(path.read_bytes() for path in folder.iterdir())
    assert SESSION.encode() not in written
    assert TOKEN.encode() not in written
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o077 for path in folder.iterdir()} == {0}


def test_an_old_code_opens_nothing_and_an_old_reader_still_does(folder: Path) -> None:
    copies = MeetingCopies(folder)
    copies.put(MEETING | {"audience_code": "new-code", "presenter_token": "wm_new"}, "ws_session-of-ola")
    assert copies.find_by_code(CODE) is None
    assert copies.find_by_code("new-code") is not None
    assert all(copies.find("m1", secret) for secret in (SESSION, "ws_session-of-ola", "wm_new"))


def test_the_step_on_the_screen_is_kept(folder: Path) -> None:
    assert MeetingCopies(folder).set_state("m1", {"case": "c", "phase": "answer", "show": "why"})
    state = MEETING["state"] | {"case": "c", "phase": "answer", "show": "why"}
    assert MeetingCopies(folder).find("m1", SESSION) == WITHOUT_TOKEN | {"state": state}
    assert not MeetingCopies(folder).set_state("m2", {"case": "c"})


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"meeting": {}, "readers": []}', b"\xff", b"[" * 100_000])
def test_a_damaged_copy_is_none_and_the_next_one_takes_its_place(content: bytes, folder: Path) -> None:
    for path in folder.iterdir():
        path.write_bytes(content)
    copies = MeetingCopies(folder)
    assert copies.find("m1", SESSION) is None
    assert copies.find_by_code(CODE) is None
    assert copies.put(MEETING, SESSION)
    assert copies.find("m1", SESSION) == copies.find_by_code(CODE) == WITHOUT_TOKEN


def test_what_is_kept_has_a_bound(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meeting_copies, "MAX_FILES", 4)
    copies = MeetingCopies(folder)
    for number in range(5):
        assert copies.put(MEETING | {"id": f"n{number}", "audience_code": f"code {number}"}, SESSION)
    assert len(list(folder.iterdir())) == 4
    for number in range(100):
        copies.put(MEETING | {"id": "n4", "audience_code": "code 4"}, f"ws_{number}")
    assert copies.find("n4", "ws_99")
    assert copies.find("n4", "ws_0") is None


def test_a_disk_that_takes_nothing_is_told(folder: Path) -> None:
    copies = MeetingCopies(folder)
    shutil.rmtree(folder)
    assert not copies.put(MEETING, SESSION)
