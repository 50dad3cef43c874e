"""Promises of feedback while its storage is locked, full, away or damaged: nothing is lost, stored twice, or in the way."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from starlette.testclient import TestClient

from client import Failed, NewFeedback
from service.bundles.registry import Registry
from service.settings import Settings
from service.store.store import Store
from tests.support.databases import StoppablePostgres, sqlite_url
from tests.support.feedback_ledger import Ledger
from tests.support.formula_models import FLAT, FLAT_ROW
from tests.support.in_process_client import client_of
from tests.support.problem_check import check_problem
from tests.support.service_app import serve

WRITERS = 2
ENTRY: NewFeedback = {
    "model": "flat-price",
    "version": "toy",
    "row": FLAT_ROW,
    "shown": {"page": "try", "what was on the screen": "x" * 20_000},
    "verdict": "disagree",
}
"""It takes some pages of a SQLite file."""


@pytest.fixture
def app(tmp_path: Path) -> Iterator[TestClient]:
    yield from serve(Settings(database_url=sqlite_url(tmp_path)), Registry.of([FLAT]))


def file_of(folder: Path) -> Path:
    return folder / "witryna-meetings.db"


def store_of(app: TestClient) -> Store:
    store: Store = app.app.services.meetings  # type: ignore[attr-defined]
    return store


def assert_scoring_goes_on(app: TestClient) -> None:
    assert app.post("/v1/models/flat-price/predictions", json={"rows": [FLAT_ROW]}).status_code == 200
    assert app.get("/health/ready").status_code == 200


def assert_is_refused(ledger: Ledger) -> None:
    with pytest.raises(Failed) as refusal:
        ledger.give()
    assert (refusal.value.status, refusal.value.code) == (503, "storage_unavailable")


def go_through(app: TestClient, fault: Callable[[], AbstractContextManager[None]]) -> None:
    """Let people write before, during and after a fault, and check the ledger."""
    ledger = Ledger(client_of(app), ENTRY)
    with ledger.writers(WRITERS):
        ledger.wait_for(5)
        with fault():
            assert_is_refused(ledger)
            assert_scoring_goes_on(app)
        ledger.give()  # the first request after the end of the fault
        ledger.wait_for(5)
    ledger.check()


@contextmanager
def locked(file: Path) -> Iterator[None]:
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("PRAGMA busy_timeout = 20000")
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("COMMIT")


@contextmanager
def full(store: Store) -> Iterator[None]:
    """Let the file have not one page more than it has."""

    def limit(connection: Any, _record: Any) -> None:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")

    engine = store.database.engine
    event.listen(engine, "connect", limit)
    engine.dispose()
    yield
    event.remove(engine, "connect", limit)
    engine.dispose()


def test_while_another_program_locks_the_file_people_wait_and_nothing_is_lost(app: TestClient, tmp_path: Path) -> None:
    go_through(app, lambda: locked(file_of(tmp_path)))


def test_while_the_disk_is_full_nothing_is_lost_and_reading_goes_on(app: TestClient) -> None:
    store = store_of(app)

    @contextmanager
    def full_but_readable() -> Iterator[None]:
        with full(store):
            yield
            assert app.get("/v1/feedback").status_code == 200
            assert app.get("/v1/feedback/figures").json()["items"][0]["entries"] >= 5

    go_through(app, full_but_readable)


def test_while_postgresql_is_away_nothing_is_lost(stoppable_postgres: StoppablePostgres) -> None:
    for app in serve(Settings(database_url=stoppable_postgres.new_database()), Registry.of([FLAT])):
        go_through(app, stoppable_postgres.stopped)


def cut(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


DAMAGES: dict[str, Callable[[Path], Any]] = {
    "cut short": cut,
    "empty": lambda file: os.truncate(file, 0),
    "no database": lambda file: file.write_text("Dear diary, " * 1000),
    "gone": Path.unlink,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_refused_never_replaced_and_good_again_when_it_is_restored(
    damage: str, app: TestClient, tmp_path: Path
) -> None:
    file, ledger = file_of(tmp_path), Ledger(client_of(app), ENTRY)
    for _ in range(5):
        ledger.give()
    shutil.copy(file, tmp_path / "backup")
    DAMAGES[damage](file)
    before = file.read_bytes() if file.exists() else None
    for _ in range(2):
        assert_is_refused(ledger)
    for path in ("/v1/feedback", "/v1/feedback/figures", "/v1/feedback/export"):
        check_problem(app.get(path), 503, "storage_unavailable")
    assert_scoring_goes_on(app)
    assert app.get("/v1/runs").status_code == 200
    assert (file.read_bytes() if file.exists() else None) == before
    (tmp_path / "backup").replace(file)
    ledger.give()
    assert len(ledger.check()) == 6
