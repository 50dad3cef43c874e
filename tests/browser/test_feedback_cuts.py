"""Promise of feedback whose connection is cut while it is sent: one success on the screen, exactly one entry in the store."""

import os
from typing import Any

from playwright.sync_api import WebSocketRoute, expect

from client import Client
from tests.support.browser_session import Visit
from tests.support.server_process import Program

LINK = "/?model=diamond-price&lang=en&carat=0.77"
MAX_MESSAGES = 8
"""What the demo says between a click and the receipt takes fewer messages."""
CUTS = int(os.environ.get("WITRYNA_CUTS", MAX_MESSAGES))
"""One at each message. `WITRYNA_CUTS=30` cuts more often, each at another moment of the page."""
MAX_TRIES = 1_200
"""A minute: stops a test that would otherwise hang."""
TRIES_BEFORE_RELOAD = 200
"""A person who sees nothing happen for ten seconds loads the page again."""
CLICK_AGAIN = """() => [...document.querySelectorAll(".st-key-feedback button:enabled")]
  .filter(button => button.innerText.includes("Send")).forEach(button => button.click())"""
"""A person clicks again as long as the button is there."""


class CutSocket:
    """The connection between browser and demo. `cut_after` lets so many of the next messages through, then cuts it."""

    def __init__(self) -> None:
        self._left: int | None = None

    def cut_after(self, messages: int) -> None:
        """Count from the next message on, whichever way it goes. With 0 that one is lost."""
        self._left = messages

    @property
    def is_cut(self) -> bool:
        return self._left is None

    def connect(self, near: WebSocketRoute) -> None:
        far = near.connect_to_server()
        near.on_message(lambda message: self._pass(near, far, message, to_demo=True))
        far.on_message(lambda message: self._pass(near, far, message, to_demo=False))

    def _pass(self, near: WebSocketRoute, far: WebSocketRoute, message: Any, *, to_demo: bool) -> None:
        if self._left is None:
            (far if to_demo else near).send(message)
        elif self._left > 0:
            self._left -= 1
            (far if to_demo else near).send(message)
            if self._left == 0:
                self._cut(near, far)
        else:
            self._cut(near, far)

    def _cut(self, near: WebSocketRoute, far: WebSocketRoute) -> None:
        self._left = None
        near.close(code=1001)
        far.close(code=1001)


def test_a_cut_at_any_message_while_it_is_sent_stores_each_entry_once(visit: Any, programs: tuple[Program, Program]) -> None:
    at: Visit = visit(LINK)
    page, socket = at.page, CutSocket()
    page.route_web_socket(lambda _: True, socket.connect)
    page.reload()
    at.settled()
    send, again = page.get_by_role("button", name="Send"), page.get_by_role("button", name="Say something else")
    for number in range(CUTS):
        page.locator(".st-key-feedback").get_by_role("radio", name="Yes", exact=True).click()
        expect(send).to_be_enabled()
        at.settled()
        socket.cut_after(number % MAX_MESSAGES)
        send.click()
        for number_of_try in range(1, MAX_TRIES):
            if again.is_visible():
                break
            page.evaluate(CLICK_AGAIN)
            page.wait_for_timeout(50)
            if number_of_try % TRIES_BEFORE_RELOAD == 0:
                page.reload()
                at.settled()
        assert again.is_visible(), page.inner_text("body")
        assert socket.is_cut
        again.click()
        expect(again).to_have_count(0)
    entries = Client(programs[0].url).feedback.entries(model="diamond-price", verdict="agree")["items"]
    assert [entry["row"]["carat"] for entry in entries] == [0.77] * CUTS
