"""Promises to people who use a keyboard or a screen reader."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.support.accessibility import severe_violations
from tests.support.browser_session import Visit

STREAMLITS_NAMES = re.compile(
    r"App pages|Close.*|Clear.*|Collapse.*|Expand.*|Help for.*|Main menu|Open|Remove.*|Select.*|Sidebar|Upload.*"
    r"|file upload|Skip to main content|No results|Browse.*|Fullscreen"
)
"""What Streamlit calls its own controls, in any language of the page."""


def english_names(page: Any) -> list[str]:
    """Return the names of controls, and the texts of links and buttons, that Streamlit wrote."""
    find = "all => all.filter(one => one.checkVisibility()).map(one => one.ariaLabel || one.innerText || '')"
    names = page.locator("[aria-label], a, button").evaluate_all(find)
    return sorted({name.strip() for name in names if STREAMLITS_NAMES.fullmatch(name.strip())})


@pytest.mark.parametrize(
    ("model", "language", "scheme"),
    [
        ("credit-default", "en", "light"),
        ("credit-default", "pl", "dark"),
        ("comment-sentiment", "pl", "dark"),
        ("diamond-price", "en", "light"),
    ],
)
def test_axe_finds_nothing_serious_and_polish_pages_have_polish_names(
    model: str, language: str, scheme: Any, visit: Any
) -> None:
    seen: Visit = visit(f"/?model={model}&lang={language}", color_scheme=scheme)
    violations = {}
    for path in seen.menu_pages():
        violations[path] = severe_violations(seen.page) + (english_names(seen.page) if language == "pl" else [])
    assert {path: each for path, each in violations.items() if each} == {}
    assert "/about" in violations, "the last page of every menu"


@pytest.mark.parametrize(("language", "title"), [("en", "How good · Witryna"), ("pl", "Jakość · Witryna")])
def test_the_document_says_its_language_and_its_page(language: str, title: str, visit: Any) -> None:
    page = visit(f"/how-good?lang={language}").page
    expect(page).to_have_title(title)
    assert page.locator("html").get_attribute("lang") == language


def test_the_language_of_the_document_follows_the_choice_of_the_visitor(visit: Any) -> None:
    page = visit("/?lang=en").page
    page.get_by_role("radio", name="Polski").click()
    expect(page.locator("html")).to_have_attribute("lang", "pl")


def test_the_first_stop_of_the_keyboard_leads_past_the_menu_to_the_form(visit: Any) -> None:
    page = visit("/?model=credit-default&lang=en").page
    expect(page.locator(".st-key-page input").first).to_be_visible()
    expect(page.get_by_test_id("stMainMenuButton")).to_be_hidden()  # Streamlit's own menu, in English only
    page.locator("body").press("Tab")
    link = page.locator("#skip-link")
    expect(link).to_be_focused()
    expect(link).to_be_in_viewport()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.closest('.st-key-page') !== null")


def test_names_of_fields_hold_no_markup(visit: Any) -> None:
    page = visit("/?model=credit-default&lang=en&months_late_now=2").page
    names = page.locator(".st-key-page [aria-label]").evaluate_all("all => all.map(one => one.ariaLabel)")
    assert [name for name in names if re.search(r"\\|:\w+\[|\*\*", name)] == []


def test_the_menu_button_of_a_phone_has_a_name(visit: Any) -> None:
    page = visit("/?lang=en", viewport={"width": 375, "height": 667}).page
    expect(page.get_by_role("button", name="Menu", exact=True)).to_be_visible()
