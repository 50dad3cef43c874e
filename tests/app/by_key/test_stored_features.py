"""Promises of answers from stored features: whose value counts, where each comes from, what is missing, null or expired."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio.to_thread
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from starlette.testclient import TestClient

from service.schemas import Row
from service.settings import Settings
from service.store import run_history
from service.store.store import Store
from service.web.app import create_app
from tests.support.databases import sqlite_url
from tests.support.formula_models import FLAT_ROW, PET_ROW
from tests.support.problem_check import check_problem
from tests.support.stored_entities import (
    FLAT_MODEL,
    FLATS,
    OTHER,
    PET_MODEL,
    PETS,
    ask,
    hours_ago,
    live,
    opened,
    plain,
    put,
    put_features,
)

CREDIT = "/v1/models/credit-default"


@pytest.fixture
def refusing(url: str) -> Iterator[TestClient]:
    yield from opened(url, expired_features="refuse")


def without(row: Row, *names: str) -> Row:
    return {name: value for name, value in row.items() if name not in names}


def test_the_callers_value_counts_first_then_the_feature_then_the_row_of_the_stored_prediction(
    app: TestClient, store: Store
) -> None:
    prediction_at, features_at = hours_ago(5), hours_ago(2)
    prediction_run = put(store, FLAT_MODEL, {"1": FLAT_ROW}, at=prediction_at)
    run = put_features(store, "flat-price", {"1": {"area": 55.0, "rooms": 4}}, at=features_at)
    (answer,) = ask(app, FLATS, {"flat": 1, "rooms": 5}).json()["predictions"]
    assert plain(answer) == live(app, FLATS, FLAT_ROW | {"area": 55.0, "rooms": 5})
    assert (answer["source"], answer["changed"], answer["stored"]["run"]) == ("live", ["rooms"], prediction_run)
    origins = answer["origins"]
    assert list(origins) == list(FLAT_ROW)
    assert {name: (each["from"], each["run"], each["computed_at"]) for name, each in origins.items()} == {
        "area": ("store", run, features_at),
        "rooms": ("request", None, None),
        "state": ("store", prediction_run, prediction_at),
        "lift": ("store", prediction_run, prediction_at),
        "floor": ("store", prediction_run, prediction_at),
    }
    assert 7199 <= origins["area"]["age_seconds"] <= 7260
    assert 17_999 <= origins["floor"]["age_seconds"] <= 18_060
    assert origins["rooms"]["age_seconds"] is None
    assert not any(each["expired"] for each in origins.values())


def test_a_key_alone_is_scored_from_its_features_where_no_prediction_is_stored(app: TestClient, store: Store) -> None:
    run = put_features(store, "flat-price", {"1": FLAT_ROW})
    (answer,) = ask(app, FLATS, {"flat": "1"}).json()["predictions"]
    assert plain(answer) == live(app, FLATS, FLAT_ROW)
    assert (answer["source"], answer["stored"], answer["changed"]) == ("live", None, [])
    assert {each["run"] for each in answer["origins"].values()} == {run}


def test_a_key_alone_is_the_stored_prediction_while_there_is_one_and_its_fields_say_so(
    app: TestClient, store: Store
) -> None:
    prediction_run = put(store, FLAT_MODEL, {"1": FLAT_ROW})
    put_features(store, "flat-price", {"1": FLAT_ROW | {"area": 70.0}})
    (answer,) = ask(app, FLATS, {"flat": "1"}).json()["predictions"]
    assert (answer["source"], plain(answer)) == ("stored", live(app, FLATS, FLAT_ROW))
    assert {name: each["run"] for name, each in answer["origins"].items()} == dict.fromkeys(FLAT_ROW, prediction_run)


def test_a_stale_prediction_that_is_to_be_scored_anew_takes_the_features(url: str, store: Store) -> None:
    for app in opened(url, stale_predictions="rescore"):
        put(store, FLAT_MODEL, {"1": FLAT_ROW}, version="older")
        put_features(store, "flat-price", {"1": {"area": 70.0}})
        (answer,) = ask(app, FLATS, {"flat": "1"}).json()["predictions"]
        assert (answer["source"], answer["stored"]["stale"]) == ("live", True)
        assert plain(answer) == live(app, FLATS, FLAT_ROW | {"area": 70.0})


def test_where_nothing_is_looked_up_no_field_has_an_origin(app: TestClient, store: Store) -> None:
    put_features(store, "flat-price", {"1": FLAT_ROW})
    whole, alone = ask(app, FLATS, FLAT_ROW | {"flat": "1"}, {"flat": "1"}).json()["predictions"]
    assert (whole["origins"], whole["changed"], whole["stored"]) == (None, None, None)
    assert alone["origins"] is not None


def faults(answer: Any) -> set[tuple[str, str]]:
    problem = check_problem(answer, 422, "invalid_input")
    return {(error["pointer"], error["code"]) for error in problem["errors"]}


def test_missing_null_and_expired_are_three_different_things(refusing: TestClient, store: Store) -> None:
    stored = without(FLAT_ROW, "floor") | {"lift": None}
    put_features(store, "flat-price", {"new": stored})
    assert faults(ask(refusing, FLATS, FLAT_ROW, {"flat": "new"})) == {
        ("/rows/1/floor", "not_stored"),
        ("/rows/1/lift", "null_stored"),
    }
    put_features(store, "flat-price", {"old": stored}, at=hours_ago(37))
    assert faults(ask(refusing, FLATS, FLAT_ROW, {"flat": "old"})) == {
        ("/rows/1/floor", "not_stored"),
        ("/rows/1/lift", "null_stored"),
        *((f"/rows/1/{name}", "expired") for name in ("area", "rooms", "state")),
    }
    assert faults(ask(refusing, FLATS, {"flat": "nobody"}, {"flat": "no one", "area": 30})) == {
        ("/rows/0/flat", "unknown_entity"),
        *((f"/rows/1/{name}", "not_stored") for name in ("lift", "floor")),
    }


def test_the_callers_value_stands_in_for_what_is_missing_null_or_expired(refusing: TestClient, store: Store) -> None:
    put_features(store, "flat-price", {"1": {"lift": None, "area": 20.0}}, at=hours_ago(99))
    (answer,) = ask(refusing, FLATS, without(FLAT_ROW, "rooms") | {"flat": "1"}).json()["predictions"]
    assert plain(answer) == live(refusing, FLATS, FLAT_ROW | {"rooms": None})
    assert {each["from"] for each in answer["origins"].values()} == {"request"}


def test_a_stored_null_is_a_value_where_the_model_takes_null(app: TestClient, store: Store) -> None:
    put(store, FLAT_MODEL, {"1": FLAT_ROW})
    run = put_features(store, "flat-price", {"1": {"rooms": None}})
    (answer,) = ask(app, FLATS, {"flat": "1", "area": 40.0}).json()["predictions"]
    assert plain(answer) == live(app, FLATS, FLAT_ROW | {"area": 40.0, "rooms": None})
    assert answer["origins"]["rooms"]["run"] == run


@pytest.mark.parametrize(("hours", "expired"), [(35, False), (37, True)])
def test_what_is_expired_is_used_marked_and_warned_of_where_it_is_not_refused(
    hours: float,
    expired: bool,  # noqa: FBT001
    app: TestClient,
    store: Store,
) -> None:
    put_features(store, "flat-price", {"1": FLAT_ROW}, at=hours_ago(hours))
    (answer,) = ask(app, FLATS, {"flat": "1", "area": 40.0}).json()["predictions"]
    expected = live(app, FLATS, FLAT_ROW | {"area": 40.0})
    old = [name for name in FLAT_ROW if name != "area"] if expired else []
    assert [name for name, each in answer["origins"].items() if each["expired"]] == old
    assert answer["warnings"] == expected["warnings"] + [{"field": name, "code": "expired"} for name in old]
    assert plain(answer) | {"warnings": []} == expected | {"warnings": []}
    assert app.get(f"{FLATS}/entities/1").json()["stored_features"]["expired"] == expired


def test_the_setting_says_when_a_feature_is_expired_where_the_card_does_not(url: str, store: Store) -> None:
    for app in opened(url, features_max_age_hours=1.0):
        put_features(store, "flat-price", {"1": FLAT_ROW}, at=hours_ago(2))
        assert app.get(f"{FLATS}/entities/1").json()["stored_features"]["expired"]


def test_an_entity_shows_its_features_with_their_age_alone_or_beside_a_prediction(app: TestClient, store: Store) -> None:
    at = hours_ago(2)
    run = put_features(store, "flat-price", {"a/b ł": {"area": 30.5, "rooms": None}}, at=at)
    answer = app.get(f"{FLATS}/entities/a%2Fb%20%C5%82").json()
    assert answer["stored_prediction"] is None
    stored = answer["stored_features"]
    assert 7199 <= stored.pop("age_seconds") <= 7260
    age = {"computed_at": at, "run": run, "expired": False, "as_of": None}
    assert stored == {"values": {"area": 30.5, "rooms": None}} | age
    put(store, FLAT_MODEL, {"a/b ł": FLAT_ROW})
    both = app.get(f"{FLATS}/entities/a%2Fb%20%C5%82").json()
    assert both["stored_prediction"]["row"] == FLAT_ROW
    assert both["stored_features"]["run"] == run


def test_keys_are_listed_fifty_a_page_with_what_is_stored_from_any_text_on(app: TestClient, store: Store) -> None:
    put(store, FLAT_MODEL, {f"{number:03}": FLAT_ROW for number in range(70)})
    put_features(store, "flat-price", {f"{number:03}": FLAT_ROW for number in range(60, 130)})
    first = app.get(f"{FLATS}/entities").json()
    second = app.get(f"{FLATS}/entities", params={"after": first["next"]}).json()
    third = app.get(f"{FLATS}/entities", params={"after": second["next"]}).json()
    assert [len(page["items"]) for page in (first, second, third)] == [50, 50, 30]
    assert third["next"] is None
    listed = [each for page in (first, second, third) for each in page["items"]]
    assert [(each["id"], each["stored_prediction"], each["stored_features"]) for each in listed] == [
        (f"{number:03}", number < 70, number >= 60) for number in range(130)
    ]
    assert app.get(f"{FLATS}/entities", params={"after": "0995"}).json()["items"][0]["id"] == "100"
    for after in ("'; DROP TABLE runs", "9" * 5000, "\x00", "129\x00", "ł"):
        assert app.get(f"{FLATS}/entities", params={"after": after}).status_code == 200
    assert app.get("/v1/models/plain/entities").json() == {"items": [], "next": None}
    check_problem(app.get("/v1/models/nobody/entities"), 404, "unknown_model")


def test_each_key_of_the_list_has_its_stored_prediction_and_its_age(app: TestClient, store: Store) -> None:
    at = hours_ago(2)
    put(store, FLAT_MODEL, {"1": FLAT_ROW, "2": OTHER}, at=at)
    put_features(store, "flat-price", {"3": FLAT_ROW})
    first, second, third = app.get(f"{FLATS}/entities").json()["items"]
    assert first["prediction"] == live(app, FLATS, FLAT_ROW)
    assert second["prediction"] == live(app, FLATS, OTHER)
    assert (first["computed_at"], first["stale"]) == (at, False)
    assert 7199 <= first["age_seconds"] <= 7260
    assert (third["prediction"], third["computed_at"], third["age_seconds"]) == (None, None, None)
    put(store, FLAT_MODEL, {"1": FLAT_ROW}, version="older")
    assert app.get(f"{FLATS}/entities").json()["items"][0]["stale"]


def test_a_stored_prediction_that_cannot_be_read_leaves_its_key_in_the_list(app: TestClient, store: Store) -> None:
    put(store, FLAT_MODEL, {"1": FLAT_ROW, "2": OTHER})
    with store.writing() as connection:
        connection.execute(text("UPDATE stored_predictions SET prediction = '{' WHERE key = '1'"))
    first, second = app.get(f"{FLATS}/entities").json()["items"]
    assert (first["id"], first["stored_prediction"], first["prediction"]) == ("1", True, None)
    assert second["prediction"] == live(app, FLATS, OTHER)


def test_runs_are_listed_by_kind(app: TestClient, store: Store) -> None:
    prediction_run, run = put(store, FLAT_MODEL, {"1": FLAT_ROW}), put_features(store, "flat-price", {"1": FLAT_ROW})
    assert [each["id"] for each in app.get("/v1/runs").json()["items"]] == [run, prediction_run]
    assert [each["id"] for each in app.get("/v1/runs?kind=features").json()["items"]] == [run]
    assert [each["id"] for each in app.get("/v1/runs?kind=predictions&model=flat-price").json()["items"]] == [prediction_run]
    check_problem(app.get("/v1/runs?kind=everything"), 400, "invalid_request")


@pytest.mark.parametrize("damaged", ["", "{", "[1]", '{"area": ["a"]}', '{"area": {}}', "[" * 9000, "null", '{"area": NaN}'])
def test_damaged_features_are_503_and_only_for_those_who_ask_for_them(damaged: str, app: TestClient, store: Store) -> None:
    put_features(store, "flat-price", {"1": FLAT_ROW})
    with store.writing() as connection:
        connection.execute(text("UPDATE stored_features SET fields = :damaged"), {"damaged": damaged})
    for answer in (ask(app, FLATS, {"flat": "1"}), app.get(f"{FLATS}/entities/1")):
        assert "features" in check_problem(answer, 503, "storage_unavailable")["detail"]
    assert ask(app, FLATS, FLAT_ROW).status_code == 200


def test_a_stored_value_that_the_model_does_not_take_names_the_field(app: TestClient, store: Store) -> None:
    put_features(store, "pet-kind", {"rex": PET_ROW | {"age": 99, "coat": "none"}})
    assert faults(ask(app, PETS, {"pet": "rex"})) == {("/rows/0/age", "out_of_range"), ("/rows/0/coat", "unknown_category")}
    put(store, PET_MODEL, {"rex": PET_ROW})
    assert ask(app, PETS, {"pet": "rex"}).json()["source"] == "stored"


def test_while_features_are_switched_every_answer_comes_from_one_whole_run(app: TestClient, store: Store) -> None:
    keys = [str(number) for number in range(40)]
    areas = [20.0, 30.0, 40.0]
    runs = {put_features(store, "flat-price", dict.fromkeys(keys, FLAT_ROW | {"area": areas[0]})): areas[0]}
    over, wrong, answers = threading.Event(), list[Any](), list[Any]()

    def look() -> None:
        while not over.is_set():
            answer = ask(app, FLATS, *({"flat": key} for key in keys))
            if answer.status_code != 200:
                wrong.append(answer.text)
                return
            answers.append(
                {(each["origins"][name]["run"], each["value"]) for each in answer.json()["predictions"] for name in FLAT_ROW}
            )

    threads = [threading.Thread(target=look) for _ in range(2)]
    for thread in threads:
        thread.start()
    for number in range(1, 200):
        if number > 11 and len(set(map(str, answers))) > 2:
            break
        area = areas[number % 3]
        runs[put_features(store, "flat-price", dict.fromkeys(keys, FLAT_ROW | {"area": area}))] = area
        run_history.discard_old_runs(store, "features", "flat-price", 2)
        known = len(answers)  # a writer that never pauses could lock readers out for longer than they wait
        while len(answers) == known and not wrong and any(thread.is_alive() for thread in threads):
            over.wait(0.01)
    run_history.roll_back(store, "features", "flat-price")
    over.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(set(map(str, answers))) > 2
    value = {area: live(app, FLATS, FLAT_ROW | {"area": area})["value"] for area in areas}
    for answer in answers:
        ((run, seen),) = answer
        assert seen == value[runs[run]]


@pytest.fixture(scope="module")
def credit(bundles: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TestClient, Store]]:
    address = sqlite_url(tmp_path_factory.mktemp("credit"))
    app = create_app(Settings(bundles=str(bundles), database_url=address))
    store = Store(address)
    with TestClient(app, base_url="http://localhost") as client:
        assert app.services.registry.loaded.wait(60)
        yield client, store
    store.close()


@pytest.mark.parametrize("given_fields", [{}, {"months_late_now": 1}])
def test_a_few_rows_with_keys_take_one_thread(
    given_fields: dict[str, Any], credit: tuple[TestClient, Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    app, store = credit
    row = app.get(CREDIT).json()["real_rows"][0]
    put(store, app.app.services.registry.get("credit-default"), {"1": row})  # type: ignore[attr-defined]
    threads = []
    run_sync = anyio.to_thread.run_sync

    def count(work: Any, *arguments: Any, **options: Any) -> Any:
        threads.append(work)
        return run_sync(work, *arguments, **options)

    monkeypatch.setattr(anyio.to_thread, "run_sync", count)
    answer = ask(app, CREDIT, given_fields | {"client_id": 1})
    assert answer.json()["source"] == ("live" if given_fields else "stored")
    assert len(threads) == 1


@settings(max_examples=25)
@given(data=st.data())
def test_however_nine_fields_are_shared_between_caller_and_store_the_answer_is_the_merged_rows(
    data: st.DataObject, credit: tuple[TestClient, Store]
) -> None:
    app, store = credit
    first, second, third = app.get(CREDIT).json()["real_rows"][:3]
    given_names = data.draw(st.sets(st.sampled_from(sorted(first)), max_size=len(first) - 1))
    featured = data.draw(st.sets(st.sampled_from(sorted(first))))
    own = {name: first[name] for name in given_names}
    model = app.app.services.registry.get("credit-default")  # type: ignore[attr-defined]
    put(store, model, {"1": third})
    put_features(store, "credit-default", {"1": {name: second[name] for name in featured}})
    merged = third | {name: second[name] for name in featured} | own
    (answer,) = ask(app, CREDIT, own | {"client_id": 1}).json()["predictions"]
    expected = live(app, CREDIT, merged if own else third)
    assert plain(answer) == expected
