"""Promises of the look-up of a key: its form in the URL, the state of each field, and what is too old."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import update
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from client import Card, Client, Entity, Row
from demo.session import entity_lookup
from service.settings import Settings
from service.store.store import Store
from service.store.tables import stored_features, stored_predictions
from tests.support.demo_pages import html_of, opened, serve_by, widget
from tests.support.in_process_client import client_of
from tests.support.service_app import run_nightly_job, serve
from tests.support.stored_entities import put_features

NAME = "credit-default"
OLD = "2020-01-01T00:00:00.000Z"


@pytest.fixture(scope="module")
def card(service: TestClient) -> Card:
    return client_of(service).card(NAME)


def entity(card: Card, **parts: Any) -> Entity:
    base: Any = {"model": NAME, "version": card["version"], "key": "client_id", "id": "7"}
    return cast(Entity, base | {"stored_prediction": None, "stored_features": None} | parts)


def features(values: dict[str, Any], *, expired: bool = False) -> dict[str, Any]:
    return {"values": values, "computed_at": OLD, "age_seconds": 60.0, "run": "r", "expired": expired}


keys = some.text(max_size=64).map(str.strip).filter(bool)


@given(key=keys, late=some.integers(0, 8), share=some.floats(0, 2, allow_nan=False))
def test_a_lookup_round_trips_through_the_url(card: Card, key: str, late: int, share: float) -> None:
    changed = {"months_late_now": late, "share_used_now": share}
    assert entity_lookup.decode_lookup(card, entity_lookup.encode_lookup(card, key, changed)) == (key, changed)
    assert entity_lookup.decode_lookup(card, entity_lookup.encode_lookup(card, key, {})) == (key, {})


@given(some.text(max_size=300))
def test_any_text_in_the_url_decodes_to_a_valid_lookup(card: Card, text: str) -> None:
    key, changed = entity_lookup.decode_lookup(card, text)
    assert len(key) <= 64
    assert changed.keys() <= {field["name"] for field in card["inputs"]}


def test_a_lookup_with_too_many_fields_in_the_url_is_empty(card: Card) -> None:
    assert entity_lookup.decode_lookup(card, "&".join(["=1"] * 1000)) == ("", {})


def test_stored_null_missing_and_expired_are_distinguished(card: Card) -> None:
    prediction = {"row": {"credit_limit": 5.0}, "prediction": {}, "age_seconds": 1.0, "version": "v", "stale": False}
    stored_entity = entity(
        card, stored_features=features({"months_late_now": 1, "share_paid": None}), stored_prediction=prediction
    )
    assert entity_lookup.stored_state(stored_entity, "months_late_now") == "stored"
    assert entity_lookup.stored_state(stored_entity, "share_paid") == "null"
    assert entity_lookup.stored_state(stored_entity, "credit_limit") == "stored"
    assert entity_lookup.stored_state(stored_entity, "last_payment") == "missing"
    expired = entity(card, stored_features=features({"months_late_now": 1}, expired=True))
    assert entity_lookup.stored_state(expired, "months_late_now") == "expired"


def test_only_a_field_with_an_unknown_stored_value_is_nullable(card: Card) -> None:
    lookup = entity_lookup.start_lookup(
        card, entity(card, stored_features=features({"share_paid": None, "months_late_now": 1})), {}
    )
    opened_fields = {
        field["name"]: entity_lookup.as_nullable(field, lookup).get("nullable", False) for field in card["inputs"]
    }
    assert opened_fields["share_paid"]
    assert opened_fields["credit_limit"]
    assert not opened_fields["months_late_now"]


def test_a_lookup_becomes_old_and_its_ages_grow(card: Card, monkeypatch: pytest.MonkeyPatch) -> None:
    lookup = entity_lookup.start_lookup(card, entity(card, stored_features=features({})), {})
    assert not lookup.is_old()
    assert lookup.age_seconds(60.0) >= 60.0
    monkeypatch.setattr(entity_lookup, "_MAX_AGE_SECONDS", -1.0)
    assert lookup.is_old()


def stored_answer(values: dict[str, Any], run: str = "p") -> dict[str, Any]:
    return {"row": values, "prediction": {}, "age_seconds": 9000.0, "run": run, "version": "v", "stale": False}


def test_renewed_fields_are_distinguished_from_changed_fields(card: Card) -> None:
    """The stored answer belongs to the row of its run, the live answer to the fields on the page."""
    before, renewed = {"months_late_now": 2, "share_paid": 0.5}, {"months_late_now": 0, "share_paid": 0.5}
    stored_both = entity(card, stored_features=features(renewed), stored_prediction=stored_answer(before))
    lookup = entity_lookup.start_lookup(card, stored_both, {})
    assert entity_lookup.renewed_fields(lookup) == ["months_late_now"]
    assert entity_lookup.changes_since_prediction(lookup).changed() == ["months_late_now"]
    assert entity_lookup.changes_since_prediction(lookup).start_row["months_late_now"] == 2
    assert entity_lookup.changed_values(lookup) == {}
    assert entity_lookup.live_query(lookup) == {"months_late_now": 0}
    changed = entity_lookup.start_lookup(card, stored_both, {"share_paid": 0.9})
    assert entity_lookup.live_query(changed) == entity_lookup.changed_values(changed) == {"share_paid": 0.9}
    same = entity(card, stored_features=features(before), stored_prediction=stored_answer(before))
    assert entity_lookup.live_query(entity_lookup.start_lookup(card, same, {})) is None
    expired = entity(card, stored_features=features(renewed, expired=True), stored_prediction=stored_answer(before))
    assert entity_lookup.live_query(entity_lookup.start_lookup(card, expired, {})) is None
    alone = entity(card, stored_features=features(renewed))
    assert entity_lookup.live_query(entity_lookup.start_lookup(card, alone, {})) == {}


def test_an_answer_from_another_run_than_the_fields_is_inconsistent(card: Card) -> None:
    lookup = entity_lookup.start_lookup(
        card, entity(card, stored_features=features({}), stored_prediction=stored_answer({})), {}
    )

    def live(run: str | None, source: str = "live") -> Any:
        return {"source": source, "origins": {"a": {"from": "store" if run else "request", "run": run}}}

    assert entity_lookup.is_consistent(lookup, live("r"))
    assert entity_lookup.is_consistent(lookup, live("p"))
    assert entity_lookup.is_consistent(lookup, live(None))
    assert not entity_lookup.is_consistent(lookup, live("newer"))
    assert not entity_lookup.is_consistent(lookup, live("p", "stored"))


def test_a_field_without_a_feature_comes_from_the_stored_prediction(card: Card) -> None:
    stored_entity = entity(
        card, stored_features=features({"share_paid": 0.5}), stored_prediction=stored_answer({"credit_limit": 5})
    )
    assert [
        entity_lookup.comes_from_prediction(stored_entity, name) for name in ("share_paid", "credit_limit", "last_payment")
    ] == [
        False,
        True,
        False,
    ]


@pytest.fixture
def nightly(
    bundles: Path, clients_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Store, Client]]:
    """The demo over a new service, and the store of the service, to which a test may add runs."""
    database = f"sqlite:///{tmp_path}/witryna.db"
    run_nightly_job(bundles, database, clients_file, tmp_path)
    store = Store(database)
    for service in serve(Settings(bundles=str(bundles), database_url=database)):
        client = client_of(service)
        serve_by(client, monkeypatch)
        yield store, client
    store.close()


def row_of(client: Client, key: str) -> Row:
    stored = client.entity(NAME, key)["stored_prediction"]
    assert stored
    return stored["row"]


def shown(app: AppTest) -> list[str]:
    return re.findall('<p class="number">(.*?)</p>', html_of(app))


def chances(client: Client, *rows: Row) -> list[str]:
    return [
        f"{prediction['probabilities']['default']:.0%}" for prediction in client.predict(NAME, list(rows))["predictions"]
    ]


def test_features_newer_than_the_stored_answer_give_a_live_answer(nightly: tuple[Store, Client]) -> None:
    store, client = nightly
    row = row_of(client, "17")
    put_features(store, NAME, {"17": row | {"worst_delay": row["worst_delay"] + 2}})
    app = opened("clients", model=NAME, lang="en", view="=17")
    assert shown(app) == chances(client, row, row | {"worst_delay": row["worst_delay"] + 2})
    assert "Updated since that answer: Worst delay" in html_of(app)
    assert "You changed" not in html_of(app)
    widget(app, "months_late_now").set_value("3").run()
    changed = row | {"worst_delay": row["worst_delay"] + 2, "months_late_now": 3}
    assert shown(app) == chances(client, row, changed)
    assert "Updated since that answer: Worst delay" in html_of(app)
    assert "You changed Months late now" in html_of(app)


def test_fields_without_a_feature_have_the_age_of_the_stored_answer(nightly: tuple[Store, Client]) -> None:
    store, client = nightly
    put_features(store, NAME, {"17": {"worst_delay": row_of(client, "17")["worst_delay"]}})
    app = opened("clients", model=NAME, lang="en", view="=17")
    assert html_of(app).count("Value used for the stored answer, ") == 8
    assert len(shown(app)) == 1


@pytest.mark.parametrize("by_change", [True, False])
def test_a_run_that_ends_while_the_page_is_open_updates_fields_and_answer(
    *, by_change: bool, nightly: tuple[Store, Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, client = nightly
    row = row_of(client, "17")
    app = opened("clients", model=NAME, lang="en", view="=17&months_late_now=3")
    assert shown(app) == chances(client, row, row | {"months_late_now": 3})
    put_features(store, NAME, {"17": row | {"worst_delay": 7}})
    if by_change:
        widget(app, "share_paid").set_value("40%").run()
    else:  # the look-up is old: a cached answer of the previous run is not used
        monkeypatch.setattr(entity_lookup, "_MAX_AGE_SECONDS", -1.0)
        app.run()
    changed = row | {"worst_delay": 7, "months_late_now": 3} | ({"share_paid": 0.4} if by_change else {})
    assert shown(app) == chances(client, row, changed)
    assert widget(app, "worst_delay").value == "7"


def test_a_typed_key_is_read_as_the_service_reads_it(nightly: tuple[Store, Client]) -> None:
    _, client = nightly
    app = opened("clients", model=NAME, lang="en", view="=17.0")
    assert shown(app) == chances(client, row_of(client, "17"))


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        ("en", ["from data of June 2024", "The newest data are from September 2005."]),
        ("pl", ["z danych z czerwca 2024", "Najnowsze dane są z września 2005."]),
    ],
)
def test_the_page_says_from_when_the_stored_data_are(
    language: str, sentences: list[str], nightly: tuple[Store, Client]
) -> None:
    store, client = nightly
    put_features(store, NAME, {"17": row_of(client, "17")})
    assert "data" not in html_of(opened("clients", model=NAME, lang="en", view="=18"))
    with store.writing() as connection:
        connection.execute(update(stored_predictions).values(as_of="2024-06"))
        connection.execute(update(stored_features).values(as_of="2005-09"))
    html = html_of(opened("clients", model=NAME, lang=language, view="=17"))
    assert [sentence for sentence in sentences if sentence not in html] == []


def test_before_a_key_is_entered_stored_keys_are_offered_with_their_answers(nightly: tuple[Store, Client]) -> None:
    _, client = nightly
    paths = listen_to(client)
    app = opened("clients", model=NAME, lang="en")
    keys = [item["id"] for item in client.entities(NAME)["items"]]
    assert labels_of_keys(app) == [f"Client {key}" for key in keys[:8]]
    assert answers_of_keys(app) == chances(client, *(row_of(client, key) for key in keys[:8]))
    paths.clear()
    app.button(key="stored/1").click().run()
    assert paths == [f"GET /v1/models/{NAME}/entities/{keys[1]}"]
    assert shown(app) == chances(client, row_of(client, keys[1]))
    assert app.query_params["view"] == f"={keys[1]}"


def of_keys(paths: list[str]) -> list[str]:
    """Return the requests about keys: every second, a visit may also ask for the models."""
    return [path for path in paths if "/entities" in path]


def test_other_stored_keys_follow_page_by_page_and_the_first_ones_come_after_the_last(
    nightly: tuple[Store, Client],
) -> None:
    _, client = nightly
    first = client.entities(NAME)
    second = client.entities(NAME, first["next"])
    assert first["next"]
    assert second["next"] is None
    every = [item["id"] for page in (first, second) for item in page["items"]]
    app = opened("clients", model=NAME, lang="pl")
    paths = listen_to(client)
    seen: list[str] = []
    while len(seen) < len(every):
        seen += [label.removeprefix("Klient ") for label in labels_of_keys(app)]
        app.button(key="stored/next").click().run()
    assert seen == every
    assert labels_of_keys(app) == [f"Klient {key}" for key in every[:8]]
    list_path = f"GET /v1/models/{NAME}/entities"
    assert of_keys(paths) == [f"{list_path}?after={first['next']}", list_path]


def test_a_random_client_is_another_one_with_one_look_up(nightly: tuple[Store, Client]) -> None:
    _, client = nightly
    app = opened("clients", model=NAME, lang="en", view="=17")
    next(button for button in app.button if button.label == "Random client").click().run()
    first = app.query_params["view"]
    assert first != "=17"
    paths = listen_to(client)
    next(button for button in app.button if button.label == "Random client").click().run()
    assert of_keys(paths) == [f"GET /v1/models/{NAME}/entities/{app.query_params['view'][1:]}"]
    assert app.query_params["view"] != first


@pytest.mark.usefixtures("nightly")
def test_an_unknown_key_offers_stored_ones() -> None:
    app = opened("clients", model=NAME, lang="en", view="=nobody")
    assert "Nothing is stored for nobody." in app.info[0].value
    assert len(labels_of_keys(app)) == 8


def listen_to(client: Client) -> list[str]:
    """Return the list to which the requests of the client from now on are added."""
    paths: list[str] = []
    client.session.hooks["response"].append(
        lambda answer, **_: paths.append(f"{answer.request.method} {answer.request.path_url}")
    )
    return paths


def labels_of_keys(app: AppTest) -> list[str]:
    return [button.label for button in app.button if str(button.key).startswith("stored/") and button.key != "stored/next"]


def answers_of_keys(app: AppTest) -> list[str]:
    return re.findall('<p class="feed-answer"><b>(.*?)</b>', html_of(app))


@pytest.fixture
def aged(bundles: Path, clients_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The demo over a service whose stored answers are years old."""
    database = f"sqlite:///{tmp_path}/witryna.db"
    run_nightly_job(bundles, database, clients_file, tmp_path)
    store = Store(database)
    with store.writing() as connection:
        for table in (stored_predictions, stored_features):
            connection.execute(update(table).values(computed_at=OLD))
    store.close()
    for service in serve(Settings(bundles=str(bundles), database_url=database)):
        serve_by(client_of(service), monkeypatch)
        yield


@pytest.mark.usefixtures("aged")
@pytest.mark.parametrize(
    ("language", "sentence"),
    [("en", "The stored answer is too old to rely on."), ("pl", "Zapisana odpowiedź jest zbyt stara, by na niej polegać.")],
)
def test_a_stored_answer_that_is_too_old_says_so(language: str, sentence: str) -> None:
    app = opened("clients", model=NAME, lang=language, view="=17")
    assert [warning.value for warning in app.warning] == [sentence]
    assert html_of(app).count('<p class="number">') == 1
    widget(app, "months_late_now").set_value("3").run()
    assert html_of(app).count('<p class="number">') == 2
