"""The journeys after "what does it say?": why, what if, what to change, side by side, how good, about; in a real browser."""

import csv
import json
import re
import urllib.request
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from service.bundles.bundle_files import read_card
from service.bundles.versions.bundle_folder import default_folder
from service.settings import BUNDLES
from tests.support.browser_session import Visit, download, follow_menu
from tests.support.server_process import Program

PHONE, LAPTOP = (375, 667), (1280, 860)


def start_of(model: str, name: str) -> dict[str, Any]:
    """Return the values of a card's example."""
    card = read_card(default_folder(BUNDLES, model))
    return dict(next(example.row for example in card.examples if example.name == name))


def predicted(programs: tuple[Program, Program], model: str, row: dict[str, Any]) -> Any:
    """Ask the service itself, without the page."""
    body = json.dumps({"rows": [row]}).encode()
    request = urllib.request.Request(
        f"{programs[0].url}/v1/models/{model}/predictions", body, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)["predictions"][0]


def click(page: Page, target: Locator) -> None:
    """Click as a hand does: on a chart that stands still, and the pointer is there before the button goes down."""
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")
    page.wait_for_function("document.fonts.status === 'loaded'")
    target.wait_for()
    target.scroll_into_view_if_needed()
    box = target.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(0, 0)
    expect(page.locator(".hoverlayer .hovertext")).to_have_count(0)
    page.mouse.move(x, y)
    expect(page.locator(".hoverlayer .hovertext")).to_have_count(1)
    page.mouse.click(x, y)


def points(page: Page) -> Locator:
    return page.locator(".js-plotly-plot .scatterlayer .trace").first.locator(".point")


def headline(page: Page) -> Locator:
    return page.locator(".headline strong").first


def test_the_explanation_is_beside_the_answer_and_follows_every_change(visit: Any) -> None:
    page = visit("/?model=credit-default&start=two-months-late").page
    expect(page.locator(".why-sentence")).to_contain_text("Raised most by:")
    expect(page.locator(".bar-row")).to_have_count(7)
    expect(page.locator(".bar-start")).to_have_count(0)
    expect(page.locator(".bar-row").first).to_contain_text("Months late now 2")
    late = page.get_by_role("textbox", name="Months late now")
    late.fill("0")
    late.press("Enter")
    expect(page.locator(".bar-row").first).to_contain_text("Worst delay 2")
    expect(page.locator(".bar-row", has_text="Months late now 0")).to_be_visible()
    expect(page.locator(".bar-start")).to_have_count(6)
    expect(page.locator(".usual")).to_contain_text("of training cases")


def test_the_words_of_a_comment_are_coloured_by_their_contribution(visit: Any) -> None:
    page = visit("/?model=comment-sentiment&start=irony").page
    words = page.locator(".words")
    great = words.locator("mark.down", has_text="great")
    expect(great).to_have_attribute("title", re.compile(r"^−\d+ percentage points$"))
    expect(great).to_have_text(re.compile(r"^great, \(−\d+ percentage points\)$"))  # as a screen reader has it
    page.locator(".screen-reader").evaluate_all("all => all.forEach(each => each.remove())")
    expect(words).to_have_text(str(start_of("comment-sentiment", "irony")["comment"]))
    expect(great).to_be_visible()
    expect(words.locator("mark.up", has_text="lost")).to_be_visible()


def test_a_phone_shows_the_fields_between_the_answer_and_the_explanation(visit: Any) -> None:
    page = visit("/?model=credit-default", viewport={"width": 375, "height": 667}, has_touch=True).page
    expect(page.locator(".why-sentence")).to_be_visible()
    tops = [
        element.bounding_box()["y"]
        for element in (page.locator(".answer .number"), page.get_by_test_id("stTextInput").first, page.locator(".why"))
    ]
    assert tops == sorted(tops)


