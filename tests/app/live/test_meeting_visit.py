"""Promises of the demo's other pages to people of a meeting: their feedback belongs to it, and offers its reasons."""

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest

from client import Client, Unavailable
from demo.feedback import feedback_draft
from demo.meetings import meeting_visit
from service.bundles.registry import Registry
from service.settings import Settings
from tests.support.databases import sqlite_url
from tests.support.demo_pages import opened, serve_by
from tests.support.formula_models import FLAT, PET
from tests.support.in_process_client import client_of
from tests.support.service_app import serve


@pytest.fixture
def cookies(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The cookies of the visitor's browser."""
    values: dict[str, str] = {}
    monkeypatch.setattr(ContextProxy, "cookies", property(lambda _: values))
    return values


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    (tmp_path / "feedback").mkdir()
    monkeypatch.setenv("DEMO_FEEDBACK", str(tmp_path / "feedback"))
    monkeypatch.setattr(feedback_draft, "get_visitor", lambda: "A" * 22)
    for app in serve(Settings(database_url=sqlite_url(tmp_path)), Registry.of([FLAT, PET])):
        serve_by(client_of(app), monkeypatch)
        yield client_of(app)


def meeting_of(client: Client) -> tuple[str, str]:
    """Make a meeting; return its id and its audience code."""
    content: Any = {"title": "Pilot", "reasons": ["za nisko", "![x](http://evil.example)"]}
    made = client.meetings.create(content, uuid.uuid4().hex)
    return made["id"], made["audience_code"]


def disagreed() -> AppTest:
    """Return the page Try after a click on No."""
    page = opened(model="flat-price", lang="pl")
    (verdict,) = [each for each in page.button_group if str(each.key).endswith("/verdict")]
    return verdict.set_value("disagree").run()


def reasons(page: AppTest) -> Any:
    (found,) = [each for each in page.button_group if str(each.key).endswith("/reason")]
    return found


def test_feedback_on_a_page_belongs_to_the_meeting_and_offers_its_reasons(client: Client, cookies: dict[str, str]) -> None:
    meeting, cookies["witryna-meeting"] = meeting_of(client)
    page = disagreed()
    assert "![x](" not in reasons(page).options[1], "a reason is no Markdown"
    reasons(page).set_value("za nisko").run()
    next(each for each in page.button if str(each.key).endswith("/send")).click().run()
    assert not page.exception
    (entry,) = client.feedback.entries()["items"]
    assert (entry["meeting"], entry["reason"]) == (meeting, "za nisko")


@pytest.mark.parametrize("cookie", ["", "short", "well-formed-and-unknown", "../../etc/passwd/of/this"])
def test_without_a_meeting_the_usual_reasons_are_offered(cookie: str, client: Client, cookies: dict[str, str]) -> None:
    meeting_of(client)
    cookies["witryna-meeting"] = cookie
    options = list(reasons(disagreed()).options)
    assert len(options) == 3
    assert "za nisko" not in options


def test_the_presenter_is_no_audience(client: Client, cookies: dict[str, str]) -> None:
    _, cookies["witryna-meeting"] = meeting_of(client)
    cookies["witryna-presenter"] = "ws_secret"
    assert meeting_visit.get_meeting_visit() is None


def test_without_the_service_the_meeting_is_still_known(
    client: Client, cookies: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting, cookies["witryna-meeting"] = meeting_of(client)
    first = meeting_visit.get_meeting_visit()
    assert first is not None
    assert first["meeting"] == meeting
    st.cache_data.clear()

    def fail(_: str) -> Any:
        raise Unavailable("The service cannot be reached.", "r")

    monkeypatch.setattr(meeting_visit, "_fetch_view", fail)
    assert meeting_visit.get_meeting_visit() == first


def test_a_meeting_whose_code_was_renewed_is_left(client: Client, cookies: dict[str, str]) -> None:
    meeting, cookies["witryna-meeting"] = meeting_of(client)
    assert meeting_visit.get_meeting_visit()
    client.meetings.new_codes(meeting)
    st.cache_data.clear()
    assert meeting_visit.get_meeting_visit() is None
