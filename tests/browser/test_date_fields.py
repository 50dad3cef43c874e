"""Promises of dates and datetimes in a real browser: typed by keyboard or chosen in the calendar, on a laptop and a phone."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.support.browser_session import Contexts, own_demo, visits_of
from tests.support.stub_service import StubService, hand_made

DAY = {"name": "day", "type": "date", "label": "Day", "minimum": "2020-01-01", "maximum": "2030-12-31"}
MOMENT = {"name": "at", "type": "datetime", "label": "Call", "nullable": True}
START = {"day": "2026-11-29", "at": "2026-11-29T14:30:27Z"}
SIZES = {"laptop": {"width": 1280, "height": 860}, "phone": {"width": 375, "height": 667}}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    stub = StubService()
    photo = {"name": "photo", "type": "sound", "label": "Photo", "default": "x"}
    stub.cards = [hand_made([DAY, MOMENT, photo], examples=[{"name": "e", "row": START}])]
    stub.swept = {"day": [f"2026-{month:02}-01" for month in range(1, 13)]}
    with own_demo(stub.url) as demo:
        yield demo.url
    stub.stop()


@pytest.fixture
def visit(contexts: Contexts, url: str) -> Iterator[Any]:
    with visits_of(contexts, url) as begin:
        yield begin


def test_a_typed_date_and_time_are_in_the_url_and_restored_from_it(visit: Any) -> None:
    at = visit("/?model=fifth&lang=pl&start=e", locale="pl-PL")
    for box, keys, shown in (
        ("stDateInput", "24122026", "day=2026-12-24"),
        ("stDateTimeInput", "241220260815", "at=2026-12-24T08(:|%3A)15"),
    ):
        at.page.locator(f"[data-testid={box}] [role=spinbutton]").first.click()
        at.page.keyboard.type(keys, delay=40)
        at.page.locator("h1").click()
        expect(at.page).to_have_url(re.compile(shown))
    at.settled()
    again = visit("/?" + at.page.url.partition("?")[2], locale="pl-PL")
    years = again.page.locator(
        "[data-testid=stDateInput] [role=spinbutton], [data-testid=stDateTimeInput] [role=spinbutton]"
    )
    expect(years).to_have_text(["24", "12", "2026", "24", "12", "2026", "08", "15"])
    expect(again.page.get_by_text("(required)").first).to_be_hidden()


@pytest.mark.parametrize("size", SIZES)
def test_a_day_chosen_in_the_calendar_changes_the_case(visit: Any, size: str) -> None:
    at = visit("/?model=fifth&lang=en&start=e", viewport=SIZES[size])
    at.page.locator("[data-testid=stDateInput] button").last.click()
    at.page.get_by_role("button", name=re.compile("12 November 2026")).click()
    expect(at.page).to_have_url(re.compile("day=2026-11-12"))
    at.settled()
    expect(at.page.get_by_text("was November 29, 2026")).to_be_visible()


@pytest.mark.parametrize("path", ["", "what-if"])
def test_pages_with_dates_fit_the_screen_and_call_no_other_host(visit: Any, path: str) -> None:
    at = visit(f"/{path}?model=fifth&lang=pl&start=e")
    expect(at.page.get_by_text("Demo nie ma kontrolki dla tego pola." if not path else "lip 2026").first).to_be_visible()
    for size in SIZES.values():
        at.resize(**size)
        width = at.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert width <= 0
    assert at.foreign == []
