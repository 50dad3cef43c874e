"""Promises of the demo for the audience of a meeting: it sees what the presenter chose, and can go back or leave."""

import base64
import uuid
from typing import Any

from playwright.sync_api import expect

from client import Client
from tests.support.accessibility import severe_violations
from tests.support.page_layout import drawn
from tests.support.server_process import Program

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def test_a_visitor_of_a_meeting_sees_its_pages_models_language_and_look_until_leaving(
    visit: Any, programs: tuple[Program, Program]
) -> None:
    look: Any = {"name": "Client <Ltd>", "accent": "#7A1F5C", "logo": {"media_type": "image/png", "data": PIXEL}}
    content: Any = {"title": "Spring pilot", "language": "pl", "models": ["diamond-price", "credit-default"], "look": look}
    meeting = Client(programs[0].url).meetings.create(content | {"pages": ["compare"]}, uuid.uuid4().hex)
    seen = visit("/about?lang=en")
    page = seen.page
    page.goto(f"{programs[1].url}/live/{meeting['audience_code']}")
    page.goto(f"{programs[1].url}/?model=comment-sentiment&lang=en")
    seen.settled()
    expect(page).to_have_title("Wypróbuj · Client <Ltd>")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ile jest wart ten diament?")
    expect(page.get_by_test_id("stTopNavSection")).to_have_text(["Analiza", "Spotkanie"])
    expect(page.get_by_text("English")).to_have_count(0)
    logo = page.get_by_test_id("stHeaderLogo").get_attribute("src")
    assert base64.b64decode(logo.partition(",")[2]) == base64.b64decode(PIXEL)
    assert severe_violations(drawn(page)) == []
    page.goto(f"{programs[1].url}/how-good?model=diamond-price")
    expect(page.get_by_role("heading", level=1)).to_have_text("Tej strony tu nie ma")
    back = page.get_by_role("link", name="Wróć do spotkania")
    expect(back).to_have_attribute("href", f"live/{meeting['audience_code']}")
    back.click()
    expect(page.get_by_test_id("stApp")).to_have_count(0)
    page.go_back()
    page.get_by_role("link", name="Opuść spotkanie").click()
    seen.settled()
    expect(page.get_by_role("heading", level=1)).to_have_text("Witryna")
    expect(page.get_by_test_id("stTopNavSection")).to_have_count(4)
    assert seen.foreign == []
