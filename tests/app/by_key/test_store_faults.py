"""Promises of a store that is locked, damaged, full or away: 503 for answers by key, and nothing else fails."""

import logging
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from starlette.testclient import TestClient

from service.settings import Settings
from service.store.store import Store
from service.web.app import create_app
from tests.support.databases import StoppablePostgres, sqlite_url
from tests.support.formula_models import FLAT_ROW
from tests.support.problem_check import check_problem
from tests.support.stored_entities import FLAT_MODEL, FLATS, ask, opened, put
from wire.settings_reader import WrongSettings

# Faults


def assert_only_the_store_is_away(app: TestClient, sentence: str = "") -> None:
    for answer in (ask(app, FLATS, {"flat": "1"}), app.get(f"{FLATS}/entities/1"), app.get("/v1/runs")):
        assert sentence in check_problem(answer, 503, "storage_unavailable")["detail"]
    assert ask(app, FLATS, FLAT_ROW).status_code == 200
    assert ask(app, FLATS, FLAT_ROW | {"flat": "1"}).status_code == 200
    assert app.get("/health/ready").status_code == 200


def assert_all_is_well(app: TestClient) -> None:
    assert ask(app, FLATS, {"flat": "1"}).json()["source"] == "stored"


@pytest.fixture
def file_app(tmp_path: Path) -> Iterator[tuple[TestClient, Path]]:
    """The app over a SQLite file that holds one run."""
    store = Store(sqlite_url(tmp_path))
    put(store, FLAT_MODEL, {str(number): FLAT_ROW for number in range(2000)})
    store.close()
    for app in opened(sqlite_url(tmp_path)):
        assert_all_is_well(app)
        yield app, tmp_path / "witryna.db"


def test_a_locked_database_is_503_with_code_and_works_when_it_is_free(file_app: tuple[TestClient, Path]) -> None:
    app, file = file_app
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        answer = app.get(f"{FLATS}/entities/1")
        assert "locked" in check_problem(answer, 503, "storage_unavailable")["detail"]
        assert ask(app, FLATS, FLAT_ROW).status_code == 200
        other.execute("COMMIT")
    assert_all_is_well(app)


