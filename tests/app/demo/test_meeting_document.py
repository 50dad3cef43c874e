"""Promises of the document of a whole meeting: all that was shown, nothing that is private, and nothing that is guessed."""

import base64
import html
import re
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC
from pathlib import Path
from typing import Any, cast

import pytest
from starlette.testclient import TestClient

from client import Client, Meeting, MeetingContent
from demo.leave_behind.leave_behind_document import build_document
from demo.meetings import recordings
from demo.meetings.case_queries import ask_case
from demo.meetings.meeting_document import collect_document
from service.bundles.registry import Registry
from service.settings import Settings
from tests.support.databases import sqlite_url
from tests.support.demo_cards import ENGLISH, POLISH
from tests.support.formula_models import FLAT, FLAT_ROW, PET
from tests.support.in_process_client import client_of
from tests.support.meeting_content import CONTENT, FLAT_CASE, PET_CASE, PNG
from tests.support.service_app import serve

CANARY = "canary-7f3e"
OTHER_FLAT = FLAT_CASE | {"id": "other", "name": "Drugie", "row": FLAT_ROW | {"area": 90.0}, "compare_with": "flat"}
OTHER_FLAT = OTHER_FLAT | {"show": ["answer", "compare"], "guess": False}


def private(content: dict[str, Any]) -> dict[str, Any]:
    """Return the content with a canary in every private text."""
    content = deepcopy(content) | {"notes": f"{CANARY} notes"}
    content["cases"] = [case | {"note": f"{CANARY} {case['id']}"} for case in content["cases"]]
    return content


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    yield from serve(Settings(database_url=sqlite_url(tmp_path_factory.mktemp("document"))), Registry.of([FLAT, PET]))


@pytest.fixture
def client(app: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setenv("DEMO_MEETINGS", str(tmp_path))
    return client_of(app)


def new_meeting(client: Client, cases: list[dict[str, Any]]) -> Meeting:
    content = private(CONTENT | {"cases": cases})
    return client.meetings.create(cast(MeetingContent, content), client.feedback.new_key())


def written(client: Client, meeting: Meeting, tr: Any = POLISH) -> str:
    return build_document(collect_document(client, meeting, tr, UTC), tr)


def text_of(document: str) -> str:
    return html.unescape(re.sub(r"<style>.*?</style>|<[^>]*>", " ", document, flags=re.DOTALL))


@pytest.mark.parametrize("tr", [ENGLISH, POLISH], ids=["en", "pl"])
def test_a_document_has_every_case_and_nothing_private(client: Client, tr: Any) -> None:
    meeting = new_meeting(client, [FLAT_CASE, OTHER_FLAT, PET_CASE])
    document = written(client, meeting, tr)
    for name in ("Mieszkanie na Woli", "Drugie", "Zwierzę", CONTENT["title"]):
        assert name in text_of(document)
    assert document.count('<section class="comparison">') == 1, "two flats; a pet is no flat"
    assert base64.b64encode(PNG).decode() in document
    assert "--accent:#0a7D55" in document
    assert "<polyline" in document, "the curve of the first case"
    for secret in (CANARY, meeting["presenter_token"], meeting["audience_code"], meeting["id"]):
        assert secret not in document


def test_guesses_and_feedback_of_the_meeting_are_in_its_document(client: Client) -> None:
    meeting = new_meeting(client, [PET_CASE | {"compare_with": None, "show": ["answer"]}])
    assert "Odpowiedział" not in text_of(written(client, meeting))
    client.meetings.set_state(meeting["id"], {"case": "pet", "phase": "guess"})
    label = client.card("pet-kind")["output"]["labels"][0]["value"]
    for person in range(3):
        guess: Any = {"case": "pet", "person": f"person-{person}-{CANARY}", "label": label}
        client.audience.guess(meeting["audience_code"], guess)
    version = client.card("pet-kind")["version"]
    entry: Any = {"model": "pet-kind", "version": version, "row": PET_CASE["row"], "shown": {}, "verdict": "agree"}
    entry |= {"meeting": meeting["id"], "comment": f"{CANARY} comment", "name": CANARY}
    client.feedback.give(entry, client.feedback.new_key())
    text = text_of(written(client, meeting))
    assert "Odpowiedziały 3 osoby" in text
    assert "Co ludzie powiedzieli o odpowiedziach" in text
    assert CANARY not in text, "who said what is not for everybody"


def test_recorded_answers_stand_in_for_a_service_that_is_away(client: Client) -> None:
    meeting = new_meeting(client, [FLAT_CASE, PET_CASE])
    live = collect_document(client, meeting, POLISH, UTC)
    case = meeting["content"]["cases"][0]
    answers = ask_case(client, cast(Any, case)).by_language
    assert recordings.recording_store().put(meeting["id"], cast(Any, case), answers, "2026-11-30T10:32:00.000Z")
    gone = Client("http://127.0.0.1:9", connect_timeout_seconds=0.2)
    content = collect_document(gone, meeting, POLISH, UTC)
    assert [each.name for each in content.cases] == ["Mieszkanie na Woli"]
    assert content.cases[0].explanation == live.cases[0].explanation
    assert content.missing == ["Zwierzę"]
    text = text_of(build_document(content, POLISH))
    assert "nagrano 30 lis 2026, 10:32" in text
    assert "Przypadki, na które model nie odpowiedział: Zwierzę." in text


def test_a_case_of_a_version_that_is_gone_is_named_as_missing(client: Client) -> None:
    meeting = new_meeting(client, [FLAT_CASE | {"version": "0" * 12}, PET_CASE | {"compare_with": None, "show": ["answer"]}])
    content = collect_document(client, meeting, ENGLISH, UTC)
    assert (content.missing, [each.name for each in content.cases]) == (["Mieszkanie na Woli"], ["Zwierzę"])
