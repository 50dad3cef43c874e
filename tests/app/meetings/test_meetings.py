"""Promises of meetings: stored once, given back exactly, never overwritten unseen, refused at the place of a fault."""

import base64
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from service.bundles.registry import Registry
from service.settings import Settings
from tests.support.databases import sqlite_url
from tests.support.formula_models import FLAT, FLAT_ROW, PET, PET_ROW
from tests.support.meeting_content import CONTENT, FLAT_CASE, PET_CASE, create
from tests.support.problem_check import check_problem
from tests.support.service_app import serve


@pytest.fixture
def app(url: str) -> Iterator[TestClient]:
    """The app over a store of either kind."""
    yield from serve(Settings(database_url=url), Registry.of([FLAT, PET]))


@pytest.fixture(scope="module")
def file_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    yield from serve(Settings(database_url=sqlite_url(tmp_path_factory.mktemp("meetings"))), Registry.of([FLAT, PET]))


def test_a_meeting_comes_back_as_it_was_prepared(app: TestClient) -> None:
    answer = create(app)
    meeting = answer.json()
    assert (answer.status_code, meeting["content"], meeting["revision"]) == (201, CONTENT, 1)
    assert meeting["state"] == {"revision": 1, "case": None, "phase": "waiting", "show": None, "audience": "follow"}
    assert app.get(f"/v1/meetings/{meeting['id']}").json() == meeting
    (item,) = app.get("/v1/meetings").json()["items"]
    assert item == {name: meeting[name] for name in ("id", "created", "changed")} | {"title": CONTENT["title"], "cases": 2}


def test_a_title_is_enough(file_app: TestClient) -> None:
    assert create(file_app, {"title": "Pricing"}).json()["content"] == {
        "title": "Pricing",
        "language": None,
        "models": [],
        "notes": "",
        "pages": [],
        "look": {"name": None, "accent": None, "logo": None},
        "reasons": [],
        "cases": [],
    }


def test_the_secrets_of_meetings_differ_and_are_long(file_app: TestClient) -> None:
    meetings = [create(file_app).json() for _ in range(20)]
    for name, length in (("id", 32), ("presenter_token", 32), ("audience_code", 16)):
        values = {meeting[name] for meeting in meetings}
        assert len(values) == 20
        assert all(len(value) >= length for value in values)
    assert all(meeting["presenter_token"].startswith("wm_") for meeting in meetings)


def test_the_same_key_makes_one_meeting(app: TestClient) -> None:
    answers = [create(app, key="the-same-key") for _ in range(3)]
    assert len({answer.text for answer in answers}) == 1
    assert len(app.get("/v1/meetings").json()["items"]) == 1
    check_problem(create(app, CONTENT | {"title": "Another"}, "the-same-key"), 422, "key_reused")


