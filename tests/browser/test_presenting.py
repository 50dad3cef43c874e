"""Promises to a presenter in a real browser: a link, a meeting and its run sheet by keyboard alone, then the large screen."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from client import Client
from demo.meeting_pages.meeting_form import new_content
from demo.meetings import run_sheet
from tests.support.accessibility import severe_violations
from tests.support.browser_session import Visit
from tests.support.page_layout import assert_fits, drawn
from tests.support.server_process import Program

MAX_TABS = 120
NOTE = "Ask who would lend here"


def sign_in(visit: Any, service: Client, **options: Any) -> Visit:
    """Open a presenter's link."""
    seen: Visit = visit(f"/sign-in?token={service.meetings.link()['token']}", **options)
    return seen


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until an element has the focus."""
    expect(target).to_be_visible()
    for _ in range(MAX_TABS):
        if target.evaluate("element => element === document.activeElement || element.contains(document.activeElement)"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no key reaches {target}")


def press_on(at: Visit, name: str) -> None:
    """Reach a button by Tab and press it."""
    tab_to(at.page, at.page.get_by_role("button", name=name, exact=True))
    at.page.keyboard.press("Enter")
    at.settled()


def step_of(page: Page) -> Locator:
    return page.locator(".slide-dots")


def make_meeting(service: Client, *names: str) -> Any:
    """Make a meeting over examples of the credit model."""
    rows = service.card("credit-default")["examples"]
    cases = [run_sheet.make_case(name, "credit-default", rows[index]["row"], note=NOTE) for index, name in enumerate(names)]
    content: Any = {**new_content(), "title": "Spring pilot", "cases": cases}
    return service.meetings.create(content, service.feedback.new_key())


def test_a_meeting_is_made_edited_and_presented_by_keyboard_alone(visit: Any, programs: tuple[Program, Program]) -> None:
    service = Client(programs[0].url)
    make_meeting(service, "Pays regularly")
    at = sign_in(visit, service)
    page = at.page
    assert "token" not in page.url
    tab_to(page, page.locator("summary", has_text="New meeting"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("textbox", name="Title").first)
    page.keyboard.type("By keyboard")
    press_on(at, "Make the meeting")
    expect(page.get_by_role("heading", name="By keyboard")).to_be_visible()
    meeting = parse_qs(urlsplit(page.url).query)["meeting"][0]
    examples = page.get_by_role("combobox", name=re.compile("Examples"))
    tab_to(page, examples)
    for letters in ("happy", "Irony"):
        page.keyboard.type(letters)
        expect(page.get_by_role("option").filter(has_text=letters).first).to_be_visible()
        page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    at.settled()
    press_on(at, "Add")
    expect(page.locator(".st-key-run-sheet-cases [role=radiogroup] label").nth(1)).to_be_visible()
    cases = service.meetings.read(meeting)["content"]["cases"]
    assert len(cases) > 1
    page.keyboard.press("Alt+ArrowDown")
    expect(page.locator(".st-key-run-sheet-cases [role=radiogroup] label").first).to_contain_text(cases[1]["name"])
    moved = service.meetings.read(meeting)["content"]["cases"]
    assert [case["id"] for case in moved[:2]] == [cases[1]["id"], cases[0]["id"]]
    tab_to(page, page.get_by_role("textbox", name="Private note"))
    page.keyboard.type(NOTE)
    press_on(at, "Present")
    expect(step_of(page)).to_have_attribute("data-step", "0")
    for _ in range(3):  # faster than the page can draw
        page.keyboard.press("ArrowRight")
    expect(step_of(page)).to_have_attribute("data-step", "3")
    page.keyboard.press("PageUp")
    expect(step_of(page)).to_have_attribute("data-step", "2")
    expect(page.locator(".st-key-present")).not_to_contain_text(NOTE)
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="By keyboard")).to_be_visible()


def test_guesses_arrive_on_the_screen_and_the_notes_follow_in_their_window(
    visit: Any, programs: tuple[Program, Program]
) -> None:
    service = Client(programs[0].url)
    meeting = make_meeting(service, "Pays regularly", "At the limit")
    at = sign_in(visit, service)
    at.open(f"/present?meeting={meeting['id']}")
    page, notes = at.page, at.open_tab(f"/notes?meeting={meeting['id']}").page
    page.keyboard.press("PageDown")
    expect(page.locator(".guesses")).to_have_attribute("data-people", "0")
    expect(notes.get_by_text(NOTE)).to_be_visible()
    first = meeting["content"]["cases"][0]["id"]
    expect(page.get_by_role("heading", name="Pays regularly")).to_be_visible()
    view = service.audience.view(meeting["audience_code"])
    while view["state"]["phase"] != "guess":  # the step is on its way to the service
        view = service.audience.view(meeting["audience_code"])
    for person in ("a" * 22, "b" * 22):
        service.audience.guess(meeting["audience_code"], {"case": first, "person": person, "decision": "approve"})
    expect(page.locator(".guesses")).to_have_attribute("data-people", "2")
    page.keyboard.press(" ")
    expect(at.number).to_have_text("4%")
    expect(page.get_by_text("2 of 2 people said what the model says.")).to_be_visible()
    notes.keyboard.press("ArrowRight")
    expect(page.locator(".why")).to_be_visible()
    expect(page.locator("body")).not_to_contain_text(NOTE)
    notes.close()


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("pl", "dark")])
def test_the_pages_of_presenters_are_accessible_and_fit(
    language: str, scheme: Any, visit: Any, programs: tuple[Program, Program], subtests: pytest.Subtests
) -> None:
    service = Client(programs[0].url)
    meeting = make_meeting(service, "Late for the first time and hardly ever before, as far as we know", "At the limit")
    at = sign_in(visit, service, color_scheme=scheme)
    for path in ("meetings", "run-sheet", "notes", "present"):
        at.open(f"/{path}?meeting={meeting['id']}&lang={language}")
        if path == "present":
            for step in ("1", "2", "3"):
                at.page.keyboard.press("ArrowRight")
                expect(step_of(at.page)).to_have_attribute("data-step", step)
        at.settled()
        page = drawn(at.page)
        with subtests.test("axe finds nothing serious", path=path):
            assert severe_violations(page) == []
        if language == "pl":
            with subtests.test("it cuts no text and does not scroll sideways", path=path):
                assert_fits(at, path)
    assert at.foreign == []
