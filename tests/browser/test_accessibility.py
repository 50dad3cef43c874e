"""Promises to people who use a keyboard or a screen reader."""

import re
from typing import Any

from playwright.sync_api import expect


def test_the_document_says_its_language_and_its_page_and_follows_the_choice_of_the_visitor(visit: Any) -> None:
    page = visit("/how-good?lang=en").page
    expect(page).to_have_title("How good · Witryna")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("radio", name="Polski").click()
    expect(page).to_have_title("Jakość · Witryna")
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
