"""Promises of the layout, measured in a real browser: nothing is cut, nothing is said twice, and a page uses its space."""

import itertools
import re
from typing import Any

import pytest
from playwright.sync_api import FloatRect, Locator, Page, expect

from demo.session import saved_cases
from demo.session.saved_cases import SavedCase
from service.bundles.bundle_files import read_card
from service.bundles.versions.bundle_folder import default_folder
from service.settings import BUNDLES
from tests.support.browser_session import Visit

PHONE, LAPTOP, PROJECTOR = ({"width": w, "height": h} for w, h in ((375, 667), (1280, 800), (1920, 1080)))
MODELS = ("credit-default", "diamond-price", "comment-sentiment")
CUT_TEXTS = """() => {
  const cut = new Set();
  const walker = document.createTreeWalker(document.querySelector("[data-testid=stMain]"), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, parent = node.parentElement, text = node.textContent.trim();
    if (!text || parent.closest("style, script, [hidden], .hoverlayer, [data-testid=stDataFrame]")) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) {
      if (box.width < 2 || box.height < 2) continue;
      let [left, right] = [0, innerWidth], hidden = false;
      for (let outer = parent; outer && outer !== document.body; outer = outer.parentElement) {
        const style = getComputedStyle(outer), frame = outer.getBoundingClientRect();
        hidden ||= style.visibility === "hidden" || style.opacity === "0" || frame.width < 2 || frame.height < 2;
        if (style.overflowX !== "visible" && style.display !== "inline" && style.display !== "contents")
          [left, right] = [Math.max(left, frame.left), Math.min(right, frame.right)];
      }
      if (!hidden && (box.left < left - 2 || box.right > right + 2)) cut.add(text);
    }
  }
  return [...cut];
}"""
"""The texts whose letters lie outside of what clips them: a box without overflow, a scroller, the window."""


def example(model: str, name: str) -> dict[str, Any]:
    card = read_card(default_folder(BUNDLES, model))
    return dict(next(each.row for each in card.examples if each.name == name))


def kept(count: int, name: str = "Rising debt") -> str:
    """Return a link's parameter with so many kept cases."""
    row = example("credit-default", "rising-debt")
    cases = [SavedCase(f"{name} {late + 1}", row | {"months_late_now": late}) for late in range(count)]
    return f"kept={saved_cases.encode_saved_cases({'credit-default': cases})}"


def box_of(index: Locator) -> FloatRect:
    box = index.bounding_box()
    assert box is not None
    return box


def drawn(page: Page) -> Page:
    """Return the page when its charts and fonts are there."""
    page.wait_for_function("document.fonts.status === 'loaded'")
    page.wait_for_function(
        "[...document.querySelectorAll('[data-testid=stPlotlyChart]')].every(e => e.querySelector('svg'))"
    )
    return page


def assert_fits(seen: Visit, path: str) -> None:
    """Assert at three sizes of the window that no text is cut and that nothing lies beyond the right edge."""
    for size in (PROJECTOR, LAPTOP, PHONE):
        seen.resize(size["width"], size["height"])
        assert seen.page.evaluate(CUT_TEXTS) == [], (path, size)
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= size["width"], (path, size)


@pytest.mark.parametrize(("language", "model"), [*(("pl", model) for model in MODELS), ("en", MODELS[0])])
def test_no_page_of_the_menu_cuts_a_text_scrolls_sideways_calls_another_host_or_mixes_languages(
    language: str, model: str, visit: Any
) -> None:
    seen: Visit = visit(f"/?model={model}&lang={language}&{kept(2, 'Ü' * 38)}")
    paths = []
    for path in seen.menu_pages():
        paths.append(path)
        drawn(seen.page)
        assert_fits(seen, path)
        expect(seen.page.get_by_test_id("stException")).to_have_count(0)
        if language == "pl" and model != "comment-sentiment":  # its comments are English
            text = seen.page.get_by_test_id("stMain").inner_text()
            assert re.findall(r"\b(?:the|press|answer|live|field|value|case)\b", text, re.IGNORECASE) == [], text
    assert seen.foreign == []
    assert "/about" in paths, "the last page of every menu"


