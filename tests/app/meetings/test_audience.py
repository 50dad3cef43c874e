"""Promises to an audience: it sees what the presenter shows and no more, and the last guess of a person counts."""

import base64
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from service.bundles.registry import Registry
from service.settings import Settings
from tests.support.databases import sqlite_url
from tests.support.formula_models import FLAT, PET
from tests.support.meeting_content import CONTENT, FLAT_CASE, PET_CASE, PNG, create
from tests.support.problem_check import check_problem
from tests.support.service_app import serve

PRIVATE = ("note", "notes", "presenter_token", "audience_code")
LABELS = [label.value for label in PET.card.output.labels]  # type: ignore[union-attr] # a classification


@dataclass(frozen=True)
class Session:
    """A meeting, its presenter and its audience."""

    app: TestClient
    id: str
    code: str

    def show(self, case: str | None = None, phase: str = "waiting", **state: Any) -> None:
        answer = self.app.post(f"/v1/meetings/{self.id}/state", json={"case": case, "phase": phase} | state)
        assert answer.status_code == 200

    def view(self) -> dict[str, Any]:
        view: dict[str, Any] = self.app.get("/v1/audience", headers={"Meeting-Code": self.code}).json()
        return view

    def guess(self, case: str, person: str, **answer: Any) -> Any:
        body = {"case": case, "person": person} | answer
        return self.app.post("/v1/audience/guesses", json=body, headers={"Meeting-Code": self.code})

    def figures(self) -> list[dict[str, Any]]:
        cases: list[dict[str, Any]] = self.app.get(f"/v1/meetings/{self.id}/guesses").json()["cases"]
        return cases


def session_of(app: TestClient, content: dict[str, Any] = CONTENT) -> Session:
    meeting = create(app, content).json()
    return Session(app, meeting["id"], meeting["audience_code"])


@pytest.fixture
def session(url: str) -> Iterator[Session]:
    """A meeting in a store of either kind."""
    for app in serve(Settings(database_url=url), Registry.of([FLAT, PET])):
        yield session_of(app)


@pytest.fixture(scope="module")
def file_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    yield from serve(Settings(database_url=sqlite_url(tmp_path_factory.mktemp("audience"))), Registry.of([FLAT, PET]))


def public(case: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in case.items() if name != "note"}


def names_in(value: Any) -> set[str]:
    """Return the names of all objects inside a JSON value."""
    if isinstance(value, dict):
        return set(value) | {name for item in value.values() for name in names_in(item)}
    return {name for item in value for name in names_in(item)} if isinstance(value, list) else set()


def test_an_audience_that_waits_sees_the_look_of_the_meeting_and_no_case(file_app: TestClient) -> None:
    session = session_of(file_app)
    view = session.view()
    shown = {name: view[name] for name in ("title", "language", "models", "pages", "reasons")}
    assert shown == {name: CONTENT[name] for name in shown}
    assert (view["case"], view["cases"], view["guesses"], view["meeting"]) == (None, [], None, session.id)
    assert names_in(view).isdisjoint(PRIVATE)
    session.show("flat", "waiting")
    assert session.view()["case"] is None


def test_a_case_is_seen_from_the_guesses_on_and_its_guesses_with_the_answer(file_app: TestClient) -> None:
    session = session_of(file_app)
    session.show("pet", "guess")
    session.guess("pet", "ann", label=LABELS[0])
    view = session.view()
    assert (view["case"], view["guesses"], view["compare_case"]) == (public(PET_CASE), None, None)
    session.show("pet", "answer", show="compare")
    view = session.view()
    assert (view["case"], view["compare_case"]) == (public(PET_CASE), public(FLAT_CASE))
    assert view["guesses"] == {"case": "pet", "people": 1, "counts": {f"label/{LABELS[0]}": 1}, "values": []}
    assert (view["state"]["phase"], view["state"]["show"]) == ("answer", "compare")
    assert names_in(view).isdisjoint(PRIVATE)
    assert CONTENT["notes"] not in str(view)


