"""Promises of the page behind a real nginx: it draws and answers at the root and below a path, kept or cut."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.support import nginx
from tests.support.browser_session import Contexts, Visit
from tests.support.server_process import Program, demo_program, free_port, running

NAME = "models.localhost"
"""Browsers resolve every name below `localhost` to this machine."""


@pytest.fixture(scope="module")
def ports(bundled_service: Program) -> Iterator[dict[str, int]]:
    """nginx with the file of deploy/, and with its defaults in front of a demo with a base path."""
    ports = {kind: free_port() for kind in ("file", "kept", "cut")}
    root = demo_program(bundled_service.url, DEMO_ALLOWED_HOSTS=NAME)
    below = demo_program(bundled_service.url, DEMO_ALLOWED_HOSTS=NAME, DEMO_BASE_PATH="/team/models")
    service_port, root_port = (urlsplit(program.url).port or 0 for program in (bundled_service, root))
    servers = [
        nginx.deployed(service_port, root_port, ports["file"], NAME),
        nginx.with_defaults(ports["kept"], {"/team/models/": below.url}),
        nginx.with_defaults(ports["cut"], {"/team/models/": below.url + "/"}),
    ]
    with running(root), running(below), nginx.nginx("\n".join(servers), ports["file"]):
        yield ports


@pytest.mark.parametrize(("kind", "base"), [("file", ""), ("kept", "/team/models"), ("cut", "/team/models")])
def test_a_page_behind_nginx_opens_by_link_answers_a_change_and_leads_to_the_next_page(
    kind: str, base: str, ports: dict[str, int], contexts: Contexts
) -> None:
    visit = Visit(contexts, f"http://{NAME}:{ports[kind]}{base}")
    page: Any = visit.open("/what-if?model=credit-default&start=two-months-late").page
    expect(page.get_by_test_id("stPlotlyChart")).to_be_visible()
    page.get_by_role("link", name="Try", exact=True).click()
    visit.settled()
    expect(visit.number).to_be_visible()
    before = visit.number.inner_text()
    late = page.get_by_role("textbox", name="Months late now")
    late.fill("0")
    late.press("Enter")
    expect(visit.number).not_to_have_text(before)
    assert urlsplit(page.url).path.removeprefix(base) in {"/", "/try"}
    page.reload()
    visit.settled()
    expect(visit.number).to_be_visible()
    visit.close()
