"""Promises of feedback as a file: everything is in it, no cell is a formula, and its cases run against any version."""

import csv
import io
import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from starlette.testclient import TestClient

from service.bundles.registry import Registry
from service.settings import Settings
from tests.support.databases import sqlite_url
from tests.support.formula_models import FLAT, FLAT_ROW, PET, PET_ROW
from tests.support.in_process_client import client_of
from tests.support.problem_check import check_problem
from tests.support.service_app import serve

FORMULAS = ["=1+1", "+48 600", "-2", "@SUM(A1)", "\ufeff=1+1", "\t=1", "plain", "„ą” 🏠"]


@pytest.fixture
def app(tmp_path: Path) -> Iterator[TestClient]:
    yield from serve(Settings(database_url=sqlite_url(tmp_path)), Registry.of([FLAT, PET]))


def give(app: TestClient, **change: Any) -> str:
    entry = {"model": "flat-price", "version": "toy", "row": FLAT_ROW, "shown": {"page": "try"}, "verdict": "agree"}
    answer = app.post("/v1/feedback", json=entry | change, headers={"Idempotency-Key": uuid.uuid4().hex})
    assert answer.status_code == 201
    return str(answer.json()["id"])


def test_a_csv_holds_every_entry_and_no_cell_of_it_is_a_formula(app: TestClient) -> None:
    for text in FORMULAS:
        give(app, comment=text, name="=HYPERLINK()", right_answer={"value": 1.5})
    answer = app.get("/v1/feedback/export")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="feedback.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    comments = [row["comment"] for row in reversed(rows)]
    assert comments == ["'=1+1", "'+48 600", "-2", "'@SUM(A1)", "'\ufeff=1+1", "'\t=1", "plain", "„ą” 🏠"]
    assert {row["name"] for row in rows} == {"'=HYPERLINK()"}
    assert [json.loads(row["row"]) for row in rows] == [FLAT_ROW] * len(FORMULAS)
    assert {row["answer"] for row in rows} == {app.get("/v1/feedback").json()["items"][0]["prediction"]["decision"]}


def test_json_holds_the_entries_of_the_list(app: TestClient) -> None:
    for number in range(55):
        give(app, reason=f"reason {number}")
    first = app.get("/v1/feedback").json()
    second = app.get("/v1/feedback", params={"after": first["next"]}).json()
    assert app.get("/v1/feedback/export", params={"format": "json"}).json()["items"] == first["items"] + second["items"]


def test_a_workbook_has_texts_where_a_person_wrote_a_formula(app: TestClient) -> None:
    for text in FORMULAS:
        give(app, comment=text)
    content = app.get("/v1/feedback/export", params={"format": "xlsx"}).content
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    header = [cell.value for cell in sheet[1]]
    cells = [row[header.index("comment")] for row in sheet.iter_rows(min_row=2)]
    assert {cell.data_type for cell in cells} == {"s"}
    assert next(cell.value for cell in reversed(cells)) == "=1+1"


def test_filters_choose_what_is_in_a_file(app: TestClient) -> None:
    give(app)
    pet = give(app, model="pet-kind", row=PET_ROW, verdict="unsure")
    items = app.get("/v1/feedback/export", params={"format": "json", "verdict": "unsure"}).json()["items"]
    assert [item["id"] for item in items] == [pet]


def test_cases_are_the_rows_whose_right_answer_is_known(app: TestClient) -> None:
    agreed = give(app, model="pet-kind", row=PET_ROW)
    give(app, model="pet-kind", row=PET_ROW, verdict="unsure")
    give(app, model="pet-kind", row=PET_ROW, verdict="disagree")
    named = give(app, model="pet-kind", row=PET_ROW, verdict="disagree", right_answer={"label": "rabbit"})
    answer = app.get("/v1/feedback/export", params={"format": "cases", "model": "pet-kind"}).json()
    decision = app.post("/v1/models/pet-kind/predictions", json={"rows": [PET_ROW]}).json()["predictions"][0]["decision"]
    assert {case["model"] for case in answer["cases"]} == {"pet-kind"}
    assert [(case["name"], case["right_answer"]) for case in answer["cases"]] == [
        (named, {"label": "rabbit"}),
        (agreed, {"decision": decision}),
    ]
    assert {json.dumps(case["row"]) for case in answer["cases"]} == {json.dumps(PET_ROW)}


def test_what_no_file_can_be_made_of_is_refused(app: TestClient) -> None:
    for parameters in ({"format": "pdf"}, {"state": "maybe"}, {"after": "1"}):
        check_problem(app.get("/v1/feedback/export", params=parameters), 400, "invalid_request")


@pytest.mark.parametrize(
    ("name", "file"), [("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK"), ("json", b'{"items"'), ("cases", b'{"cases"')]
)
def test_the_client_gets_each_kind_of_export(name: str, file: bytes, app: TestClient) -> None:
    give(app)
    give(app, model="pet-kind", row=PET_ROW)
    content = client_of(app).feedback.export(name, model="pet-kind").content
    assert content.startswith(file)


@pytest.mark.parametrize("model", ["a\0b", "no-such-model"])
def test_a_filter_that_no_entry_fits_gives_an_empty_file(app: TestClient, model: str) -> None:
    assert app.get("/v1/feedback/export", params={"format": "json", "model": model}).json() == {"items": []}
