"""Promises of the presenter's link: the token becomes a cookie that scripts cannot read, and leaves the address."""

from collections.abc import Callable
from typing import Any

import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from client import Refused, Unavailable
from demo.configuration.demo_file import DemoConfig
from demo.web.presenter_sign_in import PRESENTER, PresenterSignIn, is_presenter_secret

LINK, MEETING_TOKEN, SESSION = "wl_" + "l" * 22, "wm_" + "m" * 22, "ws_" + "s" * 22


def exchange(token: str) -> tuple[str, str | None]:
    """Answer as the service: it knows one link and one meeting."""
    known: dict[str, tuple[str, str | None]] = {LINK: (SESSION, None), MEETING_TOKEN: (MEETING_TOKEN, "m 1")}
    if token not in known:
        raise Refused("unknown", "1", status=404, code="unknown_link", errors=[])
    return known[token]


def unreachable(_token: str) -> tuple[str, str | None]:
    raise Unavailable("away")


def browser(sign_in: Callable[[str], tuple[str, str | None]] = exchange, **options: Any) -> TestClient:
    app = PresenterSignIn(PlainTextResponse("a page"), sign_in, DemoConfig())
    return TestClient(app, follow_redirects=False, **options)


def test_a_link_becomes_a_session_that_scripts_cannot_read_and_leaves_the_address() -> None:
    answer = browser().get(f"/sign-in?token={LINK}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/meetings")
    assert answer.headers["cache-control"] == "no-store"
    parts = answer.headers["set-cookie"].split("; ")
    assert parts[0] == f"{PRESENTER}={SESSION}"
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(parts)
    assert LINK not in str(answer.headers)


def test_a_link_of_one_meeting_opens_its_run_sheet_or_its_present_view() -> None:
    answer = browser().get(f"/sign-in?token={MEETING_TOKEN}")
    assert answer.headers["location"] == "/run-sheet?meeting=m+1"
    answer = browser().get(f"/sign-in?token={MEETING_TOKEN}&open=present")
    assert answer.headers["location"] == "/present?meeting=m+1"


def test_a_link_can_open_the_first_page_with_a_model() -> None:
    answer = browser().get(f"/sign-in?token={LINK}&open=start&model=my+own&lang=pl")
    assert answer.headers["location"] == "/?model=my+own&lang=pl"
    assert browser().get(f"/sign-in?token={LINK}&open=//evil.example").headers["location"] == "/meetings"


def test_the_cookie_is_sent_over_https_alone_if_the_demo_is_there_and_to_its_path() -> None:
    client = browser(base_url="https://models.example.com", root_path="/demo")
    answer = client.get(f"/demo/sign-in?token={LINK}")
    assert {"Secure", "Path=/demo"} <= set(answer.headers["set-cookie"].split("; "))
    assert answer.headers["location"] == "/demo/meetings"


@pytest.mark.parametrize(
    "query",
    ["", "?token=", f"?token={LINK}x", "?token=ws_" + "s" * 22, "?token=wl_<script>", f"?token={LINK[:-1]}%0d%0aX:1"],
)
def test_a_wrong_or_used_link_is_a_page_that_says_what_to_do(query: str) -> None:
    answer = browser().get(f"/sign-in{query}")
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    assert "Ask the person who runs the demo for a new link." in answer.text
    assert "script" not in answer.text


def test_the_page_of_a_wrong_link_is_in_the_readers_language() -> None:
    answer = browser().get("/sign-in?token=wl_x", headers={"accept-language": "pl-PL,pl;q=0.9"})
    assert '<html lang="pl">' in answer.text
    assert "Ten link prowadzącego niczego nie otwiera" in answer.text


def test_a_link_that_meets_no_service_can_be_opened_again() -> None:
    answer = browser(unreachable).get(f"/sign-in?token={LINK}")
    assert answer.status_code == 503
    assert "set-cookie" not in answer.headers
    assert "Your link is still good" in answer.text
    assert '<a href="">' in answer.text


def test_signing_out_removes_the_cookie_unless_another_site_asks_for_it() -> None:
    answer = browser().get("/sign-out", headers={"sec-fetch-site": "same-origin"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert f'{PRESENTER}="";' in answer.headers["set-cookie"]
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert "set-cookie" not in browser().get("/sign-out", headers={"sec-fetch-site": "cross-site"}).headers


def test_every_other_address_reaches_the_pages() -> None:
    assert browser().get("/meetings").text == "a page"
    assert browser().post("/sign-in").text == "a page"


@pytest.mark.parametrize("text", ["", LINK, "ws_short", SESSION + "\n", SESSION + "é", "ws_" + "a" * 201])
def test_what_cannot_be_a_secret_of_the_service_is_none(text: str) -> None:
    assert is_presenter_secret(SESSION)
    assert is_presenter_secret(MEETING_TOKEN)
    assert not is_presenter_secret(text)
