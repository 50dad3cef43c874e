"""Promises of the page Check: one press checks and records everything, and says what to do in the reader's language."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from streamlit.runtime.scriptrunner import StopException
from streamlit.testing.v1 import AppTest

from client import Client, Unavailable
from demo.meeting_check.check_run import CheckRun
from demo.meetings import meeting_access, recordings
from demo.meetings.presenter_session import Presenter
from demo.sharing import phone_address
from service.bundles.registry import Registry
from service.schemas import Regression
from service.settings import Settings
from tests.support.databases import sqlite_url
from tests.support.demo_pages import go_to, html_of, opened, serve_by, wait_for_steps
from tests.support.formula_models import FLAT, FLAT_BANDS, FLAT_INPUTS, PET, flat_price, model_of
from tests.support.in_process_client import client_of
from tests.support.meeting_content import CONTENT, create
from tests.support.service_app import serve

DEARER = model_of("flat-price", FLAT_INPUTS, Regression(bands=FLAT_BANDS), lambda matrix: flat_price(matrix) + 100, "next")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DEMO_MEETINGS", str(tmp_path))
    return tmp_path


@pytest.fixture
def service(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    yield from served([FLAT, PET], folder, monkeypatch)


def served(models: Any, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """Serve these models to the demo over the database of the folder, and let its visitor present."""
    for app in serve(Settings(database_url=sqlite_url(folder)), Registry.of(models)):
        client = client_of(app)
        serve_by(client, monkeypatch)
        present_by(client, monkeypatch)
        yield app


def present_by(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meeting_access, "get_presenter", lambda: Presenter(client, "ws_test"))


def check_page(meeting: dict[str, Any], language: str = "en") -> AppTest:
    app = opened(lang=language)
    app.query_params["meeting"] = meeting["id"]
    return go_to(app, "check")


def press(page: AppTest, key: str = "check") -> AppTest:
    page.button(key=key).click().run()
    assert not page.exception
    return page


def make(service: TestClient, **changes: Any) -> dict[str, Any]:
    meeting: dict[str, Any] = create(service, CONTENT | {"language": None} | changes).json()
    return meeting


def test_opening_the_page_asks_and_records_nothing(service: TestClient, folder: Path) -> None:
    page = check_page(make(service))
    assert "check-summary" not in html_of(page)
    assert not (folder / "recordings").exists() or not list((folder / "recordings").iterdir())
    assert [button.label for button in page.button if button.key == "check"] == ["Check and record"]


def test_one_press_checks_everything_and_records_every_case(service: TestClient) -> None:
    meeting = make(service)
    page = press(check_page(meeting))
    shown = html_of(page)
    assert "1 thing to do before the meeting." in shown  # the demo of the test is open to this computer alone
    assert "SHARE=yes" in shown
    for sentence in (
        "It answers.",
        "2 models are ready.",
        "2 cases answer.",
        "Fast enough",
        "can be stored",
        "All clocks agree.",
    ):
        assert sentence in shown
    assert "2 of 2 cases are recorded" in "".join(each.value for each in page.caption)
    for case in meeting["content"]["cases"]:
        assert recordings.find(meeting["id"], case, "pl")
    assert "2 cases answer as recorded." in html_of(press(page))


def test_a_check_that_a_change_on_the_page_interrupts_is_done_by_the_next_run(
    service: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: Any) -> Any:
        raise StopException

    page = check_page(make(service))
    with monkeypatch.context() as interrupted:
        interrupted.setattr(CheckRun, "run", interrupt)
        press(page)
    assert "check-summary" not in html_of(page)
    page.run()
    assert "2 cases answer." in html_of(page)
    assert "check-summary" in html_of(page.run())


def test_everything_is_good_if_phones_reach_the_demo(service: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    meeting, asked = make(service), list[str]()

    def answers(address: str) -> bool:
        asked.append(address)
        return True

    monkeypatch.setattr(phone_address, "list_phone_addresses", lambda *_: ["http://10.0.0.2:8501"])
    monkeypatch.setattr(phone_address, "answers", answers)
    page = press(check_page(meeting, "pl"))
    assert "Wszystko gotowe na spotkanie." in html_of(page)
    assert asked == [f"http://10.0.0.2:8501/live/{meeting['audience_code']}"]


def test_a_new_answer_is_shown_with_what_it_was_and_recorded_only_when_told(
    service: TestClient, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting = make(service)
    press(check_page(meeting))
    for _ in served([DEARER, PET], folder, monkeypatch):
        page = press(check_page(meeting))
        shown = html_of(page)
        assert "1 case answers otherwise now." in shown
        assert "Mieszkanie na Woli: Answer was 28.19, now 128.19" in shown
        kept = recordings.find(meeting["id"], meeting["content"]["cases"][0], "en")
        assert kept
        assert kept.version == "toy"
        assert "2 cases answer" in html_of(press(page, "check-replace"))
        new = recordings.find(meeting["id"], meeting["content"]["cases"][0], "en")
        assert new
        assert new.version == "next"


def test_a_service_that_stops_during_the_check_is_told_and_not_waited_for(
    service: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting = make(service)
    page = press(check_page(meeting))
    client = client_of(service)
    asked = 0

    def explain(*_arguments: Any, **_options: Any) -> None:
        nonlocal asked
        asked += 1
        raise Unavailable("gone")

    monkeypatch.setattr(client, "explain", explain)
    present_by(client, monkeypatch)
    shown = html_of(press(page))
    assert "2 cases have no answer." in shown
    assert "Mieszkanie na Woli: The service cannot be reached." in shown
    assert asked == 1
    assert "Every case can be shown even if the service stops." in shown


def test_a_run_sheet_without_cases_says_what_to_do(service: TestClient) -> None:
    shown = html_of(press(check_page(make(service, cases=[]))))
    assert "Add a case to the run sheet." in shown


def test_names_of_cases_are_shown_as_they_are_typed(service: TestClient) -> None:
    hostile = "<img src=x onerror=alert(1)> **a** $x$"
    cases = [CONTENT["cases"][0] | {"name": hostile, "model": "flat-price", "version": "gone"}]
    shown = html_of(press(check_page(make(service, cases=cases))))
    assert "&lt;img src=x onerror=alert(1)&gt; **a** $x$: version gone" in shown
    assert "<img" not in shown


def test_without_the_service_the_page_says_so_and_what_is_recorded(
    service: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting = make(service)
    press(check_page(meeting))

    def fail(*_arguments: Any, **_options: Any) -> None:
        raise Unavailable("gone")

    client = client_of(service)
    for name in ("models", "card", "ready"):
        monkeypatch.setattr(client, name, fail)
    for name in ("read", "check", "set_state"):
        monkeypatch.setattr(client.meetings, name, fail)
    serve_by(client, monkeypatch)
    present_by(client, monkeypatch)
    shown = html_of(press(check_page(meeting)))
    monkeypatch.undo()
    wait_for_steps()
    assert "The service cannot be reached." in shown
    assert "Every case can be shown even if the service stops." in shown
    assert "answer as recorded" not in shown