def test_a_click_on_a_curve_changes_the_case_to_its_value(visit: Any, programs: tuple[Program, Program]) -> None:
    seen: Visit = visit("/what-if?model=diamond-price&start=engagement-ring&view=carat")
    page = seen.page
    before = headline(page).inner_text()
    click(page, points(page).nth(30))
    expect(headline(page)).not_to_have_text(before)
    seen.settled()  # the answer is drawn before the field
    weight = page.get_by_role("textbox", name="Weight")
    taken = float(weight.input_value())
    answer = predicted(programs, "diamond-price", start_of("diamond-price", "engagement-ring") | {"carat": taken})
    expect(headline(page)).to_have_text(f"{answer['value']:,.0f} USD")
    expect(page).to_have_url(re.compile(rf"carat={taken:g}&.*view=carat"))

    weight.fill("1")
    weight.press("Enter")
    expect(headline(page)).not_to_have_text(f"{answer['value']:,.0f} USD")
    click(page, points(page).nth(30))  # the point that was clicked before
    expect(headline(page)).to_have_text(f"{answer['value']:,.0f} USD")

    page.get_by_role("link", name="Try", exact=True).click()
    expect(page.locator(".answer .number")).to_have_text(f"{answer['value']:,.0f}")
    follow_menu(page, "What if")
    expect(headline(page)).to_have_text(f"{answer['value']:,.0f} USD")
    page.get_by_role("button", name="Back to the start").click()
    expect(headline(page)).to_have_text(before)


def test_a_click_on_a_bar_changes_the_case_to_its_category(visit: Any, programs: tuple[Program, Program]) -> None:
    page = visit("/what-if?model=diamond-price&start=engagement-ring&view=clarity").page
    click(page, page.locator(".js-plotly-plot .barlayer .point").nth(7))
    answer = predicted(programs, "diamond-price", start_of("diamond-price", "engagement-ring") | {"clarity": "IF"})
    expect(headline(page)).to_have_text(f"{answer['value']:,.0f} USD")
    page.reload()
    expect(headline(page)).to_have_text(f"{answer['value']:,.0f} USD")


def test_a_click_on_the_map_changes_the_case_to_both_values(visit: Any, programs: tuple[Program, Program]) -> None:
    seen: Visit = visit("/what-if?model=credit-default&start=rising-debt&view=months_late_now,months_delayed")
    page = seen.page
    spots = points(page)
    expect(spots.first).to_be_attached()
    click(page, spots.nth(spots.count() - 1))
    late = page.get_by_role("textbox", name="Months late now")
    expect(late).not_to_have_value("1")
    seen.settled()
    taken = {
        "months_late_now": int(late.input_value()),
        "months_delayed": int(page.get_by_role("textbox", name="Months with a delay").input_value()),
    }
    answer = predicted(programs, "credit-default", start_of("credit-default", "rising-debt") | taken)
    expect(headline(page)).to_have_text(f"{answer['probabilities']['default']:.0%}")


def test_an_applied_recommendation_reaches_its_answer(visit: Any) -> None:
    page = visit("/to-change?model=credit-default&start=rising-debt").page
    card = page.locator("[class*=st-key-proposal-]").first
    promised = card.locator(".headline strong").inner_text()
    expect(card.locator(".band")).to_have_text("Approve")
    moved = card.locator("li").all_inner_texts()
    card.get_by_role("button", name="Try it").click()
    expect(page.locator(".answer .number")).to_have_text(promised)
    for move in moved:
        expect(page.locator(".story")).to_contain_text(move.partition(" → ")[0])
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("What would have to change?")


def test_an_unreachable_goal_is_reported(visit: Any) -> None:
    page = visit("/to-change?model=credit-default&start=two-months-late").page
    expect(page.get_by_test_id("stAlert")).to_contain_text("No allowed change leads to “Approve”.")
    expect(page.get_by_text("Closest result")).to_be_visible()
    expect(page.get_by_text("Main obstacles:")).to_be_visible()
    page.get_by_test_id("stMainBlockContainer").get_by_text("Ask a person", exact=True).last.click()
    expect(page.locator("[class*=st-key-proposal-]").first).to_be_visible()
    page.reload()
    expect(page.locator("[class*=st-key-proposal-]").first).to_be_visible()


