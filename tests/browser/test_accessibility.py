"""Promises to people who use a keyboard or a screen reader."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect


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
