"""Journeys of What if, What to change and Compare: on a phone and a projector, in both languages, through a cut connection."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.support.browser_session import Visit, follow_menu

PHONE, PROJECTOR = {"width": 375, "height": 667}, {"width": 1920, "height": 1080}
JOURNEYS = pytest.mark.parametrize(
    ("viewport", "language"), [(PHONE, "pl"), (PROJECTOR, "en")], ids=["phone, Polish", "projector, English"]
)


@JOURNEYS
def test_where_the_goal_is_met_another_case_is_chosen_on_the_page(
    viewport: dict[str, int], language: str, visit: Any
) -> None:
    page = visit(f"/to-change?model=credit-default&start=regular&lang={language}", viewport=viewport).page
    met, late = {
        "en": ("This case already meets the goal.", "Late for the first time"),
        "pl": ("Ten przypadek już spełnia cel.", "Pierwsze opóźnienie"),
    }[language]
    expect(page.get_by_text(met)).to_be_visible()
    page.get_by_role("radio", name=late).click()
    expect(page.locator(".moves").first).to_be_visible()
    expect(page.get_by_text(met)).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


@JOURNEYS
def test_a_chosen_field_is_drawn_at_once_and_a_second_one_makes_a_map(
    visit: Any, viewport: dict[str, int], language: str
) -> None:
    polish = language == "pl"
    page = visit(f"/what-if?model=diamond-price&lang={language}", viewport=viewport).page
    summary = page.get_by_test_id("stCaptionContainer")
    chart = page.locator(".js-plotly-plot")
    expect(chart.locator(".scatterlayer .trace").first).to_be_attached()
    page.get_by_role("radio", name="Czystość" if polish else "Clarity", exact=True).click()
    expect(chart.locator(".barlayer .point")).to_have_count(8)
    expect(summary.first).to_contain_text("Czystość: od" if polish else "Clarity: from")
    page.get_by_role("combobox", name="Drugie pole" if polish else "Second field").click()
    page.get_by_role("option", name="Masa" if polish else "Weight", exact=True).click()
    expect(chart.locator(".heatmaplayer .hm")).to_be_attached()
    expect(summary.first).to_contain_text("obu pól" if polish else "Over both fields")
    expect(page).to_have_url(re.compile("view=clarity%2Ccarat"))
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


@JOURNEYS
def test_a_range_as_goal_is_answered_and_survives_a_refresh(visit: Any, viewport: dict[str, int], language: str) -> None:
    polish = language == "pl"
    seen: Visit = visit(f"/to-change?model=diamond-price&start=engagement-ring&lang={language}", viewport=viewport)
    page = seen.page
    most = page.get_by_role("textbox", name=re.compile("najwyżej" if polish else "at most"))
    most.fill("1500")
    most.press("Enter")
    written = "1\N{NO-BREAK SPACE}500" if polish else "1,500"
    expect(most).to_have_value(written)
    cards = page.locator("[class*=st-key-proposal-]")
    expect(cards.first).to_be_visible()
    seen.settled()
    promised = cards.locator(".headline strong").all_inner_texts()
    assert promised
    assert all(int(re.sub(r"\D", "", text)) <= 1500 for text in promised)
    page.reload()
    expect(most).to_have_value(written)
    expect(cards.locator(".headline strong")).to_have_text(promised)
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


def test_typed_values_and_saved_cases_survive_a_lost_connection(visit: Any) -> None:
    seen: Visit = visit("/?model=credit-default&start=two-months-late", cuttable=True)
    page = seen.page
    page.get_by_role("button", name="Keep to compare").click()
    expect(page.get_by_text("Kept as Two months late")).to_be_visible()
    late = page.get_by_role("textbox", name="Months late now")
    late.fill("0")
    late.press("Enter")
    expect(page.locator(".story")).to_contain_text("→")
    answer = page.locator(".answer .number").inner_text()
    seen.cut()
    expect(late).to_have_value("0")
    expect(page.locator(".answer .number")).to_have_text(answer)
    page.get_by_role("button", name="Keep to compare").click()
    expect(page.get_by_text("Kept as Two months late, changed")).to_be_visible()
    follow_menu(page, "Compare")
    heads = page.locator(".compared").first.locator("thead th")
    expect(heads).to_have_text(["Two months late", "Two months late, changed"])
    seen.cut()
    expect(heads).to_have_text(["Two months late", "Two months late, changed"])
    expect(page.locator(".compared .answers strong").last).to_have_text(answer)