def test_saved_cases_are_renamed_moved_copied_and_survive_a_refresh(visit: Any) -> None:
    page = visit("/?model=credit-default&start=two-months-late").page
    page.get_by_role("button", name="Keep to compare").click()
    expect(page.get_by_text("Kept as Two months late")).to_be_visible()
    late = page.get_by_role("textbox", name="Months late now")
    late.fill("0")
    late.press("Enter")
    page.get_by_role("button", name="Keep to compare").click()
    follow_menu(page, "Compare")
    heads = page.locator(".compared").first.locator("thead th")
    expect(heads).to_have_text(["Two months late", "Two months late, changed"])
    page.get_by_text("Two months late, changed").first.click()
    page.get_by_role("button", name="Rename").click()
    name = page.get_by_role("textbox", name="Name")
    expect(name).to_have_value("Two months late, changed")
    name.fill("Paid up")
    name.press("Enter")
    expect(heads).to_have_text(["Two months late", "Paid up"])
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Move left").click()
    expect(heads).to_have_text(["Paid up", "Two months late"])
    page.get_by_role("button", name="Duplicate").click()
    expect(heads).to_have_text(["Paid up", "Paid up 2", "Two months late"])
    page.get_by_role("button", name="Delete").click()
    expect(heads).to_have_text(["Paid up", "Two months late"])
    answers = page.locator(".compared .answers strong").all_inner_texts()
    page.reload()
    expect(heads).to_have_text(["Paid up", "Two months late"])
    page.get_by_role("link", name="Try", exact=True).click()
    expect(page.locator(".answer .number")).to_be_visible()
    follow_menu(page, "Compare")
    expect(page.locator(".compared .answers strong")).to_have_text(answers)

    file = download(page, "Download as CSV").path()
    lines = list(csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines()))
    assert [line["name"] for line in lines] == ["Paid up", "Two months late"]
    assert [f"{float(line['probability_default']):.0%}" for line in lines] == answers
    assert [line["months_late_now"] for line in lines] == ["0", "2"]


def test_the_threshold_changes_the_mistakes_and_their_cost_at_once(visit: Any) -> None:
    page = visit("/how-good?model=credit-default&view=mistakes").page
    counts = page.locator(".confusion tbody td")
    expect(counts).to_have_count(6)
    before = counts.all_inner_texts()
    slider = page.get_by_role("slider", name="Refuse from")
    slider.focus()
    slider.press("Home")
    expect(counts.first).to_have_text("0")
    after = counts.all_inner_texts()
    numbers = [[int(text.replace(",", "")) for text in texts if text] for texts in (before, after)]
    assert sum(numbers[0]) == sum(numbers[1]) == 5929
    expect(page.get_by_test_id("stMainBlockContainer")).to_contain_text("Good clients refused: 4,636 of 4,636 (100.0%).")
    expect(page.get_by_test_id("stMainBlockContainer")).to_contain_text("Cheapest: Approve below 11%, Refuse from 38%")


def test_every_question_of_how_good_has_a_sentence_and_a_row_count(visit: Any) -> None:
    page = visit("/how-good?model=credit-default&lang=pl").page
    questions = page.locator("[class*=st-key-how-good-chosen] button")
    expect(questions.first).to_be_visible()
    for index in range(questions.count()):
        questions.nth(index).click()
        expect(questions.nth(index)).to_have_attribute("aria-checked", "true")
        expect(page.locator(".st-key-finding h2").first).to_be_visible()
        measured = page.get_by_test_id("stCaptionContainer").get_by_text(re.compile(r"Zmierzono na [\d\s]+ przypadk"))
        expect(measured).to_be_visible()
        expect(page.get_by_test_id("stException")).to_have_count(0)


@pytest.mark.parametrize("size", [PHONE, LAPTOP], ids=["phone", "laptop"])
def test_groups_show_flagged_and_true_rates_and_fit_the_page(size: tuple[int, int], visit: Any) -> None:
    viewport = {"width": size[0], "height": size[1]}
    page = visit("/how-good?model=credit-default&view=groups", viewport=viewport).page
    table = page.locator("table.compared")
    expect(table.locator("thead th")).to_have_text(
        ["Cases", "Flagged: Refuse", "Good clients refused", "Actual share: Does not pay"]
    )
    expect(table.locator("tbody th")).to_have_text(["women", "men", "Test"])
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


@pytest.mark.parametrize(
    ("model", "language"),
    [
        ("credit-default", "pl"),
        ("credit-default", "en"),
        ("credit-scorecard", "pl"),
        ("comment-sentiment", "en"),
        ("diamond-price", "pl"),
    ],
)
def test_the_leaflet_prints_dark_on_white_without_menus_on_one_sheet(model: str, language: str, visit: Any) -> None:
    page = visit(f"/about?model={model}&lang={language}", color_scheme="dark").page
    expect(page.locator(".st-key-leaflet")).to_be_visible()
    page.emulate_media(media="print", color_scheme="dark")
    expect(page.get_by_test_id("stHeader")).to_be_hidden()
    expect(page.locator(".st-key-choices")).to_be_hidden()
    expect(page.locator(".stApp")).to_have_css("background-color", "rgb(255, 255, 255)")
    expect(page.locator("h1")).to_have_css("color", "rgb(28, 36, 48)")
    assert len(re.findall(rb"/Type\s*/Page[^s]", page.pdf(format="A4"))) == 1
