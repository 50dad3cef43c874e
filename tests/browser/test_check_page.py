"""Promises of the page Check in a real browser: a wrong clock is found, and the page needs no mouse and fits on a phone."""

from typing import Any

from playwright.sync_api import expect

from client import Client
from tests.support.accessibility import severe_violations
from tests.support.browser_session import Visit
from tests.support.server_process import Program

TEN_MINUTES_AHEAD = "const now = Date.now; Date.now = () => now() + 600_000;"


def test_a_wrong_clock_is_found_and_the_page_needs_no_mouse(visit: Any, programs: tuple[Program, Program]) -> None:
    client = Client(programs[0].url)
    row = client.card("credit-default")["examples"][0]["row"]
    case: Any = {"id": "one", "name": "One", "model": "credit-default", "row": row}
    meeting = client.meetings.create({"title": "Pilot", "cases": [case]}, client.feedback.new_key())
    at: Visit = visit(f"/sign-in?token={meeting['presenter_token']}")
    page = at.page
    page.add_init_script(TEN_MINUTES_AHEAD)
    at.open(f"/check?meeting={meeting['id']}&lang=en")
    page.get_by_role("button", name="Check and record").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("The clocks of this computer and of the demo differ by 10 min.")).to_be_visible()
    assert page.locator(".check .bad h2").all_inner_texts() == ["Audience link", "Clock"]
    assert severe_violations(page) == []
    at.resize(375, 667)
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
