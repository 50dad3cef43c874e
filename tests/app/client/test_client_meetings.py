"""The real client makes, lists, reads and changes meetings in the real service."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from client import Client, InvalidAnswer, MeetingContent, Refused
from client.connection import Connection
from service.bundles.registry import Registry
from service.settings import Settings
from tests.support.databases import sqlite_url
from tests.support.formula_models import FLAT, PET
from tests.support.in_process_client import client_of
from tests.support.meeting_content import CONTENT, PNG
from tests.support.service_app import serve

MEETING = cast(MeetingContent, CONTENT)


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    for app in serve(Settings(database_url=sqlite_url(tmp_path)), Registry.of([FLAT, PET])):
        yield client_of(app)


def test_a_meeting_is_made_once_read_changed_and_presented(client: Client) -> None:
    key = client.feedback.new_key()
    meeting = client.meetings.create(MEETING, key)
    assert client.meetings.create(MEETING, key) == meeting
    assert meeting["content"] == MEETING
    assert [item["id"] for item in client.meetings.list()["items"]] == [meeting["id"]]
    changed = client.meetings.change(meeting["id"], meeting["revision"], {"title": "Another", "cases": MEETING["cases"]})
    with pytest.raises(Refused) as refusal:
        client.meetings.change(meeting["id"], meeting["revision"], MEETING)
    assert (refusal.value.status, refusal.value.code) == (409, "meeting_changed")
    state = client.meetings.set_state(meeting["id"], {"case": "flat", "phase": "guess"})
    assert (state["case"], state["phase"], state["show"]) == ("flat", "guess", None)
    renewed = client.meetings.new_codes(meeting["id"])
    assert renewed["audience_code"] != changed["audience_code"]
    assert client.meetings.read(meeting["id"]) == renewed


def test_answers_about_another_meeting_are_not_believed(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = (client.meetings.create(MEETING, client.feedback.new_key())["id"] for _ in range(2))
    call = Connection.call

    def spoiled(self: Connection, method: str, path: str, *arguments: Any, **options: Any) -> Any:
        return call(self, method, path.replace(first, second), *arguments, **options)

    monkeypatch.setattr(Connection, "call", spoiled)
    with pytest.raises(InvalidAnswer):
        client.meetings.read(first)
    with pytest.raises(InvalidAnswer):
        client.meetings.change(first, 1, MEETING)
    with pytest.raises(InvalidAnswer):
        client.meetings.new_codes(first)


def test_an_audience_sees_the_case_guesses_and_comes_back(client: Client) -> None:
    meeting = client.meetings.create(MEETING, client.feedback.new_key())
    code = meeting["audience_code"]
    assert client.audience.view(code)["case"] is None
    with pytest.raises(Refused) as refusal:
        client.audience.guess(code, {"case": "flat", "person": "ann", "value": 1.0})
    assert (refusal.value.status, refusal.value.code) == (409, "guesses_closed")
    client.meetings.set_state(meeting["id"], {"case": "flat", "phase": "guess"})
    assert client.audience.guess(code, {"case": "flat", "person": "ann", "value": 1.5})["value"] == 1.5
    assert client.audience.own_guesses(code, "ann")["guesses"][0]["value"] == 1.5
    assert client.meetings.guesses(meeting["id"])["cases"] == [{"case": "flat", "people": 1, "counts": {}, "values": [1.5]}]
    assert client.audience.logo(code) == PNG


def test_a_code_that_no_meeting_has_is_refused(client: Client) -> None:
    for code in ("a" * 16, "a\nb" * 8, "", "ą" * 16):
        with pytest.raises(Refused) as refusal:
            client.audience.view(code)
        assert (refusal.value.status, refusal.value.code) == (404, "unknown_meeting")


def test_a_link_is_exchanged_for_a_session_once(client: Client) -> None:
    link = client.meetings.link()
    session = client.meetings.session(link["token"])
    assert (session["token"][:3], session["meeting"]) == ("ws_", None)
    with pytest.raises(Refused) as refusal:
        client.meetings.session(link["token"])
    assert (refusal.value.status, refusal.value.code) == (404, "unknown_link")