def test_an_audience_that_goes_alone_sees_all_cases(file_app: TestClient) -> None:
    session = session_of(file_app)
    session.show(audience="alone")
    assert session.view()["cases"] == [public(FLAT_CASE), public(PET_CASE)]
    session.show(audience="follow")
    assert session.view()["cases"] == []


def test_a_change_of_the_run_sheet_reaches_the_audience(file_app: TestClient) -> None:
    session = session_of(file_app)
    session.show("flat", "guess")
    changed = CONTENT | {"title": "Another title", "cases": [FLAT_CASE | {"name": "Renamed"}]}
    file_app.post(f"/v1/meetings/{session.id}", json={"revision": 1, "content": changed})
    view = session.view()
    assert (view["title"], view["case"]["name"]) == ("Another title", "Renamed")


def test_the_logo_is_the_file_that_was_uploaded_and_its_digest_changes_with_it(file_app: TestClient) -> None:
    session = session_of(file_app)
    named = session.view()["look"]["logo"]
    answer = file_app.get("/v1/audience/logo", headers={"Meeting-Code": session.code})
    assert (answer.content, answer.headers["content-type"]) == (PNG, "image/png")
    logo = {"media_type": "image/png", "data": base64.b64encode(PNG + b"1").decode()}
    other = session_of(file_app, CONTENT | {"look": {"logo": logo}})
    assert other.view()["look"]["logo"]["digest"] != named["digest"]
    bare = session_of(file_app, {"title": "No logo"})
    check_problem(file_app.get("/v1/audience/logo", headers={"Meeting-Code": bare.code}), 404, "not_found")


@pytest.mark.parametrize("code", ["", "short", "a" * 16, "a" * 65, "a b" * 8, "\x00" * 16])
def test_a_wrong_code_is_a_404(file_app: TestClient, code: str) -> None:
    headers = {"Meeting-Code": code}
    body = {"case": "flat", "person": "ann", "value": 1.0}
    check_problem(file_app.get("/v1/audience", headers=headers), 404, "unknown_meeting")
    check_problem(file_app.get("/v1/audience/guesses?person=ann", headers=headers), 404, "unknown_meeting")
    check_problem(file_app.post("/v1/audience/guesses", json=body, headers=headers), 404, "unknown_meeting")


def test_a_code_may_not_come_twice(file_app: TestClient) -> None:
    code = session_of(file_app).code
    answer = file_app.get("/v1/audience", headers=[("Meeting-Code", code), ("Meeting-Code", code)])
    check_problem(answer, 400, "invalid_request")


def test_the_last_guess_of_a_person_counts(session: Session) -> None:
    session.show("flat", "guess")
    for person, value in (("ann", 300.0), ("bob", 200.5), ("ann", 250.0)):
        assert session.guess("flat", person, value=value).status_code == 200
    assert session.figures() == [{"case": "flat", "people": 2, "counts": {}, "values": [200.5, 250.0]}]
    own = session.app.get("/v1/audience/guesses", params={"person": "ann"}, headers={"Meeting-Code": session.code})
    assert own.json() == {"guesses": [{"case": "flat", "person": "ann", "label": None, "decision": None, "value": 250.0}]}
    session.show("pet", "guess")
    for person, label in (("ann", LABELS[0]), ("bob", LABELS[1]), ("cem", LABELS[1])):
        assert session.guess("pet", person, label=label).status_code == 200
    figures = session.figures()
    assert [entry["case"] for entry in figures] == ["flat", "pet"]
    assert figures[1]["counts"] == {f"label/{LABELS[0]}": 1, f"label/{LABELS[1]}": 2}


def test_guesses_are_closed_outside_their_phase(session: Session) -> None:
    for case, phase in ((None, "waiting"), ("flat", "waiting"), ("flat", "answer"), ("pet", "guess")):
        session.show(case, phase)
        check_problem(session.guess("flat", "ann", value=1.0), 409, "guesses_closed")
    session.show("flat", "guess")
    check_problem(session.guess("nobody", "ann", value=1.0), 409, "guesses_closed")
    assert session.figures() == []


def test_a_case_that_asks_for_no_guess_takes_none(file_app: TestClient) -> None:
    session = session_of(file_app, CONTENT | {"cases": [FLAT_CASE | {"guess": False}]})
    session.show("flat", "guess")
    check_problem(session.guess("flat", "ann", value=1.0), 409, "guesses_closed")
    session.show("flat", "answer")
    assert session.view()["guesses"] is None


