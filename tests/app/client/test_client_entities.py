"""The real client and what is stored: against the real service over one night's run, and against spoiled answers."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from starlette.testclient import TestClient

from client import Client, Failed, InvalidAnswer, Refused
from client.connection import Connection
from client.shape_check import ShapeError, check
from client.shapes.answers import Predictions
from client.shapes.stored import Entity, EntityList, RunList
from service.settings import Settings
from service.training.recipe import DATA
from tests.support.in_process_client import client_of
from tests.support.service_app import run_nightly_job, serve

CREDIT = "credit-default"


@pytest.fixture(scope="module")
def own_database(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store of its own: the tests of this file add runs to it."""
    return f"sqlite:///{tmp_path_factory.mktemp('store')}/witryna.db"


@pytest.fixture(scope="module")
def client(
    bundles: Path, clients_file: Path, own_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Client]:
    run_nightly_job(bundles, own_database, clients_file, tmp_path_factory.mktemp("night"))
    for service in serve(Settings(bundles=str(bundles), database_url=own_database)):
        yield client_of(service)


def test_an_entity_a_key_and_its_row_give_one_prediction(client: Client) -> None:
    entity = client.entity(CREDIT, 17)
    stored = entity["stored_prediction"]
    assert stored is not None
    answer = client.predict(CREDIT, [{"client_id": 17}, {"client_id": "17", "months_late_now": 2}, stored["row"]])
    by_key, what_if, live = answer["predictions"]
    assert answer["source"] == "mixed"
    assert [each["source"] for each in answer["predictions"]] == ["stored", "live", "live"]
    for name in ("label", "probabilities", "decision", "warnings"):
        assert by_key[name] == live[name] == stored["prediction"][name]
    assert what_if["changed"] == ["months_late_now"]
    assert what_if["probabilities"] != live["probabilities"]
    assert stored["age_seconds"] >= 0


@pytest.fixture
def features_too(client: Client, own_database: str, bundles: Path, tmp_path: Path) -> None:  # noqa: ARG001 - the night comes before
    """A nightly run of the features of the clients 91 to 160."""
    from service.jobs.__main__ import main as job

    wanted = (pc.field("client") > 90) & (pc.field("client") <= 160)
    pq.write_table(pq.read_table(DATA / "card_statements.parquet", filters=wanted), tmp_path / "statements.parquet")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SERVICE_DATABASE_URL", own_database)
        patch.setenv("SERVICE_BUNDLES", str(bundles))
        job(["features", "--model", CREDIT, "--input", str(tmp_path / "statements.parquet")])


@pytest.mark.usefixtures("features_too")
def test_stored_features_come_through_with_the_origin_of_each_field(client: Client) -> None:
    entity = client.entity(CREDIT, 150)
    features = entity["stored_features"]
    assert entity["stored_prediction"] is None
    assert features is not None
    (mixed,) = client.predict(CREDIT, [{"client_id": 150, "months_late_now": 2}])["predictions"]
    (live,) = client.predict(CREDIT, [features["values"] | {"months_late_now": 2}])["predictions"]
    assert mixed["probabilities"] == live["probabilities"]
    origins = mixed["origins"]
    assert origins is not None
    assert {name for name, origin in origins.items() if origin["from"] == "request"} == {"months_late_now"}
    assert {origin["run"] for origin in origins.values()} == {None, features["run"]}
    assert client.runs(kind="features")["items"][0]["id"] == features["run"]


@pytest.mark.usefixtures("features_too")
def test_the_keys_are_listed_page_by_page_beginning_where_the_caller_says(client: Client) -> None:
    result, after = [], None
    while True:
        page = client.entities(CREDIT, after)
        result += page["items"]
        after = page["next"]
        if after is None:
            break
    assert [each["id"] for each in result] == sorted(str(number) for number in range(1, 161))
    what = {each["id"]: (each["stored_prediction"], each["stored_features"]) for each in result}
    assert (what["1"], what["95"], what["160"]) == ((True, False), (True, True), (False, True))
    assert [each["id"] for each in client.entities(CREDIT, "98")["items"]] == ["99"]
    assert client.entities(CREDIT, "ł \u0000 ' OR 1=1")["items"] == []


def test_the_runs_come_through(client: Client) -> None:
    page = client.runs()
    assert page["items"][0]["state"] == "published"
    assert client.runs(CREDIT)["items"] == page["items"]
    assert client.runs("diamond-price") == {"items": [], "next": None}
    assert client.runs(after=page["items"][-1]["id"])["items"] == []


@pytest.mark.parametrize("key", ["nobody", "a/b", "?x=1", "#", "ł", "x" * 200])
def test_an_entity_of_nobody_is_refused_whatever_its_key(key: str, client: Client) -> None:
    with pytest.raises(Refused) as raised:
        client.entity(CREDIT, key)
    assert (raised.value.status, raised.value.code) == (404, "unknown_entity")
    with pytest.raises(Refused) as raised:
        client.predict(CREDIT, [{"client_id": key}])
    assert raised.value.errors[0]["pointer"] == "/rows/0/client_id"


