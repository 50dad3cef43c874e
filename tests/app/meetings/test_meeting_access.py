"""No meeting sees another one: every route of the table, with every kind of secret, against two meetings."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import pytest
from starlette.testclient import TestClient

from service.bundles.registry import Registry
from service.settings import Settings
from service.web.route import Route
from service.web.route_table import ROUTES
from tests.support.databases import sqlite_url
from tests.support.formula_models import FLAT, FLAT_ROW, PET
from tests.support.meeting_content import CONTENT, create
from tests.support.problem_check import check_problem
from tests.support.service_app import serve

READER, GIVER, PRESENTER = "reader-reader-reader", "giver-giver-giver-giver", "presenter-presenter"
KEYS = f"{READER}:read,{GIVER}:read+feedback,{PRESENTER}:present"
CANARY = "canary-of-the-other-meeting"
PERSON = "canary-person"

Kind = Literal["open", "models", "meeting", "feedback", "list", "give", "code", "all meetings", "link"]
"""What a route is about, and so what the token of one meeting may do there.

open: needs no secret. models: nothing of a meeting is in it. meeting, feedback: one of them by its id, 404 for others.
list: the caller's meeting alone. give: feedback, for the caller's meeting alone, or what a link is to hold. code: the meeting of Meeting-Code, 404 for
others. all meetings: never with the token of one meeting. link: what a link opens, whoever has it.
"""
DECISIONS: dict[str, Kind] = {
    "POST /v1/meetings": "all meetings",
    "GET /v1/meetings": "list",
    "GET /v1/meetings/{id}": "meeting",
    "POST /v1/meetings/{id}": "meeting",
    "POST /v1/meetings/{id}/codes": "meeting",
    "POST /v1/meetings/{id}/state": "meeting",
    "GET /v1/meetings/{id}/guesses": "meeting",
    "POST /v1/meetings/{id}/check": "meeting",
    "GET /v1/meetings/{id}/events": "meeting",
    "POST /v1/presenter-links": "all meetings",
    "POST /v1/presenter-sessions": "link",
    "POST /v1/links": "give",
    "GET /v1/links/{id}": "link",
    "GET /v1/audience": "code",
    "GET /v1/audience/events": "code",
    "GET /v1/audience/logo": "code",
    "GET /v1/audience/guesses": "code",
    "POST /v1/audience/guesses": "code",
    "POST /v1/feedback": "give",
    "GET /v1/feedback": "list",
    "GET /v1/feedback/export": "list",
    "GET /v1/feedback/figures": "list",
    "POST /v1/feedback/comparisons": "list",
    "GET /v1/feedback/{id}": "feedback",
    "POST /v1/feedback/{id}/review": "feedback",
}
MODEL_PATHS = ("/v1/models", "/v2", "/v1/runs", "/v1/links", "/v1/pictures", "/metrics", "/mcp", "/health")
"""The routes below are about models. A link is of no meeting: who knows its id may read its case."""


def decision(route: Route) -> Kind:
    name = f"{route.method} {route.path}"
    if name in DECISIONS:
        return DECISIONS[name]
    assert route.path.startswith(MODEL_PATHS), f"decide in DECISIONS what the token of one meeting may do at {name}"
    return "open" if route.scope is None else "models"


@dataclass(frozen=True)
class Prepared:
    """A meeting, and feedback on it."""

    id: str
    token: str
    code: str
    feedback: str


@dataclass(frozen=True)
class Room:
    app: TestClient
    own: Prepared
    other: Prepared

    def ask(self, route: Route, secret: str, at: Prepared, method: str = "", **parameters: str) -> Any:
        """Call a route about a meeting."""
        kind = decision(route)
        path = route.public_path.format(
            id=at.feedback if kind == "feedback" else at.id, model="flat-price", version="toy", kind="python", part="number"
        )
        headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": uuid.uuid4().hex}
        if kind == "code":
            headers["Meeting-Code"] = at.code
        if route.path == "/v1/audience/guesses" and (method or route.method) != "POST":
            parameters["person"] = PERSON
        body = BODIES.get(route.path, {}) if (method or route.method) == "POST" else None
        return self.app.request(method or route.method, path, headers=headers, json=body, params=parameters)


FEEDBACK = {"model": "flat-price", "version": "toy", "row": FLAT_ROW, "shown": {}, "verdict": "agree"}
GUESS = {"case": "flat", "person": PERSON, "value": 7.5}
BODIES: dict[str, Any] = {
    "/v1/meetings": {"title": "A meeting"},
    "/v1/meetings/{id}": {"revision": 99, "content": {"title": "A meeting"}},
    "/v1/meetings/{id}/state": {"case": "flat", "phase": "guess"},
    "/v1/presenter-sessions": {"token": "wl_unknown"},
    "/v1/audience/guesses": GUESS,
    "/v1/feedback": FEEDBACK,
    "/v1/links": {"content": "abc"},
    "/v1/feedback/comparisons": {"model": "flat-price", "candidates": [{"model": "flat-price"}]},
    "/v1/feedback/{id}/review": {"state": "new"},
}


def prepare(app: TestClient, words: str) -> Prepared:
    """Make a meeting in which every text says `words`, with a guess and feedback."""
    case = CONTENT["cases"][0] | {"name": words, "note": words}
    content = CONTENT | {"title": words, "notes": words, "reasons": [words], "cases": [case]}
    meeting = create(app, content, Authorization=f"Bearer {PRESENTER}").json()
    presenter, giver = ({"Authorization": f"Bearer {key}"} for key in (PRESENTER, GIVER))
    app.post(f"/v1/meetings/{meeting['id']}/state", json={"case": "flat", "phase": "guess"}, headers=presenter)
    giver["Meeting-Code"] = meeting["audience_code"]
    assert app.post("/v1/audience/guesses", json=GUESS, headers=giver).status_code == 200
    giver["Idempotency-Key"] = uuid.uuid4().hex
    entry = app.post("/v1/feedback", json=FEEDBACK | {"comment": words, "name": words}, headers=giver)
    return Prepared(meeting["id"], meeting["presenter_token"], meeting["audience_code"], entry.json()["id"])


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    settings = Settings(database_url=sqlite_url(tmp_path_factory.mktemp("room")), api_keys=KEYS)
    for app in serve(settings, Registry.of([FLAT, PET])):
        app.app.services.meeting_watches.stop()  # type: ignore[attr-defined] # streams that are allowed end at once
        yield Room(app, prepare(app, "of our own meeting"), prepare(app, CANARY))


@pytest.fixture(scope="module")
def session(room: Room) -> str:
    """The secret of a presenter's session."""
    link = room.app.post("/v1/presenter-links", json={}, headers={"Authorization": f"Bearer {PRESENTER}"}).json()["token"]
    opened = room.app.post("/v1/presenter-sessions", json={"token": link}, headers={"Authorization": f"Bearer {READER}"})
    return str(opened.json()["token"])


