"""Promises of a look-up as the demo holds it: its form in the address, how each field is stored, what is too old."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import update
from starlette.testclient import TestClient

from client import Card, Entity
from demo import looked_up
from service.settings import Settings
from service.store.store import Store
from service.store.tables import stored_features, stored_predictions
from tests.conftest import run_night, serve
from tests.demo_pages import html_of, opened, serve_by, widget
from tests.in_process import client_of

NAME = "credit-default"
OLD = "2020-01-01T00:00:00.000Z"


@pytest.fixture(scope="module")
def card(service: TestClient) -> Card:
    return client_of(service).card(NAME)


def entity(card: Card, **parts: Any) -> Entity:
    whole: Any = {"model": NAME, "version": card["version"], "key": "client_id", "id": "7"}
    return cast(Entity, whole | {"stored_prediction": None, "stored_features": None} | parts)


def features(values: dict[str, Any], *, expired: bool = False) -> dict[str, Any]:
    return {"values": values, "computed_at": OLD, "age_seconds": 60.0, "run": "r", "expired": expired}


keys = some.text(max_size=64).map(str.strip).filter(bool)


@given(key=keys, late=some.integers(0, 8), share=some.floats(0, 2, allow_nan=False))
def test_the_address_brings_back_the_key_and_what_was_changed(card: Card, key: str, late: int, share: float) -> None:
    changed = {"months_late_now": late, "share_used_now": share}
    assert looked_up.read(card, looked_up.write(key, changed)) == (key, changed)
    assert looked_up.read(card, looked_up.write(key, {})) == (key, {})


@given(some.text(max_size=300))
def test_whatever_an_address_says_it_breaks_nothing(card: Card, text: str) -> None:
    key, changed = looked_up.read(card, text)
    assert len(key) <= 64
    assert changed.keys() <= {field["name"] for field in card["inputs"]}


def test_too_many_fields_in_an_address_are_nothing(card: Card) -> None:
    assert looked_up.read(card, "&".join(["=1"] * 1000)) == ("", {})


def test_stored_null_missing_and_expired_are_four_different_things(card: Card) -> None:
    prediction = {"row": {"credit_limit": 5.0}, "prediction": {}, "age_seconds": 1.0, "version": "v", "stale": False}
    found = entity(card, stored_features=features({"months_late_now": 1, "share_paid": None}), stored_prediction=prediction)
    assert looked_up.state(found, "months_late_now") == "stored"
    assert looked_up.state(found, "share_paid") == "null"
    assert looked_up.state(found, "credit_limit") == "stored"
    assert looked_up.state(found, "last_payment") == "missing"
    expired = entity(card, stored_features=features({"months_late_now": 1}, expired=True))
    assert looked_up.state(expired, "months_late_now") == "expired"


def test_a_field_that_nobody_knows_may_stay_unknown_and_no_other(card: Card) -> None:
    held = looked_up.begin(card, entity(card, stored_features=features({"share_paid": None, "months_late_now": 1})), {})
    opened_fields = {field["name"]: looked_up.open_field(field, held).get("nullable", False) for field in card["inputs"]}
    assert opened_fields["share_paid"]
    assert opened_fields["credit_limit"]
    assert not opened_fields["months_late_now"]


def test_a_look_up_is_asked_anew_after_a_while_and_its_age_goes_on(card: Card, monkeypatch: pytest.MonkeyPatch) -> None:
    held = looked_up.begin(card, entity(card, stored_features=features({})), {})
    assert not held.is_old()
    assert held.age_seconds(60.0) >= 60.0
    monkeypatch.setattr(looked_up, "_FRESH_SECONDS", -1.0)
    assert held.is_old()


@pytest.fixture
def aged(bundles: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The demo over a service whose stored answers are years old."""
    database = f"sqlite:///{tmp_path}/witryna.db"
    run_night(bundles, database, tmp_path)
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
    app = opened("clients", model=NAME, lang=language, view=looked_up.write("17", {}))
    assert [warning.value for warning in app.warning] == [sentence]
    assert html_of(app).count('<p class="number">') == 1
    widget(app, "months_late_now").set_value(3).run()
    assert html_of(app).count('<p class="number">') == 2