ENTITY: dict[str, Any] = {
    "model": CREDIT,
    "version": "v",
    "key": "client_id",
    "id": "17",
    "stored_prediction": {
        "row": {},
        "prediction": {"label": "a", "probabilities": {"a": 1.0}, "decision": None, "warnings": []},
        "computed_at": "2026-01-01T00:00:00.000Z",
        "age_seconds": 1.5,
        "run": "r",
        "version": "v",
        "stale": False,
    },
    "stored_features": {
        "values": {"a": 1.5, "b": None},
        "computed_at": "t",
        "age_seconds": 2.0,
        "run": "f",
        "expired": False,
    },
}
RUN: dict[str, Any] = {
    "id": "r",
    "model": CREDIT,
    "version": "v",
    "kind": "predictions",
    "state": "published",
    "started": "2026",
    "finished": None,
    "rows": 1,
    "refused": 0,
    "seconds": 0.5,
}
KEYED: dict[str, Any] = {
    "model": CREDIT,
    "version": "v",
    "source": "stored",
    "predictions": [
        ENTITY["stored_prediction"]["prediction"]
        | {"source": "stored", "stored": {"computed_at": "t", "run": "r", "version": "v", "stale": True}, "changed": []}
    ],
}


def changed(answer: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return answer | changes


STORED = ENTITY["stored_prediction"]
FEATURES = ENTITY["stored_features"]
ORIGIN: dict[str, Any] = {"from": "store", "computed_at": "t", "age_seconds": 1.0, "run": "r", "expired": True}
KEYS: dict[str, Any] = {"items": [{"id": "1", "stored_prediction": True, "stored_features": False}], "next": "1"}


def with_origin(**changes: Any) -> dict[str, Any]:
    return changed(KEYED, predictions=[KEYED["predictions"][0] | {"origins": {"a": ORIGIN | changes}}])


MISFITS: dict[str, tuple[Any, Any]] = {
    "an age as text": (Entity, changed(ENTITY, stored_prediction=STORED | {"age_seconds": "1"})),
    "no run": (Entity, changed(ENTITY, stored_prediction={n: v for n, v in STORED.items() if n != "run"})),
    "stale as text": (Entity, changed(ENTITY, stored_prediction=STORED | {"stale": "no"})),
    "no prediction": (Entity, changed(ENTITY, stored_prediction=STORED | {"prediction": None})),
    "a list of texts as a feature": (Entity, changed(ENTITY, stored_features=FEATURES | {"values": {"a": ["b"]}})),
    "expired as text": (Entity, changed(ENTITY, stored_features=FEATURES | {"expired": "no"})),
    "nothing said of features": (Entity, {name: value for name, value in ENTITY.items() if name != "stored_features"}),
    "a number as key": (EntityList, {"items": [KEYS["items"][0] | {"id": 1}], "next": None}),
    "a count of features": (EntityList, {"items": [KEYS["items"][0] | {"stored_features": 1}], "next": None}),
    "a field from nowhere": (Predictions, with_origin(**{"from": "guess"})),
    "a field without age": (Predictions, with_origin(age_seconds="1")),
    "an unknown kind": (RunList, {"items": [RUN | {"kind": "guesses"}], "next": None}),
    "a key that is a number": (Entity, changed(ENTITY, id=17)),
    "an unknown state": (RunList, {"items": [RUN | {"state": "lost"}], "next": None}),
    "a number as cursor": (RunList, {"items": [RUN], "next": 3}),
    "no items": (RunList, {"next": None}),
    "an unknown source": (Predictions, changed(KEYED, source="guessed")),
    "stored without a run": (
        Predictions,
        changed(KEYED, predictions=[KEYED["predictions"][0] | {"stored": {"stale": True}}]),
    ),
}


def test_the_good_ones_fit() -> None:
    alone = ENTITY | {"stored_prediction": None}
    runs = {"items": [RUN], "next": "r"}
    for shape, answer in (
        (Entity, ENTITY),
        (Entity, alone),
        (RunList, runs),
        (Predictions, KEYED),
        (Predictions, with_origin()),
        (EntityList, KEYS),
    ):
        check(answer, shape)


@pytest.mark.parametrize("case", MISFITS)
def test_an_answer_about_what_is_stored_that_does_not_fit_is_found(case: str) -> None:
    shape, answer = MISFITS[case]
    with pytest.raises(ShapeError):
        check(answer, shape)


@pytest.mark.parametrize(
    ("answer", "ask"),
    [
        (changed(ENTITY, id="18"), lambda client: client.entity(CREDIT, 17)),
        (changed(ENTITY, model="other"), lambda client: client.entity(CREDIT, 17)),
        (changed(ENTITY, stored_prediction=None, stored_features=None), lambda client: client.entity(CREDIT, 17)),
        ({"items": [RUN], "next": None}, lambda client: client.runs("other")),
        ({"items": [RUN], "next": None}, lambda client: client.runs(kind="features")),
    ],
)
def test_an_answer_to_another_question_is_nonsense(
    answer: Any, ask: Callable[[Client], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Connection, "call", lambda *_arguments, **_options: answer)
    with pytest.raises(InvalidAnswer):
        ask(Client("http://localhost"))


def test_a_storage_that_is_away_is_a_failure_with_its_code(service: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    from service.errors import BrokenStorage

    store = service.app.services.store  # type: ignore[attr-defined]

    def refuse() -> None:
        raise BrokenStorage("It is away.")

    with monkeypatch.context() as patch:
        patch.setattr(store, "_prepare", refuse)
        with pytest.raises(Failed) as raised:
            client_of(service).runs()
    assert (raised.value.status, raised.value.code) == (503, "storage_unavailable")
    assert client_of(service).runs()


@pytest.mark.parametrize("key", [".", ".."])
def test_a_key_that_no_address_holds_is_not_stored(key: str, client: Client) -> None:
    with pytest.raises(Refused) as refusal:
        client.entity(CREDIT, key)
    assert refusal.value.code == "unknown_entity"
