"""Promises of the log-in, with a real OpenID provider on this machine: before it, no page shows anything."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.support.accessibility import severe_violations
from tests.support.browser_session import Contexts, Visit
from tests.support.page_layout import drawn
from tests.support.server_process import Program, demo_program, free_port, running, wait_until

STYLE_OF_PROVIDER = "https://cdn.jsdelivr.net/npm/@picocss/pico@2/css/pico.min.css"
"""The provider's own pages ask for it; the demo's never do."""
PERSON = "anna@example.com"


@contextmanager
def provider() -> Iterator[str]:
    """A provider that knows one person; its address."""
    port = free_port()
    claims = json.dumps({"sub": PERSON, "email": PERSON})
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port), "--user-claims", claims]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: answers(f"{url}/.well-known/openid-configuration"), process)
        yield url
    finally:
        process.terminate()
        process.wait(20)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except OSError:
        return False


@pytest.fixture(scope="module")
def closed_demo(bundled_service: Program, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    file: Path = tmp_path_factory.mktemp("login") / "secrets.toml"
    demo = demo_program(bundled_service.url, DEMO_LOGIN=str(file))
    with provider() as url:
        file.write_text(
            f"""
            [auth]
            redirect_uri = "{demo.url}/oauth2callback"
            cookie_secret = "{"s" * 40}"
            client_id = "demo"
            client_secret = "not checked by this provider"
            server_metadata_url = "{url}/.well-known/openid-configuration"
            """,
            encoding="utf-8",
        )
        with running(demo):
            yield demo


def test_a_visitor_sees_no_page_before_the_log_in_all_pages_after_it_and_none_after_the_log_out(
    closed_demo: Program, contexts: Contexts
) -> None:
    visit = Visit(contexts, closed_demo.url)
    visit.page.route(STYLE_OF_PROVIDER, lambda route: route.abort())
    for path in ("/what-if?model=credit-default&lang=en", "/models?embed=true", "/?lang=en"):
        page = drawn(visit.open(path).page)
        expect(page.get_by_role("button", name="Log in")).to_be_visible()
        text = page.locator("body").inner_text()
        assert not [word for word in ("Credit", "diamond", "comment", "Explore", "Files") if word in text], path
    assert severe_violations(page) == []
    page.get_by_role("button", name="Log in").click()
    page.locator("input[name=sub]").fill(PERSON)
    page.get_by_role("button", name="Authorize").click()
    expect(page.get_by_role("button", name="Open Credit default")).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="Open Credit default")).to_be_visible()
    visit.open("/what-if?model=credit-default&lang=pl")
    expect(page.get_by_role("heading", level=1)).to_have_text("Co jeśli?")
    page.get_by_role("button", name="Wyloguj się").click()
    page.get_by_role("button", name="End session").click()
    expect(page.get_by_role("button", name="Log in")).to_be_visible()
    page.goto(f"{closed_demo.url}/what-if?model=credit-default&lang=en")
    expect(page.get_by_role("button", name="Log in")).to_be_visible()
    assert [url for url in visit.foreign if url != STYLE_OF_PROVIDER] == []
    visit.close()


def test_a_cookie_that_somebody_else_signed_opens_nothing(closed_demo: Program, contexts: Contexts) -> None:
    visit = Visit(contexts, closed_demo.url)
    page = visit.open("/?lang=en").page
    forged = "2|1:0|10:1796000000|15:_streamlit_user|20:eyJpc19sb2dnZWRfaW4iOnRydWV9|" + "0" * 64
    page.context.add_cookies([{"name": "_streamlit_user", "value": forged, "url": closed_demo.url}])
    visit.open("/?lang=en")
    expect(page.get_by_role("button", name="Log in")).to_be_visible()
    page.context.clear_cookies()
    visit.close()
