"""Promises of feedback in a real browser: one entry whatever is clicked or cut, and nothing written is lost in an outage."""

from typing import Any

from playwright.sync_api import Page, expect

from client import Client
from tests.support.browser_session import Visit
from tests.support.server_process import Program

LINK = "/?model=diamond-price&lang=en"


def stored(programs: tuple[Program, Program], reason: str) -> list[Any]:
    """Return the stored entries with this comment."""
    items: list[Any] = Client(programs[0].url).feedback.entries(model="diamond-price")["items"]
    return [item for item in items if item["comment"] == reason]


def write(at: Visit, comment: str) -> Page:
    """Disagree and write a comment; the button Send is next."""
    page = at.page
    page.locator(".st-key-feedback").get_by_role("radio", name="No", exact=True).click()
    at.settled()
    page.get_by_label("In your words, if you like").fill(comment)
    page.get_by_label("Your name, if you like").click()
    at.settled()
    return page


def test_ten_clicks_at_once_store_one_entry(visit: Any, programs: tuple[Program, Program]) -> None:
    at: Visit = visit(LINK)
    page = write(at, "ten clicks")
    page.get_by_role("button", name="Send").evaluate("button => { for (let i = 0; i < 10; i++) button.click(); }")
    expect(page.get_by_text("Saved on")).to_be_visible()
    at.settled()
    assert len(stored(programs, "ten clicks")) == 1


def test_what_is_sent_during_an_outage_is_kept_and_stored_by_itself(visit: Any, programs: tuple[Program, Program]) -> None:
    at: Visit = visit(LINK + "&carat=0.71")
    page = write(at, "during an outage")
    programs[0].stop()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Not saved yet")).to_be_visible()
    programs[0].start()
    expect(page.get_by_text("Saved on")).to_be_visible(timeout=60_000)
    assert len(stored(programs, "during an outage")) == 1


def test_a_page_that_is_left_at_the_moment_of_sending_stores_one_entry(
    visit: Any, programs: tuple[Program, Program]
) -> None:
    at: Visit = visit(LINK + "&carat=0.72")
    page = write(at, "left at once")
    page.get_by_role("button", name="Send").click(no_wait_after=True)
    page.reload()
    at.settled()
    send = page.get_by_role("button", name="Send")
    expect(page.get_by_text("Saved on").or_(send)).to_be_visible()
    if send.is_visible():  # the click did not reach the demo: what was written is there
        expect(page.get_by_label("In your words, if you like")).to_have_value("left at once")
        send.click()
        expect(page.get_by_text("Saved on")).to_be_visible()
    assert len(stored(programs, "left at once")) == 1
