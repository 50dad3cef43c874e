"""Promises of demo.toml in a browser: title, logo and colour are on every page, can be read, and come from no other host."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.support.accessibility import severe_violations
from tests.support.browser_session import Contexts, Visit, own_demo
from tests.support.page_layout import drawn
from tests.support.server_process import Program

LOGO = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 20"><rect width="90" height="20" rx="4" fill="#7A1F5C"/>'
    '<text x="8" y="15" font-size="14" fill="#FFFFFF">Acme</text></svg>'
)
TOO_LIGHT = "#FFCC00"


@pytest.fixture(scope="module")
def acme_demo(bundled_service: Program, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    folder: Path = tmp_path_factory.mktemp("acme")
    (folder / "logo.svg").write_text(LOGO, encoding="utf-8")
    file = folder / "demo.toml"
    file.write_text(
        f'title = "Acme: risk"\nlogo = "logo.svg"\naccent = "{TOO_LIGHT}"\npages = ["models", "try", "compare", "about"]',
        encoding="utf-8",
    )
    with own_demo(bundled_service.url, DEMO_CONFIG=str(file)) as demo:
        yield demo


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def rgb(colour: str) -> str:
    return f"rgb({', '.join(str(int(colour[index : index + 2], 16)) for index in (1, 3, 5))})"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_title_logo_and_a_colour_that_can_be_read_are_on_the_pages(
    scheme: Any, acme_demo: Program, contexts: Contexts
) -> None:
    visit = Visit(contexts, acme_demo.url, color_scheme=scheme)
    page = visit.open("/?model=credit-default&lang=en").page
    expect(page).to_have_title("Try · Acme: risk")
    expect(page.get_by_test_id("stHeaderLogo")).to_have_attribute("src", f"data:image/svg+xml;base64,{encoded(LOGO)}")
    expect(page.get_by_test_id("stTopNavSection")).to_have_text(["Explore", "Model"])
    assert severe_violations(drawn(page)) == []
    pressed = page.locator("[data-testid=stButtonGroup] button[aria-checked=true]").first
    colour = pressed.evaluate("one => getComputedStyle(one).color")
    assert colour == rgb(TOO_LIGHT) if scheme == "dark" else colour != rgb("#1F4E79"), "darker in the light theme alone"
    missing = page.request.get(f"{acme_demo.url}/nowhere").text()
    assert "Acme: risk" in missing
    assert visit.foreign == []
    visit.close()