def test_of_two_writers_one_is_told_that_the_meeting_has_changed(app: TestClient) -> None:
    meeting = create(app).json()
    answers: list[Any] = []

    def change(number: int) -> None:
        body = {"revision": 1, "content": CONTENT | {"title": f"Writer {number}"}}
        answers.append((f"Writer {number}", app.post(f"/v1/meetings/{meeting['id']}", json=body)))

    threads = [threading.Thread(target=change, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stored = app.get(f"/v1/meetings/{meeting['id']}").json()
    (written,) = [title for title, answer in answers if answer.status_code == 200]
    assert (stored["content"]["title"], stored["revision"]) == (written, 2)
    for _, answer in answers:
        if answer.status_code != 200:
            check_problem(answer, 409, "meeting_changed")
    assert stored["presenter_token"] == meeting["presenter_token"]


def test_new_codes_replace_the_old_ones(app: TestClient) -> None:
    meeting = create(app).json()
    renewed = app.post(f"/v1/meetings/{meeting['id']}/codes", json={}).json()
    secrets = ("presenter_token", "audience_code")
    assert {renewed[name] for name in secrets}.isdisjoint({meeting[name] for name in secrets})
    assert renewed["content"] == meeting["content"]
    assert app.get(f"/v1/meetings/{meeting['id']}").json() == renewed


def test_each_step_of_the_presenter_increases_the_revision_of_the_state(app: TestClient) -> None:
    path = f"/v1/meetings/{create(app).json()['id']}"
    step = {"case": "flat", "phase": "guess", "show": None, "audience": "follow"}
    assert app.post(f"{path}/state", json=step).json() == step | {"revision": 2}
    step |= {"phase": "answer", "show": "why", "audience": "alone"}
    assert app.post(f"{path}/state", json=step).json() == step | {"revision": 3}
    assert app.get(path).json()["state"] == step | {"revision": 3}


def test_a_case_that_is_taken_out_of_the_run_sheet_leaves_the_screen(app: TestClient) -> None:
    path = f"/v1/meetings/{create(app).json()['id']}"
    app.post(f"{path}/state", json={"case": "pet", "phase": "answer", "show": "compare", "audience": "alone"})
    changed = app.post(path, json={"revision": 1, "content": CONTENT | {"cases": [FLAT_CASE]}}).json()
    assert changed["state"] == {"revision": 3, "case": None, "phase": "waiting", "show": None, "audience": "alone"}


@pytest.mark.parametrize(
    ("step", "pointer", "code"),
    [
        ({"case": "nobody"}, "/case", "unknown_case"),
        ({"phase": "answer"}, "/case", "missing_field"),
        ({"case": "pet", "phase": "answer", "show": "why"}, "/show", "unknown_part"),
        ({"case": "pet", "phase": "over"}, "/phase", "wrong_type"),
        ({"case": "pet", "page": "try"}, "/page", "unknown_field"),
    ],
)
def test_a_step_that_cannot_be_shown_is_refused(file_app: TestClient, step: Any, pointer: str, code: str) -> None:
    path = f"/v1/meetings/{create(file_app).json()['id']}"
    problem = check_problem(file_app.post(f"{path}/state", json=step), 422, "invalid_input")
    assert [(error["pointer"], error["code"]) for error in problem["errors"]] == [(pointer, code)]
    assert file_app.get(path).json()["state"]["revision"] == 1


def with_case(**change: Any) -> dict[str, Any]:
    return {"cases": [FLAT_CASE, PET_CASE | change]}


def with_look(**change: Any) -> dict[str, Any]:
    return {"look": CONTENT["look"] | change}


def with_logo(data: bytes, kind: str = "png") -> dict[str, Any]:
    return with_look(logo={"media_type": f"image/{kind}", "data": base64.b64encode(data).decode()})


MARKS = "e" + "\u0301" * 4000
WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"title": ""}, "/title", "missing_field"),
    ({"title": " "}, "/title", "missing_field"),
    ({"title": "a" * 121}, "/title", "too_long"),
    ({"title": "a\x00b"}, "/title", "invalid_text"),
    ({"title": "a\nb"}, "/title", "invalid_text"),
    ({"title": "a\u202eb"}, "/title", "invalid_text"),
    ({"title": "e" + "\u0301" * 9}, "/title", "invalid_text"),
    ({"notes": MARKS}, "/notes", "invalid_text"),
    ({"notes": "a\x00"}, "/notes", "invalid_text"),
    ({"notes": "a" * 5001}, "/notes", "too_long"),
    ({"language": "de"}, "/language", "wrong_type"),
    ({"models": ["flat-price", "nobody"]}, "/models/1", "unknown_model"),
    ({"models": ["flat-price"] * 101}, "/models", "too_long"),
    ({"pages": ["https://elsewhere.example"]}, "/pages/0", "invalid_text"),
    ({"reasons": ["a"] * 13}, "/reasons", "too_long"),
    ({"reasons": ["a\x1b[31m"]}, "/reasons/0", "invalid_text"),
    ({"cases": [PET_CASE | {"id": f"c{n}", "compare_with": None} for n in range(201)]}, "/cases", "too_long"),
    ({"theme": "dark"}, "/theme", "unknown_field"),
    (with_look(name="\u2066a"), "/look/name", "invalid_text"),
    (with_look(accent="red"), "/look/accent", "invalid_text"),
    (with_look(accent="#00ff00;}body{display:none"), "/look/accent", "invalid_text"),
    (with_look(logo={"media_type": "image/svg+xml", "data": ""}), "/look/logo/media_type", "wrong_type"),
    (with_look(logo={"media_type": "image/png", "data": "<svg>"}), "/look/logo/data", "invalid_text"),
    (with_logo(b"GIF89a"), "/look/logo/data", "wrong_type"),
    (with_logo(b"\x89PNG\r\n\x1a\n", "webp"), "/look/logo/data", "wrong_type"),
    (with_logo(b"\x89PNG\r\n\x1a\n" + b"\x00" * 204_800), "/look/logo/data", "too_long"),
    (with_case(id="Pet"), "/cases/1/id", "invalid_text"),
    (with_case(id="flat"), "/cases/1/id", "duplicate_case"),
    (with_case(name="a\x7f"), "/cases/1/name", "invalid_text"),
    (with_case(note="a" * 2001), "/cases/1/note", "too_long"),
    (with_case(model="nobody"), "/cases/1/model", "unknown_model"),
    (with_case(row=PET_ROW | {"weight": "heavy"}), "/cases/1/row/weight", "wrong_type"),
    (with_case(model="flat-price", row=FLAT_ROW | {"area": 1}), "/cases/1/row/area", "out_of_range"),
    (with_case(version="gone", row={"a": "b" * 1_100_000}), "/cases/1/row", "too_long"),
    (with_case(version="go\tne"), "/cases/1/version", "invalid_text"),
    (with_case(show=["answer", "answer"]), "/cases/1/show", "duplicate_field"),
    (with_case(show=["all"]), "/cases/1/show/0", "wrong_type"),
    (with_case(what_if_field="colour of the door"), "/cases/1/what_if_field", "unknown_field"),
    (with_case(compare_with="pet"), "/cases/1/compare_with", "unknown_case"),
    (with_case(seconds=5), "/cases/1/seconds", "unknown_field"),
]


