"""Promises of feedback: stored before it is acknowledged, once for each key, with all that it refers to, on both databases."""

import sqlite3
import threading
import uuid
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import NullPool, create_engine, inspect
from starlette.testclient import TestClient

from service.bundles.model import Model
from service.bundles.registry import Registry
from service.errors import ModelFailed
from service.settings import Settings
from tests.support.databases import sqlite_url
from tests.support.formula_models import FLAT, FLAT_ROW, PET, PET_ROW
from tests.support.problem_check import check_problem
from tests.support.service_app import serve


@pytest.fixture
def app(url: str) -> Iterator[TestClient]:
    """The app over a store of either kind."""
    yield from serve(Settings(database_url=url), Registry.of([FLAT, PET]))


@pytest.fixture
def file_app(tmp_path: Path) -> Iterator[TestClient]:
    yield from serve(Settings(database_url=sqlite_url(tmp_path)), Registry.of([FLAT, PET]))


ENTRY: dict[str, Any] = {
    "model": "flat-price",
    "version": "toy",
    "row": FLAT_ROW,
    "shown": {"page": "try", "language": "pl", "prediction": {"value": 1.0}, "reasons": ["area", "rooms"]},
    "verdict": "disagree",
    "right_answer": {"value": 345.5},
    "reason": "too low",
    "comment": "Za niska cena – \x00 „nowe” okna 🏠 <b>=1+1</b>\n\u202eabc" + "e\u0301" * 400,
    "name": "Anna",
    "person": "visit-1",
    "meeting": None,
}


def give(app: TestClient, entry: dict[str, Any], key: str | None = None) -> Any:
    return app.post("/v1/feedback", json=entry, headers={"Idempotency-Key": key or uuid.uuid4().hex})