NOT_OF_MODELS = [route for route in ROUTES if decision(route) not in {"models", "open"}]


def names_of(routes: list[Route]) -> list[str]:
    return [f"{route.method} {route.path}" for route in routes]


def test_every_decision_is_about_a_route_of_the_table() -> None:
    assert DECISIONS.keys() <= {f"{route.method} {route.path}" for route in ROUTES}


@pytest.mark.parametrize("route", [route for route in ROUTES if route not in NOT_OF_MODELS], ids=lambda route: route.name)
def test_a_route_about_models_is_read_with_any_presenters_secret_or_needs_a_key_of_the_settings(route: Route) -> None:
    assert route.takes_meeting_token == (route.scope != "admin")


@pytest.mark.parametrize("route", NOT_OF_MODELS, ids=names_of(NOT_OF_MODELS))
def test_the_token_of_a_meeting_opens_it_and_no_other_one(route: Route, room: Room) -> None:
    kind, token = decision(route), room.own.token
    if route.path.endswith("/codes"):
        room = Room(room.app, prepare(room.app, "to be renewed"), room.other)
        token = room.own.token
    other, own = room.ask(route, token, room.other), room.ask(route, token, room.own)
    assert CANARY not in other.text + own.text
    if kind == "all meetings":
        assert (own.status_code, other.status_code) == (403, 403)
        return
    assert own.status_code in ({404} if kind == "link" else {200, 201, 409})
    if kind in {"meeting", "feedback", "code"}:
        check_problem(other, 404, "unknown_feedback" if kind == "feedback" else "unknown_meeting")
    if kind == "list":
        filtered = room.ask(route, token, room.own, meeting=room.other.id) if "feedback" in route.path else own
        assert CANARY not in filtered.text
        assert route.path.endswith(("/figures", "/comparisons")) or "of our own meeting" in own.text


