"""Promises of a page of the demo in a frame of another page: whole for allowed origins, and nothing for others."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.support.browser_session import Contexts, Visit, own_demo
from tests.support.foreign_page import serving_frames
from tests.support.server_process import Program

ALLOWED, OTHER = "localhost", "127.0.0.1"


@pytest.fixture(scope="module")
def demo_and_port(bundled_service: Program) -> Iterator[tuple[Program, int]]:
    """A demo that pages on `localhost` may show, and the port of such pages."""
    with serving_frames() as port, own_demo(bundled_service.url, DEMO_EMBED_ORIGINS=f"http://{ALLOWED}:{port}") as demo:
        yield demo, port


@pytest.fixture
def page(contexts: Contexts, demo_and_port: tuple[Program, int]) -> Iterator[Page]:
    visit = Visit(contexts, demo_and_port[0].url)
    yield visit.page
    visit.close()


def open_frame(page: Page, demo_and_port: tuple[Program, int], host: str, path: str) -> FrameLocator:
    """Open a page on a host, with the demo in its frame."""
    demo, port = demo_and_port
    page.goto(f"http://{host}:{port}/?frame={quote(demo.url + path, safe='')}")
    return page.frame_locator("iframe")


def test_a_frame_of_an_allowed_origin_answers_a_change_without_menu_and_leads_to_the_whole_demo(
    page: Any, demo_and_port: tuple[Program, int]
) -> None:
    frame = open_frame(page, demo_and_port, ALLOWED, "/?model=credit-default&lang=en&embed=true")
    number = frame.locator(".answer .number")
    expect(number).to_have_text("4%")
    for part in ("stHeader", "stTopNavLink"):
        expect(frame.get_by_test_id(part).locator("visible=true")).to_have_count(0)
    expect(frame.get_by_text("Polski")).to_have_count(0)
    expect(frame.locator("#skip-link")).to_be_attached()
    expect(frame.locator("#skip-link")).to_be_hidden()
    late = frame.get_by_role("textbox", name="Months late now")
    late.fill("2")
    late.press("Enter")
    expect(number).not_to_have_text("4%")
    link = frame.get_by_role("link", name="Open in full")
    expect(link).to_be_in_viewport()
    expect(link).to_have_attribute("href", re.compile("months_late_now=2"))
    address = urlsplit(link.get_attribute("href") or "")
    assert f"{address.scheme}://{address.netloc}" == demo_and_port[0].url
    assert "embed" not in parse_qs(address.query)


def test_a_frame_of_another_origin_shows_nothing_of_the_demo(page: Any, demo_and_port: tuple[Program, int]) -> None:
    sockets: list[str] = []
    page.on("websocket", lambda socket: sockets.append(socket.url))
    with page.expect_console_message(lambda message: "frame-ancestors" in message.text):
        frame = open_frame(page, demo_and_port, OTHER, "/?model=credit-default&lang=en&embed=true")
    expect(frame.get_by_test_id("stApp")).to_have_count(0)
    assert [each.url for each in page.frames[1:]] == ["chrome-error://chromewebdata/"]
    assert sockets == []