@pytest.mark.parametrize(
    "path",
    [
        "/what-if?model=diamond-price&carat=2.2&view=clarity,carat",
        "/to-change?model=credit-default&start=rising-debt",
        "/how-good?model=credit-default&view=mistakes",
        "/take-away?model=comment-sentiment&view=csharp",
        "/take-away?model=credit-default&view=answers",
    ],
)
def test_no_chosen_view_cuts_a_text_or_scrolls_sideways(path: str, visit: Any) -> None:
    seen: Visit = visit(f"{path}&lang=pl")
    drawn(seen.page)
    assert_fits(seen, path)


@pytest.mark.parametrize("count", [2, 3, 6])
def test_every_kept_case_is_seen_whole_on_a_phone(count: int, visit: Any) -> None:
    page = drawn(visit(f"/compare?model=credit-default&lang=pl&view=credit-scorecard&{kept(count)}", viewport=PHONE).page)
    answers = page.locator(".compared").first.locator(".answers td")
    expect(answers).to_have_count(count)
    boxes = [box_of(answer) for answer in answers.all()]
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= 375 for box in boxes)
    apart = [
        one["x"] + one["width"] <= two["x"] or one["y"] + one["height"] <= two["y"] for one, two in itertools.pairwise(boxes)
    ]
    assert all(apart), "beside each other, or one under another"
    assert page.evaluate(CUT_TEXTS) == []


@pytest.mark.parametrize("model", MODELS)
def test_a_phone_shows_the_answer_once_and_keeps_it_in_view(model: str, visit: Any) -> None:
    page = drawn(visit(f"/?model={model}&lang=pl", viewport=PHONE).page)
    number = page.locator(".answer .number")
    text = number.inner_text()
    seen = page.get_by_text(text, exact=True)
    assert [each.is_visible() for each in seen.all()].count(True) == 1
    expect(number).to_be_in_viewport()
    page.locator(".st-key-page input, .st-key-page textarea").last.scroll_into_view_if_needed()
    page.locator(".why").scroll_into_view_if_needed()
    expect(number).to_be_in_viewport(ratio=1)
    top = page.evaluate("document.querySelector('[data-testid=stHeader]').getBoundingClientRect().bottom")
    assert box_of(number)["y"] >= top - 1


def test_the_scale_of_a_price_does_not_move_with_the_answer(visit: Any) -> None:
    seen: Visit = visit("/?model=diamond-price&start=engagement-ring&lang=en", viewport=LAPTOP)
    page = seen.page
    notes = page.locator(".js-plotly-plot .annotation-text")
    expect(notes.nth(1)).to_be_attached()
    before = [(note.text_content(), box_of(note)) for note in notes.all()]
    weight = page.get_by_role("textbox", name="Weight")
    for carat in ("0.3", "4.5"):
        answer = page.locator(".answer .number").inner_text()
        weight.fill(carat)
        weight.press("Enter")
        expect(page.locator(".answer .number")).not_to_have_text(answer)
        seen.settled()
        assert [note.text_content() for note in notes.all()] == [text for text, _ in before]
        assert [box_of(note)["x"] for note in notes.all()] == [box["x"] for _, box in before]


def test_the_dots_of_the_calibration_are_whole(visit: Any) -> None:
    page = drawn(visit("/how-good?model=comment-sentiment&view=trust", viewport=LAPTOP).page)
    dots = page.locator(".js-plotly-plot .scatterlayer .point")
    expect(dots.nth(3)).to_be_attached()
    assert (
        dots.evaluate_all("""all => all.filter(dot => {
      const box = dot.getBoundingClientRect();
      for (let outer = dot; outer; outer = outer.parentElement) {
        const clip = outer.getAttribute("clip-path");
        const name = clip && clip.match(/#([^'")]+)/)[1];
        const frame = name && document.getElementById(name)?.firstElementChild.getBoundingClientRect();
        if (frame && (box.right > frame.right || box.left < frame.left || box.top < frame.top || box.bottom > frame.bottom))
          return true;
      }
      return false;
    }).length""")
        == 0
    )
