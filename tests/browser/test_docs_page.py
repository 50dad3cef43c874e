"""The promise of the service's docs page: its content policy blocks nothing that the page needs."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser_session import ARGUMENTS, installed_browser
from tests.support.server_process import Program


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of a browser that compiles scripts twice: the docs page resolves its whole document in seconds of JavaScript."""
    arguments = [each for each in ARGUMENTS if not each.startswith("--js-flags")]
    with browser.browser_type.launch(executable_path=installed_browser(), args=arguments) as compiling:
        yield compiling.new_page()


def test_the_docs_page_shows_its_operations_and_sends_a_request(bundled_service: Program, page: Page) -> None:
    refusals: list[str] = []
    page.on("console", lambda message: refusals.append(message.text) if message.type == "error" else None)
    page.goto(f"{bundled_service.url}/docs#/health/live_health_live_get")
    page.get_by_role("button", name="Try it out").first.click()
    page.get_by_role("button", name="Execute").first.click()
    expect(page.locator(".live-responses-table tbody .response-col_status")).to_have_text("200")
    assert refusals == []
