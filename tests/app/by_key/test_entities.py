"""Promises of answers from the store: by key, with a what-if on top, stale or not, and from one whole run."""

import json
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from service.bundles.model import Model
from service.schemas import Row
from service.store import run_history
from service.store.store import Store
from tests.support.formula_models import FLAT_INPUTS, FLAT_ROW, PET_ROW
from tests.support.in_process_client import client_of
from tests.support.problem_check import check_problem
from tests.support.stored_entities import FLAT_MODEL, FLATS, OTHER, PET_MODEL, PETS, ask, hours_ago, live, opened, plain, put


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


@pytest.mark.parametrize("key", [17, 17.0, "17", "17.0", " 17.00 "])
def test_a_key_is_found_in_every_form_of_a_whole_number(key: Any, app: TestClient, store: Store) -> None:
    put(store, FLAT_MODEL, {"17": FLAT_ROW})
    assert ask(app, FLATS, {"flat": key}).json()["source"] == "stored"
    assert app.get(f"{FLATS}/entities/{quote(str(key))}").json()["id"] == "17"
    assert client_of(app).entity("flat-price", key)["id"] == "17"


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


def test_the_faults_of_all_rows_are_named_at_once(app: TestClient, store: Store) -> None:
    put(store, FLAT_MODEL, {"1": FLAT_ROW})
    answer = ask(app, FLATS, {"flat": "1"}, {"flat": "1", "area": -1}, {"flat": "nobody"}, FLAT_ROW | {"floor": "x"})
    problem = check_problem(answer, 422, "invalid_input")
    assert problem["detail"].startswith("3 of 4 rows")
    assert [error["pointer"] for error in problem["errors"]] == ["/rows/1/area", "/rows/2/flat", "/rows/3/floor"]


def test_a_request_that_names_a_version_is_not_answered_by_another_one(app: TestClient, store: Store) -> None:
    put(store, FLAT_MODEL, {"1": FLAT_ROW, "2": OTHER}, version="older")
    with store.writing() as connection:
        connection.execute(text("UPDATE stored_predictions SET \"row\" = '{\"old_field\": 1}' WHERE key = '2'"))
    assert ask(app, FLATS, {"flat": "1"}).json()["source"] == "stored"
    request = {"rows": [{"flat": "1"}], "version": FLAT_MODEL.card.version}
    answer = app.post(f"{FLATS}/predictions", json=request).json()
    (prediction,) = answer["predictions"]
    assert (answer["source"], prediction["stored"]["version"]) == ("live", "older")
    assert plain(prediction) == live(app, FLATS, FLAT_ROW)
    cannot = app.post(f"{FLATS}/predictions", json=request | {"rows": [{"flat": "2"}]})
    assert check_problem(cannot, 422, "invalid_input")["errors"]


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
            if answer.status_code == 503 and answer.json()["code"] == "storage_unavailable":
                continue  # a busy machine may keep a lock for longer than a caller waits
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


def test_the_toys_have_the_inputs_that_these_tests_speak_of() -> None:
    assert {field.name for field in FLAT_INPUTS} == FLAT_ROW.keys()