@pytest.mark.parametrize(("change", "pointer", "code"), WRONG)
def test_a_wrong_meeting_is_refused_at_its_place(
    file_app: TestClient, change: dict[str, Any], pointer: str, code: str
) -> None:
    before = file_app.get("/v1/meetings").json()
    problem = check_problem(create(file_app, CONTENT | change), 422, "invalid_input")
    assert [(error["pointer"], error["code"]) for error in problem["errors"]] == [(pointer, code)]
    assert file_app.get("/v1/meetings").json() == before


def test_a_change_names_its_faults_below_content(file_app: TestClient) -> None:
    path = f"/v1/meetings/{create(file_app).json()['id']}"
    body = {"revision": 1, "content": CONTENT | with_case(row={"weight": "heavy"})}
    problem = check_problem(file_app.post(path, json=body), 422, "invalid_input")
    assert problem["errors"][0]["pointer"].startswith("/content/cases/1/row/")


def test_a_case_of_a_version_that_is_not_served_is_kept_as_it_is(file_app: TestClient) -> None:
    content = CONTENT | with_case(version="next", row={"colour": "red \x00"}, what_if_field="colour")
    assert create(file_app, content).json()["content"] == content


def test_what_people_write_in_other_scripts_is_taken(file_app: TestClient) -> None:
    title = "Gdańsk\u00a0– นี้ำ • שָׁלוֹם • 👩🏽‍💻 \u200fعربي"
    content = {"title": title, "notes": "one\n\ttwo <script>alert(1)</script> ![x](http://e/x.png) =HYPERLINK()"}
    stored = create(file_app, content).json()["content"]
    assert {name: stored[name] for name in content} == content


@pytest.mark.parametrize("id", ["1", "%00", "a" * 64, "..%5Cfeedback"])
def test_a_meeting_that_is_not_there_is_a_404(file_app: TestClient, id: str) -> None:  # noqa: A002
    check_problem(file_app.get(f"/v1/meetings/{id}"), 404, "unknown_meeting")
    check_problem(file_app.post(f"/v1/meetings/{id}/codes", json={}), 404, "unknown_meeting")
    check_problem(file_app.post(f"/v1/meetings/{id}/state", json={}), 404, "unknown_meeting")
    body = {"revision": 1, "content": {"title": "a"}}
    check_problem(file_app.post(f"/v1/meetings/{id}", json=body), 404, "unknown_meeting")


def test_the_pages_of_the_list_hold_each_meeting_once(tmp_path: Path) -> None:
    for app in serve(Settings(database_url=sqlite_url(tmp_path)), Registry.of([FLAT])):
        titles = [f"Meeting {number}" for number in range(60)]
        for title in titles:
            assert create(app, {"title": title}).status_code == 201
        first = app.get("/v1/meetings").json()
        second = app.get("/v1/meetings", params={"after": first["next"]}).json()
        found = [item["title"] for item in [*first["items"], *second["items"]]]
        assert sorted(found) == sorted(titles)
        assert second["next"] is None
