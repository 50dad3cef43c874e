"""Promises to a tab that stays open while the demo is started again: its visit is rebuilt from the address.

A connection that is gone for longer than Streamlit keeps a session (two minutes) is the same to the tab.
"""

import random
import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.support.browser_session import Visit
from tests.support.server_process import Program

LINK = "/?model=credit-default&lang=pl&start=two-months-late&months_late_now=1"
LATE = re.compile("^Miesiące zaległości")


COUNT_RUNS = """() => {
  const app = document.querySelector("[data-testid=stApp]");
  window.runs = 0;
  new MutationObserver(() => { window.runs += app.dataset.testScriptState === "running"; }).observe(app, {attributes: true});
}"""


def restart(at: Visit, programs: tuple[Program, Program]) -> Page:
    """Start the demo again under the open tab, and wait until the tab has connected and run the page by itself."""
    at.settled()
    app = at.page.get_by_test_id("stApp")
    at.page.evaluate(COUNT_RUNS)
    assert programs[1].stop() == 0
    expect(app).not_to_have_attribute("data-test-connection-state", "CONNECTED")
    programs[1].start()
    at.page.wait_for_function("window.runs > 0")
    at.settled()
    return at.page


def select(page: Page, name: str) -> None:
    page.get_by_test_id("stSelectbox").first.click()
    page.get_by_role("option", name=name).click()


def test_the_first_change_of_a_field_after_a_restart_stays(visit: Any, programs: tuple[Program, Program]) -> None:
    at: Visit = visit(LINK)
    before = at.number.inner_text()
    page = restart(at, programs)
    expect(at.number).to_have_text(before)
    late = page.get_by_role("textbox", name=LATE)
    late.fill("4")
    late.press("Enter")
    expect(page).to_have_url(re.compile("months_late_now=4"))
    at.settled()
    expect(late).to_have_value("4")
    expect(page.locator(".story")).to_contain_text("→")


def test_the_first_choice_of_a_start_a_model_or_a_language_after_a_restart_stays(
    visit: Any, programs: tuple[Program, Program]
) -> None:
    at: Visit = visit(LINK)
    page = restart(at, programs)
    page.get_by_test_id("stButtonGroup").get_by_text("Na granicy limitu").click()
    expect(page).to_have_url(re.compile("start=at-the-limit"))
    page = restart(at, programs)
    page.get_by_text("English").click()
    expect(page).to_have_url(re.compile("lang=en.*start=at-the-limit"))
    page = restart(at, programs)
    select(page, "Diamond price")
    expect(page.get_by_role("heading", level=1)).to_have_text("What is this diamond worth?")
    expect(page).to_have_url(re.compile("model=diamond-price&lang=en"))


def test_the_first_click_on_a_button_after_a_restart_is_done(visit: Any, programs: tuple[Program, Program]) -> None:
    at: Visit = visit(LINK)
    page = restart(at, programs)
    page.get_by_role("button", name="Wróć do początku").click()
    expect(page.get_by_role("textbox", name=LATE)).to_have_value("2")


def test_a_click_on_a_page_link_after_a_restart_keeps_model_language_case_and_saved_cases(
    visit: Any, programs: tuple[Program, Program]
) -> None:
    at: Visit = visit(LINK)
    at.page.get_by_role("button", name="Zachowaj do porównania").click()
    expect(at.page).to_have_url(re.compile("kept="))
    page = restart(at, programs)
    page.get_by_role("link", name="Porównaj").click()
    expect(page.locator(".compared thead th")).to_have_text(["Dwa miesiące zaległości, po zmianach"])
    expect(page).to_have_url(
        re.compile("compare.*model=credit-default&lang=pl&start=two-months-late.*months_late_now=1.*kept=")
    )
    page = restart(at, programs)
    page.get_by_role("link", name="Co jeśli").click()
    page.get_by_role("radio", name=LATE).click()
    expect(page.get_by_role("textbox", name=LATE)).to_have_value("1")


def drop(page: Page, rows: int = 3) -> None:
    content = "comment\n" + "".join(f"I love it {number}\n" for number in range(rows))
    page.locator("input[type=file]").set_input_files(
        {"name": "rows.csv", "mimeType": "text/csv", "buffer": content.encode()}
    )


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


def test_files_says_that_a_result_is_gone_after_a_restart(visit: Any, programs: tuple[Program, Program]) -> None:
    at: Visit = visit("/files?model=comment-sentiment&lang=en")
    drop(at.page)
    expect(at.page.get_by_text("3 rows scored")).to_be_visible()
    page = restart(at, programs)
    expect(page.get_by_text("The results of this file are no longer stored")).to_be_visible()
    drop(page, 4)
    expect(page.get_by_text("4 rows scored")).to_be_visible()
    expect(page.get_by_text("no longer stored")).to_have_count(0)


def test_the_address_of_a_long_comment_is_short_and_opens_it_again(visit: Any, programs: tuple[Program, Program]) -> None:
    chooser = random.Random(7)
    comment = "".join(chr(chooser.randint(0x4E00, 0x9FFF)) for _ in range(2_000))
    at: Visit = visit("/?model=comment-sentiment&lang=en&start=happy")
    box = at.page.get_by_role("textbox", name="Comment")
    box.fill(comment)
    box.press("Control+Enter")
    expect(at.page).to_have_url(re.compile("_stored="))
    assert len(at.page.url) < 4_000
    at.page.reload()
    expect(box).to_have_value(comment)
    page = restart(at, programs)
    expect(box).to_have_value(comment)
    other: Visit = visit("/" + page.url.rpartition("/")[2])
    expect(other.page.get_by_role("textbox", name="Comment")).to_have_value(comment)
    page.go_back()
    expect(box).not_to_have_value(comment)
    expect(page).to_have_url(re.compile("start=happy"))