@pytest.mark.parametrize(
    ("guess", "pointer", "code"),
    [
        ({"label": "dragon"}, "/label", "unknown_category"),
        ({"value": 1.0}, "/value", "wrong_answer"),
        ({"decision": "nothing"}, "/decision", "unknown_category"),
        ({}, "", "one_answer"),
        ({"label": LABELS[0], "decision": "x"}, "", "one_answer"),
        ({"label": LABELS[0], "person": "a\x00b"}, "/person", "invalid_text"),
        ({"label": LABELS[0], "person": "a" * 65}, "/person", "invalid_text"),
        ({"label": LABELS[0], "person": ""}, "/person", "invalid_text"),
        ({"label": LABELS[0], "name": "Ann"}, "/name", "unknown_field"),
    ],
)
def test_a_guess_that_the_model_never_gives_is_refused(
    file_app: TestClient, guess: dict[str, Any], pointer: str, code: str
) -> None:
    session = session_of(file_app)
    session.show("pet", "guess")
    problem = check_problem(session.guess("pet", **{"person": "ann"} | guess), 422, "invalid_input")
    assert [(error["pointer"], error["code"]) for error in problem["errors"]] == [(pointer, code)]
    assert session.figures() == []


def test_infinity_is_no_guess(file_app: TestClient) -> None:
    session = session_of(file_app)
    session.show("flat", "guess")
    headers = {"Meeting-Code": session.code, "Content-Type": "application/json"}
    body = '{"case": "flat", "person": "ann", "value": 1e999}'
    check_problem(file_app.post("/v1/audience/guesses", content=body, headers=headers), 422, "invalid_input")


def test_guesses_of_many_at_once_are_counted_once_each(session: Session) -> None:
    session.show("flat", "guess")
    statuses: list[int] = []

    def press(number: int) -> None:
        statuses.append(session.guess("flat", f"person {number % 20}", value=float(number % 20)).status_code)

    threads = [threading.Thread(target=press, args=(number,)) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 40
    assert session.figures() == [
        {"case": "flat", "people": 20, "counts": {}, "values": [float(number) for number in range(20)]}
    ]


def test_among_many_guesses_at_once_each_has_its_own_answer(session: Session) -> None:
    """They share a transaction: a wrong one spoils no other."""
    session.show("flat", "guess")
    waiting = session_of(session.app)
    wrong_code = replace(session, code="a" * 16)
    kinds = {
        200: lambda number: session.guess("flat", f"person {number}", value=float(number)),
        422: lambda number: session.guess("flat", f"person {number}", label="a label"),
        404: lambda number: wrong_code.guess("flat", f"person {number}", value=1.0),
        409: lambda number: waiting.guess("flat", f"person {number}", value=1.0),
    }
    with ThreadPoolExecutor(16) as people:
        expected = list(kinds) * 8
        answers = [people.submit(kinds[status], number) for number, status in enumerate(expected)]
        assert [answer.result().status_code for answer in answers] == expected
    assert session.figures()[0]["people"] == 8
    assert waiting.figures() == []


def test_what_two_meetings_guess_stays_apart(file_app: TestClient) -> None:
    one, other = session_of(file_app), session_of(file_app)
    for each in (one, other):
        each.show("flat", "guess")
    one.guess("flat", "ann", value=1.0)
    assert other.figures() == []
    answer = file_app.get("/v1/audience/guesses", params={"person": "ann"}, headers={"Meeting-Code": other.code})
    assert answer.json() == {"guesses": []}


def test_a_guess_survives_a_restart(tmp_path: Path) -> None:
    for app in serve(Settings(database_url=sqlite_url(tmp_path)), Registry.of([FLAT, PET])):
        session = session_of(app)
        session.show("flat", "guess")
        session.guess("flat", "ann", value=3.0)
    for app in serve(Settings(database_url=sqlite_url(tmp_path)), Registry.of([FLAT, PET])):
        assert Session(app, session.id, session.code).figures()[0]["values"] == [3.0]
