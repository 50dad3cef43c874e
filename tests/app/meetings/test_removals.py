"""Promises of data protection: what is to be forgotten is gone, from the file too, and nothing else is."""

import io
import sqlite3
import threading
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from starlette.testclient import TestClient

from service.bundles.registry import Registry
from service.errors import StorageUnavailable
from service.meetings import retention
from service.meetings.__main__ import main
from service.settings import Settings
from service.store.database import meetings_url
from service.store.meetings import presenter_tokens, removals
from service.store.meetings.meeting_tables import feedback, guesses, meetings
from service.store.schema import MEETINGS
from service.store.store import Store
from tests.support.databases import sqlite_url
from tests.support.formula_models import FLAT, FLAT_ROW, PET
from tests.support.meeting_content import CONTENT, create
from tests.support.problem_check import check_problem
from tests.support.service_app import serve

CANARY = "canary-that-must-be-gone"


@pytest.fixture
def app(url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """The app over a store of either kind, which the command uses too."""
    monkeypatch.setenv("SERVICE_DATABASE_URL", url)
    yield from serve(Settings(database_url=url), Registry.of([FLAT, PET]))


@pytest.fixture
def file_app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setenv("SERVICE_DATABASE_URL", sqlite_url(tmp_path))
    yield from serve(Settings(database_url=sqlite_url(tmp_path)), Registry.of([FLAT, PET]))


def give(app: TestClient, code: str = "", **change: Any) -> None:
    entry = {"model": "flat-price", "version": "toy", "row": FLAT_ROW, "shown": {"page": "try"}, "verdict": "agree"}
    headers = {"Idempotency-Key": uuid.uuid4().hex} | ({"Meeting-Code": code} if code else {})
    assert app.post("/v1/feedback", json=entry | change, headers=headers).status_code == 201


def meeting_with_guesses(app: TestClient, *people: str, title: str = "A meeting") -> dict[str, Any]:
    meeting: dict[str, Any] = create(app, CONTENT | {"title": title}).json()
    app.post(f"/v1/meetings/{meeting['id']}/state", json={"case": "flat", "phase": "guess"})
    for person in people:
        body = {"case": "flat", "person": person, "value": 1.0}
        headers = {"Meeting-Code": meeting["audience_code"]}
        assert app.post("/v1/audience/guesses", json=body, headers=headers).status_code == 200
    return meeting


def people_who_guessed(app: TestClient, meeting: dict[str, Any]) -> int:
    return sum(case["people"] for case in app.get(f"/v1/meetings/{meeting['id']}/guesses").json()["cases"])


def listed(app: TestClient) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = app.get("/v1/feedback").json()["items"]
    return items


def store_of(app: TestClient) -> Store:
    store: Store = app.app.services.meetings  # type: ignore[attr-defined]
    return store


def test_a_person_is_forgotten_with_all_that_came_from_the_same_browser(
    app: TestClient, capsys: pytest.CaptureFixture[str]
) -> None:
    meeting = meeting_with_guesses(app, "visit-1", "visit-2")
    give(app, name="Anna Wójcik", person="visit-1", comment=CANARY)
    give(app, name="  anna  WO\u0301JCIK", person="visit-3", comment=CANARY)
    give(app, person="visit-1", comment=CANARY)
    give(app, name="Bartek", person="visit-1", comment="kept")
    give(app, name="Anna", person="visit-2", comment="kept")
    give(app, comment="kept")
    assert main(["forget", "ANNA wójcik", "--yes"]) == 0
    assert capsys.readouterr().out == "Removed: 3 entries of feedback, 1 guesses.\n"
    assert [item["comment"] for item in listed(app)] == ["kept"] * 3
    assert people_who_guessed(app, meeting) == 1
    assert main(["forget", "Anna Wójcik", "--yes"]) == 1


def test_a_meeting_is_forgotten_with_its_feedback_and_its_guesses(app: TestClient) -> None:
    gone, kept = meeting_with_guesses(app, "visit-1", "visit-2"), meeting_with_guesses(app, "visit-1")
    for meeting in (gone, gone, kept):
        give(app, meeting["audience_code"], person="visit-1")
    give(app)
    assert main(["forget", gone["id"], "--yes"]) == 0
    check_problem(app.get(f"/v1/meetings/{gone['id']}"), 404, "unknown_meeting")
    check_problem(app.get("/v1/audience", headers={"Meeting-Code": gone["audience_code"]}), 404, "unknown_meeting")
    token = {"Authorization": f"Bearer {gone['presenter_token']}"}
    check_problem(app.get("/v1/meetings", headers=token), 401, "unauthorized")
    assert sorted(str(item["meeting"]) for item in listed(app)) == sorted([kept["id"], "None"])
    assert people_who_guessed(app, kept) == 1


@pytest.mark.parametrize(
    ("answer", "is_removed"), [("y\n", True), ("YES\n", True), ("\n", False), ("n\n", False), ("", False)]
)
def test_nothing_is_removed_before_somebody_says_yes(
    file_app: TestClient,
    answer: str,
    is_removed: bool,  # noqa: FBT001
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    give(file_app, name="Anna")
    monkeypatch.setattr("sys.stdin", io.StringIO(answer))
    assert main(["forget", "Anna"]) == (0 if is_removed else 1)
    assert "Remove 1 entries of feedback?" in capsys.readouterr().out
    assert len(listed(file_app)) == (0 if is_removed else 1)


@pytest.mark.parametrize("wanted", ["Nobody", "", "%", "' OR 1=1 --", "a\x00b", "x" * 1000])
def test_who_wrote_nothing_is_not_found_and_nothing_is_removed(app: TestClient, wanted: str) -> None:
    give(app, name="Anna")
    give(app)
    assert main(["forget", wanted, "--yes"]) == 1
    assert len(listed(app)) == 2


def test_what_is_forgotten_or_overwritten_is_gone_from_the_file_too(file_app: TestClient, tmp_path: Path) -> None:
    file = tmp_path / "witryna-meetings.db"
    for number in range(40):
        give(file_app, name=CANARY, person=CANARY, comment=f"{CANARY} {'long ' * 60 * (number % 6)}")
        give(file_app, name="Bartek", comment="kept " * (number % 40))
    meeting = meeting_with_guesses(file_app, CANARY, title=CANARY)
    assert CANARY.encode() in file.read_bytes()
    assert main(["forget", CANARY, "--yes"]) == 0
    body = {"revision": 1, "content": CONTENT}
    assert file_app.post(f"/v1/meetings/{meeting['id']}", json=body).status_code == 200
    assert CANARY.encode() not in file.read_bytes()
    assert len(list(tmp_path.glob("witryna-meetings.db-*"))) == 0
    assert len(file_app.get("/v1/feedback/export", params={"format": "json"}).json()["items"]) == 40


def make_old(store: Store, old: str) -> None:
    """Let all that is stored be of this day."""
    with store.writing() as connection:
        connection.execute(update(feedback).values(created=old))
        connection.execute(update(guesses).values(changed=old))
        connection.execute(update(meetings).values(changed=old))


def test_what_is_older_than_the_setting_is_removed_and_nothing_else(app: TestClient) -> None:
    old = meeting_with_guesses(app, "visit-1", "visit-2")
    presented_again = meeting_with_guesses(app, "visit-1")
    give(app, old["audience_code"])
    make_old(store_of(app), "2020-01-01T00:00:00.000Z")
    app.post(f"/v1/meetings/{presented_again['id']}/state", json={"case": "flat", "phase": "guess"})
    new = meeting_with_guesses(app, "visit-3")
    give(app, new["audience_code"])
    removed = removals.of_age(30).remove(store_of(app))
    assert removed == removals.Removed(feedback=1, guesses=3, meetings=1)
    assert {item["id"] for item in app.get("/v1/meetings").json()["items"]} == {presented_again["id"], new["id"]}
    assert [item["meeting"] for item in listed(app)] == [new["id"]]
    assert people_who_guessed(app, new) == 1
    assert removals.of_age(30).remove(store_of(app)) == removals.Removed()


def test_a_service_with_a_limit_removes_at_its_start_and_tells_its_audience(tmp_path: Path) -> None:
    for app in serve(Settings(database_url=sqlite_url(tmp_path)), Registry.of([FLAT, PET])):
        give(app, comment=CANARY)
        make_old(store_of(app), "2020-01-01T00:00:00.000Z")
        code = create(app).json()["audience_code"]
        assert app.get("/v1/audience", headers={"Meeting-Code": code}).json()["retention_days"] is None
    for app in serve(Settings(database_url=sqlite_url(tmp_path), retention_days=30), Registry.of([FLAT, PET])):
        (thread,) = [each for each in threading.enumerate() if each.name == "remove what is too old"]
        assert app.get("/v1/audience", headers={"Meeting-Code": code}).json()["retention_days"] == 30
    thread.join(10)
    for app in serve(Settings(database_url=sqlite_url(tmp_path)), Registry.of([FLAT, PET])):
        assert listed(app) == []


def test_a_store_that_is_away_is_tried_again_and_stops_no_service(tmp_path: Path) -> None:
    ended = threading.Event()
    ended.set()
    (tmp_path / "witryna.db.exists").touch()
    with closing(Store(sqlite_url(tmp_path))) as store:
        retention.remove_regularly(store, 30, ended)


def test_a_file_that_another_program_holds_is_not_written_anew_and_that_is_said(
    file_app: TestClient, tmp_path: Path
) -> None:
    give(file_app)
    with closing(Store(meetings_url(sqlite_url(tmp_path)), 0.1, 1, MEETINGS)) as store:
        store.prepare()
        with closing(sqlite3.connect(tmp_path / "witryna-meetings.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StorageUnavailable, match="locked"):
                store.compact()
            other.execute("COMMIT")
        store.compact()
    assert len(listed(file_app)) == 1


def test_the_command_makes_a_link_that_opens_one_session(app: TestClient, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["presenter-link"]) == 0
    token = capsys.readouterr().out.strip()
    assert main(["presenter-link", "--demo", "http://demo.example:8501/"]) == 0
    address = capsys.readouterr().out.strip()
    assert address.startswith("http://demo.example:8501/sign-in?token=wl_")
    for link in (token, address.partition("token=")[2]):
        session = presenter_tokens.open_session(store_of(app), link)
        assert session is not None
        assert app.get("/v1/meetings", headers={"Authorization": f"Bearer {session.token}"}).status_code == 200
        assert presenter_tokens.open_session(store_of(app), link) is None


def test_a_store_that_cannot_be_used_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SERVICE_DATABASE_URL", f"sqlite:///{tmp_path}/nowhere/witryna.db")
    assert main(["presenter-link"]) == 2
    assert capsys.readouterr().err.startswith("There is no folder nowhere")
