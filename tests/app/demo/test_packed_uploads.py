"""Promises of other files than CSV on the page Files: refused in the language of the page, and the sheet is a choice."""

import io
import zipfile
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from client import Card, Client
from demo.files import scored_download
from demo.files.upload_job import UploadJob
from tests.support.demo_pages import html_of, opened
from tests.support.row_files import text_of
from tests.support.uploads import Watched, arrived, drop, said, watch
from tests.support.workbooks import changed, workbook
from wire.media_types import XLSX

NAME = "credit-default"
SHEET = "xl/worksheets/sheet1.xml"
REFUSED_TYPES = {
    "en": "files of this type are not read here. These are: .csv, .tsv, .txt, .xlsx,",
    "pl": "plików tego typu nie można tu wczytać. Można wczytać: .csv, .tsv, .txt, .xlsx,",
}
NOT_WORKBOOK = {"en": "This is not an Excel workbook", "pl": "To nie jest skoroszyt Excela"}
PROTECTED = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(2048)
"""How a workbook with a password begins: it is no zip archive."""


@pytest.fixture
def watched(service: TestClient, monkeypatch: pytest.MonkeyPatch) -> Any:
    yield from watch(service, monkeypatch)


@pytest.fixture
def card(cards: dict[str, Any]) -> Card:
    result: Card = cards[NAME]
    return result


@pytest.mark.parametrize("language", ["en", "pl"])
@pytest.mark.parametrize("name", ["clients.docx", "clients.xls", "clients.ods", "clients"])
def test_a_file_of_another_type_is_refused_in_the_language_of_the_page(language: str, name: str, watched: Watched) -> None:
    app = opened("files", model=NAME, lang=language)
    drop(app, b"x", name)
    assert REFUSED_TYPES[language] in said(app)
    assert watched.sent == []
    assert app.file_uploader


@pytest.mark.parametrize("language", ["en", "pl"])
def test_a_workbook_with_a_password_is_refused_in_the_language_of_the_page(language: str, watched: Watched) -> None:
    app = opened("files", model=NAME, lang=language)
    drop(app, PROTECTED, "clients.xlsx")
    assert NOT_WORKBOOK[language] in said(app)
    assert len(watched.sent) == 1


def renamed(card: Card, **names: str) -> bytes:
    """Return a CSV of 20 rows in which columns have other names."""
    rows = [[str(value) for value in row.values()] for row in card["real_rows"]][:20]
    return text_of([names.get(name, name) for name in card["real_rows"][0]], rows, ";")


def column_choices(app: AppTest) -> list[Any]:
    return [each for each in app.selectbox if each.label.startswith(("Which column", "Która kolumna"))]


def test_missing_columns_are_chosen_with_the_most_similar_name_first_and_remembered(watched: Watched, card: Card) -> None:
    content = renamed(card, credit_limit="limit_of_credit", last_payment="zq")
    app = opened("files", model=NAME, lang="en")
    drop(app, content)
    assert "2 columns are missing" in said(app)
    payment, limit = column_choices(app)
    assert [limit.label, payment.label] == ["Which column is “Credit limit”?", "Which column is “Last payment”?"]
    assert (limit.value, payment.value) == ("limit_of_credit", None)
    assert list(payment.options) == ["limit_of_credit", "zq"]
    button = next(button for button in app.button if button.label == "Send it again")
    assert button.disabled
    column_choices(app)[0].set_value("limit_of_credit").run()
    assert "each column once" in said(app)
    column_choices(app)[0].set_value("zq").run()
    next(button for button in app.button if button.label == "Send it again").click().run()
    arrived()
    app.run()
    assert "20 rows scored" in html_of(app)
    assert "last\\_payment from “zq”, credit\\_limit from “limit\\_of\\_credit”." in said(app)
    next(button for button in app.button if button.label == "Another file").click().run()
    drop(app, renamed(card, credit_limit="limit_of_credit", last_payment="zq") + content.splitlines()[1] + b"\n", "b.csv")
    assert "21 rows scored" in html_of(app)
    assert len(watched.sent) == 4


@pytest.mark.usefixtures("watched")
def test_two_columns_for_one_field_are_a_choice_in_the_language_of_the_page(card: Card) -> None:
    rows = [[*(str(value) for value in row.values()), "5"] for row in card["real_rows"]][:20]
    names = ["Credit Limit" if name == "credit_limit" else name for name in card["real_rows"][0]]
    app = opened("files", model=NAME, lang="pl")
    drop(app, text_of([*names, "CREDIT-LIMIT"], rows, ";"))
    assert "może to być kilka kolumn\\: Credit Limit, CREDIT\\-LIMIT." in said(app)
    assert column_choices(app)[0].value == "Credit Limit"
    next(button for button in app.button if button.label == "Wyślij jeszcze raz").click().run()
    arrived()
    app.run()
    assert app.session_state["files"][NAME].scored.recognised["ignored"] == ["CREDIT-LIMIT"]


def test_a_sheet_of_a_workbook_is_chosen_after_a_refusal_and_after_an_answer(watched: Watched, card: Card) -> None:
    names, rows = list(card["real_rows"][0]), [list(row.values()) for row in card["real_rows"]][:20]
    book = workbook([["notes"]], sheets=["About"]), workbook([names, *rows], sheets=["About", "May", "June"], has_name=False)
    content = changed(book[1], "xl/worksheets/sheet1.xml", lambda _: zipfile.ZipFile(io.BytesIO(book[0])).read(SHEET))
    app = opened("files", model=NAME, lang="en")
    drop(app, content, "clients.xlsx")
    assert "This file could not be scored" in said(app)
    for count, sheet in enumerate(["June", "May"], start=2):
        (choice,) = (each for each in app.selectbox if each.label == "Sheet")
        assert list(choice.options) == ["About", "May", "June"]
        choice.set_value(sheet).run()
        arrived()
        app.run()
        assert f"sheet={sheet}" in watched.sent[-1]
        assert len(watched.sent) == count
        assert "20 rows scored" in html_of(app)
        assert f"sheet {sheet}" in said(app)


def test_a_download_that_is_clicked_while_another_sheet_is_scored_has_the_rows_of_that_sheet(
    watched: Watched, card: Card
) -> None:
    rows = [list(row.values()) for row in card["real_rows"]][:3]
    book = workbook([list(card["real_rows"][0]), *rows], sheets=["May", "June"])  # the last row has the sheet's name
    client = Client("http://localhost")
    client.session.mount("http://localhost", watched)
    job = UploadJob("clients.xlsx", XLSX, io.BytesIO(book), "drop")
    download = partial(scored_download.make_download, job, "csv", lambda _codes, sentence, _cells: sentence, "en")
    job.send(client, card, {"sheet": "May"})
    assert b"May" in download()
    watched.may_answer.clear()
    job.send(client, card, {"sheet": "June"})
    with ThreadPoolExecutor(1) as pool:
        clicked = pool.submit(download)
        watched.may_answer.set()
        assert b"June" in clicked.result()
