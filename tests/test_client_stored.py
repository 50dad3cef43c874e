"""The real client and what is stored: against the real service over one night's run, and against spoiled answers."""

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from client import Client, Failed, Nonsense, Refused
from client.fit import Misfit, check
from client.shapes.answers import Entity, Predictions, RunList
from tests.in_process import client_of

CREDIT = "credit-default"


@pytest.fixture
def client(service: TestClient, night: None) -> Client:  # noqa: ARG001
    return client_of(service)


def test_an_entity_a_key_and_its_row_give_one_prediction(client: Client) -> None:
    entity = client.entity(CREDIT, 17)
    stored = entity["stored_prediction"]
    answer = client.predict(CREDIT, [{"client_id": 17}, {"client_id": "17", "months_late_now": 2}, stored["row"]])
    by_key, what_if, live = answer["predictions"]
    assert answer["source"] == "mixed"
    assert [each["source"] for each in answer["predictions"]] == ["stored", "live", "live"]
    for name in ("label", "probabilities", "decision", "warnings"):
        assert by_key[name] == live[name] == stored["prediction"][name]
    assert what_if["changed"] == ["months_late_now"]
    assert what_if["probabilities"] != live["probabilities"]
    assert stored["age_seconds"] >= 0


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
MISFITS: dict[str, tuple[Any, Any]] = {
    "an age as text": (Entity, changed(ENTITY, stored_prediction=STORED | {"age_seconds": "1"})),
    "no run": (Entity, changed(ENTITY, stored_prediction={n: v for n, v in STORED.items() if n != "run"})),
    "stale as text": (Entity, changed(ENTITY, stored_prediction=STORED | {"stale": "no"})),
    "no prediction": (Entity, changed(ENTITY, stored_prediction=STORED | {"prediction": None})),
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
    for shape, answer in ((Entity, ENTITY), (RunList, {"items": [RUN], "next": "r"}), (Predictions, KEYED)):
        check(answer, shape)


@pytest.mark.parametrize("case", MISFITS)
def test_an_answer_about_what_is_stored_that_does_not_fit_is_found(case: str) -> None:
    shape, answer = MISFITS[case]
    with pytest.raises(Misfit):
        check(answer, shape)


@pytest.mark.parametrize(
    ("answer", "ask"),
    [
        (changed(ENTITY, id="18"), lambda client: client.entity(CREDIT, 17)),
        (changed(ENTITY, model="other"), lambda client: client.entity(CREDIT, 17)),
        ({"items": [RUN], "next": None}, lambda client: client.runs("other")),
    ],
)
def test_an_answer_to_another_question_is_nonsense(
    answer: Any, ask: Callable[[Client], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Client, "_call", lambda *_arguments, **_options: answer)
    with pytest.raises(Nonsense):
        ask(Client("http://localhost"))


def test_a_storage_that_is_away_is_a_failure_with_its_code(service: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    from service.errors import BrokenStorage

    store = service.app.predictions.store  # type: ignore[attr-defined]

    def refuse() -> None:
        raise BrokenStorage("It is away.")

    with monkeypatch.context() as patch:
        patch.setattr(store, "_prepare", refuse)
        with pytest.raises(Failed) as raised:
            client_of(service).runs()
    assert (raised.value.status, raised.value.code) == (503, "storage_unavailable")
    assert client_of(service).runs()