def cut(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def overwrite(file: Path) -> None:
    with file.open("r+b") as opened_file:
        opened_file.seek(8192)
        opened_file.write(b"\xa5" * 60_000)


def make_newer(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")


def without_tables(file: Path) -> None:
    """As a backup that was taken of a wrong place leaves it: whole, 4,096 bytes, and nothing in it."""
    file.unlink()
    with closing(sqlite3.connect(file.with_name("wrong.db"))) as connection:
        connection.execute("VACUUM INTO ?", [str(file)])


def put_a_folder_there(file: Path) -> None:
    file.unlink()
    file.mkdir()


FAULTS: dict[str, tuple[Callable[[Path], Any], str]] = {
    "gone": (Path.unlink, "is gone"),
    "cut short": (cut, "damaged, cut short"),
    "empty": (lambda file: os.truncate(file, 0), "empty"),
    "without a table": (without_tables, "empty"),
    "overwritten": (overwrite, "damaged"),
    "no database": (lambda file: file.write_text("Dear diary, " * 1000), "no database"),
    "newer": (make_newer, "newer program"),
    "a folder": (put_a_folder_there, ""),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_database_that_is_not_as_it_should_be_is_refused_never_replaced_and_works_when_it_is_back(
    fault: str, file_app: tuple[TestClient, Path], tmp_path: Path
) -> None:
    app, file = file_app
    saved = tmp_path / "saved"
    shutil.copy(file, saved)
    spoil, sentence = FAULTS[fault]
    spoil(file)
    before = file.read_bytes() if file.is_file() else None
    for opened_later in opened(sqlite_url(tmp_path)):
        assert_only_the_store_is_away(opened_later, sentence)
    assert (file.read_bytes() if file.is_file() else None) == before
    if file.is_dir():
        file.rmdir()
    saved.replace(file)
    assert_all_is_well(app)


@pytest.mark.parametrize("fault", ["gone", "cut short", "no database", "a folder"])
def test_a_database_that_is_lost_under_a_running_service_is_refused_too(
    fault: str, file_app: tuple[TestClient, Path], tmp_path: Path
) -> None:
    app, file = file_app
    saved = tmp_path / "saved"
    shutil.copy(file, saved)
    FAULTS[fault][0](file)
    check_problem(app.get(f"{FLATS}/entities/1"), 503, "storage_unavailable")
    assert_only_the_store_is_away(app)
    if file.is_dir():
        file.rmdir()
    saved.replace(file)
    assert_all_is_well(app)


def test_a_full_storage_is_503_keeps_what_was_there_and_answers_on(file_app: tuple[TestClient, Path]) -> None:
    app, file = file_app
    store = Store(f"sqlite:///{file}")

    @event.listens_for(store.database.engine, "connect")
    def limit(connection: Any, _record: Any) -> None:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages + 2}")

    with pytest.raises(Exception, match="full"):
        put(store, FLAT_MODEL, {str(number): FLAT_ROW for number in range(2000)})
    assert_all_is_well(app)
    event.remove(store.database.engine, "connect", limit)
    store.close()
    put(store, FLAT_MODEL, {"1": FLAT_ROW})
    store.close()
    assert_all_is_well(app)


def test_a_folder_that_cannot_be_written_is_503_and_scoring_goes_on(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    for app in opened(f"sqlite:///{tmp_path}/file/witryna.db"):
        assert_only_the_store_is_away(app)


def test_a_first_start_needs_nothing_and_finds_nothing(tmp_path: Path) -> None:
    for app in opened(sqlite_url(tmp_path)):
        assert app.get("/v1/runs").json() == {"items": [], "next": None}
        check_problem(app.get(f"{FLATS}/entities/1"), 404, "unknown_entity")


def test_a_mistyped_folder_is_told_and_not_made_and_works_once_it_is_there(tmp_path: Path) -> None:
    for app in opened(f"sqlite:///{tmp_path}/folder/witryna.db"):
        assert_only_the_store_is_away(app, "There is no folder folder for the database file witryna.db")
        assert not (tmp_path / "folder").exists()
        (tmp_path / "folder").mkdir()
        assert app.get("/v1/runs").json() == {"items": [], "next": None}


def test_a_file_that_is_removed_under_a_running_service_is_told_at_the_first_request(
    file_app: tuple[TestClient, Path],
) -> None:
    app, file = file_app
    assert app.get("/v1/runs").status_code == 200
    file.unlink()
    for _ in range(2):
        problem = check_problem(app.get("/v1/runs"), 503, "storage_unavailable")
        assert problem["detail"].startswith("The database file existed before and is gone. Restore it from a backup")
        assert "witryna.db.exists" in problem["detail"]


def test_a_first_start_that_was_killed_half_way_begins_again(tmp_path: Path) -> None:
    (tmp_path / "witryna.db").touch()
    for app in opened(sqlite_url(tmp_path)):
        assert app.get("/v1/runs").status_code == 200


def test_postgresql_that_went_away_is_503_and_the_first_request_after_its_return_succeeds(
    stoppable_postgres: StoppablePostgres,
) -> None:
    url = stoppable_postgres.new_database()
    store = Store(url)
    put(store, FLAT_MODEL, {"1": FLAT_ROW})
    store.close()
    for app in opened(url):
        assert_all_is_well(app)
        with stoppable_postgres.stopped():
            assert_only_the_store_is_away(app)
        assert_all_is_well(app)


def test_an_address_of_no_kind_keeps_the_service_from_starting() -> None:
    with pytest.raises(WrongSettings, match="SERVICE_DATABASE_URL"):
        create_app(Settings(database_url="mysql://somewhere/else"))


def test_a_failure_of_the_store_is_logged_without_the_key(
    file_app: tuple[TestClient, Path], caplog: pytest.LogCaptureFixture
) -> None:
    app, file = file_app
    key = "PESEL-44051401359"
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        check_problem(ask(app, FLATS, {"flat": key}), 503, "storage_unavailable")
        other.execute("COMMIT")
    (record,) = [each for each in caplog.records if each.levelno >= logging.ERROR]
    assert "find_records" in record.getMessage(), "the place"
    assert "sqlalchemy.exc.OperationalError" in record.getMessage()
    assert key not in caplog.text