def listed(app: TestClient, **filters: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = app.get("/v1/feedback", params=filters).json()["items"]
    return items


def test_feedback_comes_back_with_all_that_it_refers_to(app: TestClient) -> None:
    live = app.post("/v1/models/flat-price/predictions", json={"rows": [FLAT_ROW]}).json()["predictions"][0]
    answer = give(app, ENTRY)
    assert answer.status_code == 201
    (item,) = listed(app)
    assert {name: item[name] for name in ENTRY} == ENTRY
    assert item["prediction"] == live
    assert {name: item[name] for name in ("id", "created", "state", "reply")} == answer.json()
    assert (item["state"], item["reviewed"]) == ("new", None)


def test_the_same_key_and_body_store_one_entry_and_answer_the_same(app: TestClient) -> None:
    answers = [give(app, ENTRY, "the-same-key") for _ in range(3)]
    answers.append(give(app, dict(reversed(ENTRY.items())), "the-same-key"))
    assert len({answer.text for answer in answers}) == 1
    assert len(listed(app)) == 1


def test_the_same_key_with_another_body_is_refused_and_changes_nothing(app: TestClient) -> None:
    give(app, ENTRY, "the-same-key")
    check_problem(give(app, ENTRY | {"verdict": "agree"}, "the-same-key"), 422, "key_reused")
    assert [item["verdict"] for item in listed(app)] == ["disagree"]


def test_fifty_clicks_at_once_on_ten_entries_store_ten(app: TestClient) -> None:
    statuses: list[int] = []
    assert listed(app) == []

    def click(number: int) -> None:
        statuses.append(give(app, ENTRY | {"reason": f"reason {number % 10}"}, f"entry-number-{number % 10}").status_code)

    threads = [threading.Thread(target=click, args=(number,)) for number in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [201] * 50
    assert sorted(item["reason"] for item in listed(app)) == [f"reason {number}" for number in range(10)]


def test_a_person_learns_what_came_of_their_feedback_by_its_id_alone(app: TestClient) -> None:
    receipt = give(app, ENTRY).json()
    review = {"state": "done", "reply": "Poprawiliśmy: model zna teraz nowe okna \x00."}
    answer = app.post(f"/v1/feedback/{receipt['id']}/review", json=review)
    assert (answer.status_code, answer.json()["state"]) == (200, "done")
    assert app.get(f"/v1/feedback/{receipt['id']}").json() == receipt | review
    for wrong in ("1", receipt["id"][:-1], "%00", "a" * 64):
        check_problem(app.get(f"/v1/feedback/{wrong}"), 404, "unknown_feedback")


def test_a_list_is_filtered_and_its_pages_hold_each_entry_once(app: TestClient) -> None:
    for number in range(60):
        verdict = ("agree", "disagree", "unsure")[number % 3]
        assert give(app, ENTRY | {"verdict": verdict, "reason": f"reason {number}"}).status_code == 201
    give(app, ENTRY | {"model": "pet-kind", "row": PET_ROW, "right_answer": None})
    pages, after = [], None
    while True:
        parameters = {"model": "flat-price"} | ({"after": after} if after else {})
        page = app.get("/v1/feedback", params=parameters).json()
        pages.append([item["reason"] for item in page["items"]])
        after = page["next"]
        if after is None:
            break
    assert [len(page) for page in pages] == [50, 10]
    assert [reason for page in pages for reason in page] == [f"reason {number}" for number in reversed(range(60))]
    assert len(listed(app, verdict="unsure")) == 20
    assert [item["model"] for item in listed(app, model="pet-kind")] == ["pet-kind"]
    assert listed(app, reason="reason 7", state="new", version="toy")[0]["verdict"] == "disagree"
    assert listed(app, meeting="none") == []


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"row": FLAT_ROW | {"area": 1}}, "/row/area", "out_of_range"),
    ({"row": FLAT_ROW | {"size": 1}}, "/row/size", "unknown_field"),
    ({"verdict": "maybe"}, "/verdict", "wrong_type"),
    ({"right_answer": {"label": "cat"}}, "/right_answer/label", "unknown_category"),
    ({"right_answer": {"decision": "none of them"}}, "/right_answer/decision", "unknown_category"),
    ({"right_answer": {}}, "/right_answer", "one_answer"),
    ({"right_answer": {"value": 1, "decision": "x"}}, "/right_answer", "one_answer"),
    ({"model": "pet-kind", "row": PET_ROW, "right_answer": {"value": 1}}, "/right_answer/value", "wrong_answer"),
    ({"comment": "a" * 2001}, "/comment", "too_long"),
    ({"comment": "e" + "\u0301" * 4000}, "/comment", "too_long"),
    ({"name": "a" * 101}, "/name", "too_long"),
    ({"name": "a\x00b"}, "/name", "invalid_text"),
    ({"reason": "a\nb"}, "/reason", "invalid_text"),
    ({"shown": {"a": "b" * 70_000}}, "/shown", "too_long"),
    ({"stars": 5}, "/stars", "unknown_field"),
]


@pytest.mark.parametrize(("change", "pointer", "code"), WRONG)
def test_wrong_feedback_is_refused_at_its_place(
    file_app: TestClient, change: dict[str, Any], pointer: str, code: str
) -> None:
    problem = check_problem(give(file_app, ENTRY | change), 422, "invalid_input")
    assert [(error["pointer"], error["code"]) for error in problem["errors"]] == [(pointer, code)]
    assert listed(file_app) == []


@pytest.mark.parametrize("body", ['"shown": {"a": 1, "a": 2}', '"shown": {"a": [{"b": NaN}]}', '"shown": {"a": 1e999}'])
def test_json_that_cannot_be_read_back_exactly_is_refused(file_app: TestClient, body: str) -> None:
    start = msgspec.json.encode({name: value for name, value in ENTRY.items() if name != "shown"}).decode()[:-1]
    headers = {"Idempotency-Key": "a-key-of-some-length", "Content-Type": "application/json"}
    answer = file_app.post("/v1/feedback", content=f"{start}, {body}}}", headers=headers)
    problem = check_problem(answer, 422, "invalid_input")
    assert problem["errors"][0]["pointer"].startswith("/shown")


@pytest.mark.parametrize("key", ["", "short", "a" * 129, "ą" * 10, "with a space"])
def test_an_entry_needs_a_key_of_its_own(file_app: TestClient, key: str) -> None:
    headers = {b"Idempotency-Key": key.encode()} if key else {}
    check_problem(file_app.post("/v1/feedback", json=ENTRY, headers=headers), 400, "invalid_request")


def test_a_model_that_is_not_served_takes_no_feedback(file_app: TestClient) -> None:
    check_problem(give(file_app, ENTRY | {"model": "nobody"}), 404, "unknown_model")


