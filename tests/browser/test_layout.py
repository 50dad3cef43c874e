"""Promises of the layout, measured in a real browser: nothing is cut, nothing is said twice, and a page uses its space."""

import itertools
from typing import Any

import pytest
from playwright.sync_api import FloatRect, Locator, expect

from tests.support.browser_session import Visit
from tests.support.page_layout import CUT_TEXTS, LAPTOP, PHONE, assert_fits, drawn, kept

MODELS = ("credit-default", "diamond-price", "comment-sentiment")


def box_of(index: Locator) -> FloatRect:
    box = index.bounding_box()
    assert box is not None
    return box


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


@pytest.mark.parametrize("count", [3, 6])
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