@pytest.mark.parametrize("route", NOT_OF_MODELS, ids=names_of(NOT_OF_MODELS))
@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "DELETE"])
def test_no_other_method_says_more_about_another_meeting(route: Route, method: str, room: Room) -> None:
    answer = room.ask(route, room.own.token, room.other, method)
    assert CANARY not in answer.text + str(answer.headers)
    assert answer.status_code in {403, 404, 405} or decision(route) in {"list", "give", "link", "all meetings"}
    if method == "HEAD":
        assert answer.text == ""
    without = room.ask(route, "ws_" + "a" * 32, room.own, method)
    assert without.status_code == 401


@pytest.mark.parametrize("route", NOT_OF_MODELS, ids=names_of(NOT_OF_MODELS))
def test_each_scope_and_each_secret_does_what_the_table_says(route: Route, room: Room, session: str) -> None:
    scopes = {READER: {"read"}, GIVER: {"read", "feedback"}, PRESENTER: {"present"}}
    scopes[session] = {"read", "feedback", "present"}
    for secret, allowed in scopes.items():
        if route.path.endswith("/codes") and "present" in allowed:
            continue
        answer = room.ask(route, secret, room.own)
        assert (answer.status_code == 403) == (route.scope not in allowed), secret
        assert answer.status_code != 401


@pytest.mark.parametrize("secret", ["ws_" + "a" * 32, "wm_" + "b" * 32, "wm_", "ws_\u0142", "wl_" + "c" * 32, "wm_' OR 1=1"])
def test_a_wrong_secret_is_a_401_that_does_not_repeat_it(secret: str, room: Room) -> None:
    for path in ("/v1/meetings", "/v1/models"):
        answer = room.app.get(path, headers={b"Authorization": f"Bearer {secret}".encode()})
        check_problem(answer, 401, "unauthorized")
        assert secret not in answer.text


def test_a_wrong_presenters_secret_is_a_401_also_without_keys(tmp_path: Any) -> None:
    for app in serve(Settings(database_url=sqlite_url(tmp_path)), Registry.of([FLAT, PET])):
        assert app.get("/v1/meetings").status_code == 200
        check_problem(app.get("/v1/meetings", headers={"Authorization": "Bearer wm_" + "b" * 32}), 401, "unauthorized")
        meeting = create(app).json()
        create(app, {"title": CANARY})
        token = {"Authorization": f"Bearer {meeting['presenter_token']}"}
        assert [item["id"] for item in app.get("/v1/meetings", headers=token).json()["items"]] == [meeting["id"]]
        check_problem(app.get("/v1/meetings", headers=token | {"Host": "elsewhere.example"}), 403, "forbidden")


def test_a_link_opens_one_session(room: Room) -> None:
    presenter, reader = ({"Authorization": f"Bearer {key}"} for key in (PRESENTER, READER))
    link = room.app.post("/v1/presenter-links", json={}, headers=presenter).json()
    opened = room.app.post("/v1/presenter-sessions", json={"token": link["token"]}, headers=reader)
    assert (opened.status_code, opened.json()["meeting"]) == (201, None)
    assert opened.json()["expires"] > link["expires"] > "2026"
    again = room.app.post("/v1/presenter-sessions", json={"token": link["token"]}, headers=reader)
    check_problem(again, 404, "unknown_link")
    for wrong in (opened.json()["token"], "wl_" + "a" * 32, "", "\x00"):
        answer = room.app.post("/v1/presenter-sessions", json={"token": wrong}, headers=reader)
        check_problem(answer, 404, "unknown_link")
    answer = room.app.get("/v1/meetings", headers={"Authorization": f"Bearer {opened.json()['token']}"})
    assert {item["id"] for item in answer.json()["items"]} >= {room.own.id, room.other.id}
    check_problem(room.app.get("/v1/meetings", headers={"Authorization": f"Bearer {link['token']}"}), 401, "unauthorized")


