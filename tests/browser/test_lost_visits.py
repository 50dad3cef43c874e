"""Promises to a tab that stays open while the demo is started again: its visit is rebuilt from the address.

A connection that is gone for longer than Streamlit keeps a session (two minutes) is the same to the tab.
"""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser_session import Contexts, Visit, follow_menu, visits_of
from tests.support.server_process import Program

LINK = "/?model=credit-default&lang=pl&start=two-months-late&months_late_now=1"
LATE = re.compile("^Miesiące zaległości")
CHOOSER = random.Random(7)
LONG_COMMENT = "".join(chr(CHOOSER.randint(0x4E00, 0x9FFF)) for _ in range(2_000))

COUNT_RUNS = """() => {
  const app = document.querySelector("[data-testid=stApp]");
  window.runs = 0;
  new MutationObserver(() => { window.runs += app.dataset.testScriptState === "running"; }).observe(app, {attributes: true});
}"""


def restart(demo: Program, *tabs: Visit) -> None:
    """Start the demo again under open tabs, and wait until each has connected and run the page by itself."""
    for each in tabs:
        each.settled()
        each.page.evaluate(COUNT_RUNS)
    assert demo.stop() == 0
    for each in tabs:
        expect(each.page.get_by_test_id("stApp")).not_to_have_attribute("data-test-connection-state", "CONNECTED")
    demo.start()
    for each in tabs:
        each.page.wait_for_function("window.runs > 0")
        each.settled()


@dataclass(frozen=True)
class Tabs:
    """Tabs that were open while the demo was started again.

    Each is for one test, which does the first thing in it and closes it: the process of the others draws it no more.
    """

    changed: Visit
    started: Visit
    translated: Visit
    of_another_model: Visit
    reset: Visit
    kept: Visit
    of_a_file: Visit
    of_a_long_comment: Visit
    before: str
    """The answer in the first tab before the restart."""


@pytest.fixture(scope="module")
def tabs(contexts: Contexts, programs: tuple[Program, Program]) -> Iterator[Tabs]:
    with visits_of(contexts, programs[1].url) as begin:
        changed: Visit = begin(LINK)
        started, translated, of_another_model, reset, kept = same = tuple(changed.open_tab(LINK) for _ in range(5))
        keep(kept)
        of_a_file = changed.open_tab("/files?model=comment-sentiment&lang=en")
        drop(of_a_file.page)
        expect(of_a_file.page.get_by_text("3 rows scored")).to_be_visible()
        of_a_long_comment = changed.open_tab("/?model=comment-sentiment&lang=en&start=happy")
        type_long_comment(of_a_long_comment.page)
        before = changed.number.inner_text()
        restart(programs[1], changed, *same, of_a_file, of_a_long_comment)
        yield Tabs(changed, started, translated, of_another_model, reset, kept, of_a_file, of_a_long_comment, before)


def keep(at: Visit) -> None:
    at.page.get_by_role("button", name="Zachowaj do porównania").click()
    expect(at.page).to_have_url(re.compile("kept="))


def type_long_comment(page: Page) -> None:
    box = page.get_by_role("textbox", name="Comment")
    box.fill(LONG_COMMENT)
    box.press("Control+Enter")
    expect(page).to_have_url(re.compile("_stored="))


def select(page: Page, name: str) -> None:
    page.get_by_test_id("stSelectbox").first.click()
    page.get_by_role("option", name=name).click()


def drop(page: Page, rows: int = 3) -> None:
    content = "comment\n" + "".join(f"I love it {number}\n" for number in range(rows))
    page.locator("input[type=file]").set_input_files(
        {"name": "rows.csv", "mimeType": "text/csv", "buffer": content.encode()}
    )


# The first one: no other tab is open yet.
def test_a_reload_of_files_keeps_the_result(visit: Any) -> None:
    at: Visit = visit("/files?model=comment-sentiment&lang=en")
    drop(at.page)
    result = at.page.get_by_text("3 rows scored")
    expect(result).to_be_visible()
    at.settled()
    at.page.reload()
    expect(result).to_be_visible()
    at.page.get_by_role("button", name="Another file").click()
    expect(at.page.locator("input[type=file]")).to_be_attached()
    at.page.reload()
    expect(at.page.locator("input[type=file]")).to_be_attached()
    expect(result).to_have_count(0)


def test_the_first_change_of_a_field_after_a_restart_stays(tabs: Tabs) -> None:
    at = tabs.changed
    expect(at.number).to_have_text(tabs.before)
    late = at.page.get_by_role("textbox", name=LATE)
    late.fill("4")
    late.press("Enter")
    expect(at.page).to_have_url(re.compile("months_late_now=4"))
    at.settled()
    expect(late).to_have_value("4")
    expect(at.page.locator(".story")).to_contain_text("→")


def test_the_first_choice_of_a_start_after_a_restart_stays(tabs: Tabs) -> None:
    page = tabs.started.page
    page.get_by_test_id("stButtonGroup").get_by_text("Na granicy limitu").click()
    expect(page).to_have_url(re.compile("start=at-the-limit"))
    page.close()


def test_the_first_choice_of_a_language_after_a_restart_stays(tabs: Tabs) -> None:
    page = tabs.translated.page
    page.get_by_text("English").click()
    expect(page).to_have_url(re.compile("lang=en.*start=two-months-late"))
    page.close()


def test_the_first_choice_of_a_model_after_a_restart_stays(tabs: Tabs) -> None:
    page = tabs.of_another_model.page
    select(page, "Cena diamentu")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ile jest wart ten diament?")
    expect(page).to_have_url(re.compile("model=diamond-price&lang=pl"))
    page.close()


def test_the_first_click_on_a_button_after_a_restart_is_done(tabs: Tabs) -> None:
    page = tabs.reset.page
    page.get_by_role("button", name="Wróć do początku").click()
    expect(page.get_by_role("textbox", name=LATE)).to_have_value("2")
    page.close()


def test_files_says_that_a_result_is_gone_after_a_restart(tabs: Tabs) -> None:
    page = tabs.of_a_file.page
    expect(page.get_by_text("The results of this file are no longer stored")).to_be_visible()
    drop(page, 4)
    expect(page.get_by_text("4 rows scored")).to_be_visible()
    expect(page.get_by_text("no longer stored")).to_have_count(0)
    page.close()


def test_the_address_of_a_long_comment_is_short_and_opens_it_again(tabs: Tabs, visit: Any) -> None:
    page = tabs.of_a_long_comment.page
    box = page.get_by_role("textbox", name="Comment")
    expect(box).to_have_value(LONG_COMMENT)
    assert len(page.url) < 4_000
    page.reload()
    expect(box).to_have_value(LONG_COMMENT)
    other: Visit = visit("/" + page.url.rpartition("/")[2])
    expect(other.page.get_by_role("textbox", name="Comment")).to_have_value(LONG_COMMENT)
    page.go_back()
    expect(box).not_to_have_value(LONG_COMMENT)
    expect(page).to_have_url(re.compile("start=happy"))


def test_a_click_on_a_page_link_after_a_restart_keeps_model_language_case_and_saved_cases(tabs: Tabs) -> None:
    page = tabs.kept.page
    follow_menu(page, "Porównaj")
    expect(page.locator(".compared thead th")).to_have_text(["Dwa miesiące zaległości, po zmianach"])
    expect(page).to_have_url(
        re.compile("compare.*model=credit-default&lang=pl&start=two-months-late.*months_late_now=1.*kept=")
    )
