"""Promises of Review in a real browser: keyboard alone, readable on a phone and a projector, and nothing typed runs."""

import uuid
from typing import Any

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from client import Client, NewFeedback
from tests.support.accessibility import severe_violations
from tests.support.browser_session import Visit
from tests.support.page_layout import CUT_TEXTS, PHONE, PROJECTOR
from tests.support.server_process import Program

HOSTILE = "<img src=x onerror='window.ran = 1'> ![x](http://evil.example/x.png) =1+1\n\u202eabc \x00 e" + "\u0301" * 1800
WORDS = {"en": ("Details", "Save", "Saved."), "pl": ("Szczegóły", "Zapisz", "Zapisano.")}


def give(service: Program, **entry: Any) -> str:
    """Store a disagreement on the first example of a model, and return its id."""
    client = Client(service.url)
    card = client.card("diamond-price")
    row = card["examples"][0]["row"]
    shown = {"page": "try", "language": "en", "prediction": client.predict("diamond-price", [row])["predictions"][0]}
    whole: NewFeedback = {"model": "diamond-price", "version": card["version"], "row": row, "shown": shown} | entry  # type: ignore[assignment]
    return client.feedback.give(whole, uuid.uuid4().hex)["id"]


def review(visit: Any, programs: tuple[Program, Program], path: str, **options: Any) -> Visit:
    """Open a presenter's link, then the page."""
    token = Client(programs[0].url).meetings.link()["token"]
    at: Visit = visit(f"/sign-in?token={token}", **options)
    return at.open(path)


class SlowLine:
    """The connection of a page to the demo, whose messages to the page can be held back for a while."""

    def __init__(self) -> None:
        self._held: list[str | bytes] | None = None
        self._socket: WebSocketRoute | None = None

    def connect(self, socket: WebSocketRoute) -> None:
        self._socket = socket
        socket.connect_to_server().on_message(self._pass_on)

    def _pass_on(self, message: str | bytes) -> None:
        assert self._socket is not None
        if self._held is None:
            self._socket.send(message)
        else:
            self._held.append(message)

    def hold(self) -> None:
        self._held = []

    def wait_for(self, page: Page, part: str) -> int:
        """Wait until a message with this part is held back; return how many are."""
        while not any(part.encode() in message for message in self._held or () if isinstance(message, bytes)):
            page.wait_for_timeout(50)
        return len(self._held or ())

    def let_through(self, count: int) -> None:
        """Pass on the first messages that are held back."""
        assert self._socket is not None
        assert self._held is not None
        for each in self._held[:count]:
            self._socket.send(each)
        del self._held[:count]

    def release(self) -> None:
        self.let_through(len(self._held or ()))
        self._held = None


def line_of(page: Page, entry: str) -> Any:
    return page.locator(f".st-key-review-entry-{entry}")


@pytest.mark.parametrize(("language", "size", "scheme"), [("en", PROJECTOR, "light"), ("pl", PHONE, "dark")])
def test_an_entry_is_read_and_answered_by_keyboard_alone(
    language: str, size: dict[str, int], scheme: str, visit: Any, programs: tuple[Program, Program]
) -> None:
    entry = give(programs[0], verdict="disagree", right_answer={"value": 2400.0}, comment=HOSTILE, name="Anna <b>")
    at = review(visit, programs, f"/review?lang={language}", viewport=size, color_scheme=scheme)
    page, (details, save, saved) = at.page, WORDS[language]
    assert severe_violations(page) == []
    line_of(page, entry).get_by_role("button", name=details).focus()
    page.keyboard.press("Enter")
    box = page.locator(".st-key-review-details")
    expect(box.get_by_role("textbox")).to_be_visible()
    at.settled()
    assert severe_violations(page) == []
    assert page.evaluate(CUT_TEXTS) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    box.get_by_role("radio").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    at.settled()
    page.keyboard.press("Tab")
    page.keyboard.type("You said, we did.")
    page.keyboard.press("Tab")
    expect(box.get_by_role("button", name=save)).to_be_focused()
    at.settled()
    page.keyboard.press("Enter")
    expect(page.get_by_text(saved)).to_be_visible()
    receipt = Client(programs[0].url).feedback.follow(entry)
    assert (receipt["state"], receipt["reply"]) == ("accepted", "You said, we did.")
    assert page.evaluate("window.ran") is None
    assert at.foreign == []


def test_without_a_presenters_link_nobodys_words_are_shown(visit: Any, programs: tuple[Program, Program]) -> None:
    give(programs[0], verdict="disagree", comment="a secret of ours")
    at: Visit = visit("/review?lang=en")
    expect(at.page.get_by_role("heading", name="For the person who presents")).to_be_visible()
    expect(at.page.get_by_text("a secret of ours")).to_have_count(0)


def test_a_reply_that_is_typed_before_the_page_answers_a_click_is_saved(
    visit: Any, programs: tuple[Program, Program]
) -> None:
    """On a slow line the page that answers the click arrives when the reply is typed already."""
    entry = give(programs[0], verdict="disagree")
    at = review(visit, programs, "/review?lang=en")
    page, line = at.page, SlowLine()
    page.route_web_socket(lambda _: True, line.connect)
    at.open("/review?lang=en")
    line_of(page, entry).get_by_role("button", name="Details").click()
    box = page.locator(".st-key-review-details")
    reply = box.get_by_role("textbox")
    expect(reply).to_be_visible()
    at.settled()
    line.hold()
    box.get_by_role("radio", name="Accepted").click()
    count = line.wait_for(page, f"review/{entry}/reply")
    reply.fill("You said, we did.")
    box.get_by_role("radio", name="Accepted").focus()
    line.let_through(count)
    box.get_by_role("button", name="Save").click()
    line.release()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert Client(programs[0].url).feedback.follow(entry)["reply"] == "You said, we did."