def test_feedback_on_a_version_that_is_gone_is_kept_as_it_is(file_app: TestClient) -> None:
    old = ENTRY | {"version": "before", "row": {"colour": "red"}, "right_answer": {"label": "an old label"}}
    assert give(file_app, old).status_code == 201
    (item,) = listed(file_app)
    assert (item["row"], item["right_answer"], item["prediction"]) == (old["row"], {"label": "an old label"}, None)


def test_a_model_that_cannot_answer_again_loses_no_feedback(tmp_path: Path) -> None:
    class Broken:
        quick = True

        def score(self, _columns: Any) -> Any:
            raise ModelFailed

    broken: Model = replace(FLAT, scorer=Broken())
    for app in serve(Settings(database_url=sqlite_url(tmp_path)), Registry.of([broken])):
        assert give(app, ENTRY).status_code == 201
        assert [item["prediction"] for item in listed(app)] == [None]


KEYS = "reader-reader-reader:read,giver-giver-giver-giver:feedback,presenter-presenter:present"


@pytest.mark.parametrize(
    ("key", "allowed"),
    [
        ("reader-reader-reader", ""),
        ("giver-giver-giver-giver", "give follow"),
        ("presenter-presenter", "list review export figures"),
    ],
)
def test_each_role_does_what_its_scope_says(tmp_path: Path, key: str, allowed: str) -> None:
    for app in serve(Settings(database_url=sqlite_url(tmp_path), api_keys=KEYS), Registry.of([FLAT])):
        app.headers["Authorization"] = "Bearer giver-giver-giver-giver"
        entry = give(app, ENTRY).json()["id"]
        app.headers["Authorization"] = f"Bearer {key}"
        answers = {
            "give": give(app, ENTRY),
            "follow": app.get(f"/v1/feedback/{entry}"),
            "list": app.get("/v1/feedback"),
            "export": app.get("/v1/feedback/export"),
            "figures": app.get("/v1/feedback/figures"),
            "review": app.post(f"/v1/feedback/{entry}/review", json={"state": "accepted"}),
        }
        statuses = {name: 403 if name not in allowed.split() else 201 if name == "give" else 200 for name in answers}
        assert {name: answer.status_code for name, answer in answers.items()} == statuses


def test_a_locked_file_is_a_503_and_the_same_key_succeeds_when_it_is_free(file_app: TestClient, tmp_path: Path) -> None:
    give(file_app, ENTRY)
    with closing(sqlite3.connect(tmp_path / "witryna-meetings.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        check_problem(give(file_app, ENTRY, "a-key-of-some-length"), 503, "storage_unavailable")
        assert file_app.get("/v1/runs").status_code == 200
        other.execute("COMMIT")
    assert give(file_app, ENTRY, "a-key-of-some-length").status_code == 201
    assert len(listed(file_app)) == 2


def test_a_night_that_writes_does_not_lock_feedback_out(file_app: TestClient, tmp_path: Path) -> None:
    assert file_app.get("/v1/runs").status_code == 200
    with closing(sqlite3.connect(tmp_path / "witryna.db", isolation_level=None)) as night:
        night.execute("BEGIN EXCLUSIVE")
        assert give(file_app, ENTRY).status_code == 201


def test_nightly_runs_and_feedback_share_one_postgresql(app: TestClient, url: str, tmp_path: Path) -> None:
    give(app, ENTRY)
    assert app.get("/v1/runs").json() == {"items": [], "next": None}
    if url.startswith("sqlite"):
        assert (tmp_path / "witryna-meetings.db").exists()
    else:
        engine = create_engine(url, poolclass=NullPool)
        assert {"runs", "feedback"} <= set(inspect(engine).get_table_names())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(shown=st.dictionaries(st.text(), JSON, max_size=4), comment=st.none() | st.text(max_size=200))
def test_whatever_was_shown_and_written_comes_back_exactly(
    file_app: TestClient, shown: dict[str, Any], comment: str | None
) -> None:
    answer = give(file_app, ENTRY | {"shown": shown, "comment": comment})
    assert answer.status_code == 201
    item = listed(file_app)[0]
    assert (item["shown"], item["comment"]) == (shown, comment)
