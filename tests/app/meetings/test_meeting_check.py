"""Promises of the check before a meeting: the service proves by a write that it can store, or says that it cannot."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from service.bundles.registry import Registry
from service.settings import Settings
from service.store.database import meetings_url
from service.store.meetings.meeting_tables import guesses
from tests.support.databases import sqlite_url
from tests.support.formula_models import FLAT, PET
from tests.support.in_process_client import client_of
from tests.support.meeting_content import create
from tests.support.problem_check import check_problem
from tests.support.service_app import serve


@pytest.fixture
def app(url: str) -> Iterator[TestClient]:
    """The app over a store of either kind."""
    yield from serve(Settings(database_url=url), Registry.of([FLAT, PET]))


@pytest.fixture
def file_app(tmp_path: Path) -> Iterator[TestClient]:
    yield from serve(Settings(database_url=sqlite_url(tmp_path), database_seconds=1), Registry.of([FLAT, PET]))


def file_of(folder: Path) -> str:
    return meetings_url(sqlite_url(folder)).removeprefix("sqlite:///")


def test_a_store_that_takes_a_write_says_the_time_and_keeps_nothing_of_it(app: TestClient) -> None:
    meeting = create(app).json()
    began = datetime.now(UTC)
    times = [datetime.fromisoformat(client_of(app).meetings.check(meeting["id"])["time"]) for _ in range(3)]
    assert [began.replace(microsecond=0) <= time <= datetime.now(UTC) for time in times] == [True] * 3
    assert app.get(f"/v1/meetings/{meeting['id']}").json() == meeting
    with app.app.services.meetings.reading() as connection:  # type: ignore[attr-defined]
        assert connection.execute(select(guesses)).all() == []


def test_an_unknown_meeting_is_not_checked(app: TestClient) -> None:
    for unknown in ("no-such-meeting", "a%00b", "%FF"):
        check_problem(app.post(f"/v1/meetings/{unknown}/check", json={}), 404, "unknown_meeting")


def test_a_full_store_is_told_and_is_good_again_when_there_is_room(file_app: TestClient, tmp_path: Path) -> None:
    path = f"/v1/meetings/{create(file_app).json()['id']}/check"
    store = file_app.app.services.meetings  # type: ignore[attr-defined]
    with sqlite3.connect(file_of(tmp_path)) as connection:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
    with store.database.engine.connect() as connection:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 2}")
    check_problem(file_app.post(path, json={}), 503, "storage_unavailable")
    assert file_app.post(path, json={}).status_code == 200


def test_a_locked_store_is_told(file_app: TestClient, tmp_path: Path) -> None:
    path = f"/v1/meetings/{create(file_app).json()['id']}/check"
    with sqlite3.connect(file_of(tmp_path), isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        check_problem(file_app.post(path, json={}), 503, "storage_unavailable")
        other.execute("ROLLBACK")
    assert file_app.post(path, json={}).status_code == 200
