"""Promises of every page of the menu, kept in one visit for each model: to people who see it, hear it, or type on it."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.support.accessibility import severe_violations
from tests.support.browser_session import Visit
from tests.support.page_layout import assert_fits, drawn, kept
from tests.support.server_process import Program

ENGLISH_WORDS = re.compile(r"\b(?:the|press|answer|live|field|value|case)\b", re.IGNORECASE)
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
        ("credit-default", "pl", "dark"),
        ("comment-sentiment", "pl", "dark"),
        ("diamond-price", "en", "light"),
    ],
)
def test_every_page_of_the_menu_is_accessible_whole_in_one_language_and_without_other_hosts(
    model: str, language: str, scheme: Any, visit: Any, subtests: pytest.Subtests
) -> None:
    seen: Visit = visit(f"/?model={model}&lang={language}&{kept(2, 'Ü' * 38)}", color_scheme=scheme)
    paths = []
    for path in seen.menu_pages():
        paths.append(path)
        page = drawn(seen.page)
        with subtests.test("it is drawn without an exception", path=path):
            expect(page.get_by_test_id("stException")).to_have_count(0)
        with subtests.test("axe finds nothing serious", path=path):
            assert severe_violations(page) == []
        if language == "pl":
            with subtests.test("a Polish page has Polish names", path=path):
                assert english_names(page) == []
        if language == "pl" and model != "comment-sentiment":  # its comments are English
            with subtests.test("a Polish page has no English words", path=path):
                text = page.get_by_test_id("stMain").inner_text()
                assert ENGLISH_WORDS.findall(text) == [], text
        with subtests.test("it cuts no text and does not scroll sideways", path=path):
            assert_fits(seen, path)
    assert seen.foreign == []
    assert "/about" in paths, "the last page of every menu"


def test_a_group_of_the_menu_opens_by_keys_is_accessible_and_says_that_it_has_the_page(visit: Any) -> None:
    page = visit("/?model=credit-default&lang=pl", color_scheme="dark").page
    groups = page.get_by_test_id("stTopNavSection")
    expect(groups).to_have_text(["Analiza", "Dane", "Model", "Spotkanie"])
    expect(page.locator("[data-testid=stTopNavSection][data-current]")).to_have_count(0)
    groups.nth(1).press("Enter")
    items = page.get_by_role("menuitem")
    expect(items).to_have_text(["Pliki", "Klienci", "Na bieżąco"])
    expect(items.first).to_be_focused()
    assert severe_violations(page) == []
    items.first.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_title("Klienci · Witryna")
    expect(page.locator("[data-testid=stTopNavSection][data-current]")).to_have_text("Dane")


def test_a_phone_has_the_pages_below_the_titles_of_their_groups(visit: Any) -> None:
    page = visit("/compare?model=comment-sentiment&lang=en", viewport={"width": 375, "height": 667}).page
    page.get_by_role("button", name="Menu", exact=True).click()
    menu = page.get_by_test_id("stSidebarNav")
    expect(menu.get_by_test_id("stNavSectionHeader")).to_contain_text(["Explore", "Data", "Model", "Meeting"])
    links = ["Try", "Compare", "Files", "Feed", "How good", "Take it away", "About the model", "All models", "Meetings"]
    expect(menu.get_by_test_id("stSidebarNavLink")).to_have_text(links)
    assert severe_violations(page) == []


def test_the_pages_of_presenters_are_in_the_menu_of_a_presenter_alone(visit: Any, programs: tuple[Program, Program]) -> None:
    seen: Visit = visit("/about?model=credit-default&lang=en")
    group = seen.page.get_by_test_id("stTopNavSection").last
    group.click()
    expect(seen.page.get_by_role("menuitem")).to_have_text(["Meetings"])  # which says how to become one
    cookie = {"name": "witryna-presenter", "value": f"wm_{'a' * 43}", "url": programs[1].url}
    seen.page.context.add_cookies([cookie])  # type: ignore[list-item]
    seen.open("/about?model=credit-default&lang=en")
    group.click()
    expect(seen.page.get_by_role("menuitem")).to_have_text(["Meetings", "Run sheet", "Review"])


def test_a_tile_opens_its_model_by_a_click_anywhere_on_it_and_by_keys(visit: Any) -> None:
    page = visit("/?lang=en").page
    tile = page.locator(".st-key-tile-diamond-price")
    expect(tile).to_be_visible()
    choice = page.locator(".st-key-model")
    expect(choice).to_have_css("visibility", "hidden")
    assert severe_violations(page) == []
    width, height = (tile.evaluate(f"one => one.{side}") for side in ("clientWidth", "clientHeight"))
    tile.click(position={"x": width - 6, "y": height - 6})
    expect(page.get_by_role("heading", level=1)).to_have_text("What is this diamond worth?")
    expect(choice).to_be_visible()
    page.go_back()
    page.get_by_role("button", name="Open Credit default").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Will this client pay next month?")