def test_after_new_codes_the_old_token_and_the_old_code_are_nothing(room: Room) -> None:
    old = prepare(room.app, "soon renewed")
    token = {"Authorization": f"Bearer {old.token}"}
    assert room.app.get(f"/v1/meetings/{old.id}", headers=token).status_code == 200
    new = room.app.post(f"/v1/meetings/{old.id}/codes", json={}, headers=token).json()
    check_problem(room.app.get(f"/v1/meetings/{old.id}", headers=token), 401, "unauthorized")
    reader = {"Authorization": f"Bearer {READER}"}
    check_problem(room.app.get("/v1/audience", headers=reader | {"Meeting-Code": old.code}), 404, "unknown_meeting")
    assert room.app.get("/v1/audience", headers=reader | {"Meeting-Code": new["audience_code"]}).status_code == 200


def test_feedback_is_of_the_meeting_whose_code_or_token_came_with_it(room: Room) -> None:
    def meeting_of(secret: str, code: str | None = None, **change: Any) -> Any:
        headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": uuid.uuid4().hex}
        answer = room.app.post(
            "/v1/feedback", json=FEEDBACK | change, headers=headers | ({"Meeting-Code": code} if code else {})
        )
        if answer.status_code != 201:
            check_problem(answer, 404, "unknown_meeting")
            return None
        items = room.app.get("/v1/feedback", headers={"Authorization": f"Bearer {PRESENTER}"}).json()["items"]
        return next(item["meeting"] for item in items if item["id"] == answer.json()["id"])

    own, other = room.own, room.other
    assert meeting_of(GIVER, own.code) == own.id
    assert meeting_of(GIVER, own.code, meeting=own.id) == own.id
    assert meeting_of(GIVER, own.code, meeting=other.id) is None
    assert meeting_of(GIVER, "a" * 16) is None
    assert meeting_of(GIVER, "\x7f") is None
    assert meeting_of(own.token) == own.id
    assert meeting_of(own.token, meeting=other.id) is None
    assert meeting_of(own.token, other.code) is None
    assert meeting_of(GIVER) is None


def test_no_secret_and_no_person_is_in_a_log_line_or_a_figure(room: Room, capfd: pytest.CaptureFixture[str]) -> None:
    presenter = {"Authorization": f"Bearer {PRESENTER}"}
    link = room.app.post("/v1/presenter-links", json={}, headers=presenter).json()["token"]
    session = room.app.post("/v1/presenter-sessions", json={"token": link}, headers={"Authorization": f"Bearer {READER}"})
    secrets = [link, session.json()["token"], "ws_" + "d" * 32, room.own.token, room.own.code, PERSON, room.own.id]
    for route in NOT_OF_MODELS:
        if not route.path.endswith("/codes"):
            for secret in secrets[:4]:
                room.ask(route, secret, room.own)
    figures = room.app.get("/metrics", headers={"Authorization": f"Bearer {READER}"}).text
    log = capfd.readouterr().err
    assert log.count("\n") > len(NOT_OF_MODELS)
    assert [secret for secret in secrets if secret in log + figures] == []


def test_a_store_that_does_not_answer_ends_no_meeting_that_has_begun(tmp_path: Any) -> None:
    settings = Settings(database_url=sqlite_url(tmp_path), api_keys=KEYS)
    for app in serve(settings, Registry.of([FLAT, PET])):
        token = create(app, Authorization=f"Bearer {PRESENTER}").json()["presenter_token"]
        headers = {"Authorization": f"Bearer {token}"}
        assert app.get("/v1/models", headers=headers).status_code == 200
        (tmp_path / "witryna-meetings.db").rename(tmp_path / "away.db")
        known = app.app.services.presenter_secrets._known  # type: ignore[attr-defined] # made minutes older
        known[token.encode()] = known[token.encode()][0], known[token.encode()][1] - 60
        assert app.get("/v1/models", headers=headers).status_code == 200
        check_problem(app.get("/v1/meetings", headers=headers), 503, "storage_unavailable")
        check_problem(app.get("/v1/models", headers={"Authorization": "Bearer wm_" + "b" * 32}), 503, "storage_unavailable")
