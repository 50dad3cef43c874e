"""An impossible client in a real browser: the sentence beside its fields, for eyes and for screen readers."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.support.browser_session import Visit

PHONE, PROJECTOR = (375, 667), (1920, 1080)
LOOKS = pytest.mark.parametrize(("language", "size", "scheme"), [("en", PROJECTOR, "light"), ("pl", PHONE, "dark")])
SENTENCES = {
    "en": "A client with late months has a worst delay of 1 month or more.",
    "pl": "Klient, który się spóźniał, ma najdłuższą zaległość wynoszącą co najmniej 1 miesiąc.",
}
LABELS = {"en": ("Months with a delay", "Worst delay"), "pl": ("Miesiące z opóźnieniem", "Najdłuższa zaległość")}


def visited(visit: Any, path: str, language: str, size: tuple[int, int], scheme: str) -> Visit:
    viewport = {"width": size[0], "height": size[1]}
    seen: Visit = visit(f"{path}model=credit-default&lang={language}", viewport=viewport, color_scheme=scheme)
    return seen


@LOOKS
def test_the_sentence_stands_beside_the_fields_when_a_value_is_typed(
    visit: Any, language: str, size: tuple[int, int], scheme: str
) -> None:
    seen = visited(visit, "/?start=regular&", language, size, scheme)
    page = seen.page
    late, worst = (page.get_by_role("textbox", name=label) for label in LABELS[language])
    alert = page.get_by_role("alert").filter(has_text=SENTENCES[language])
    expect(alert).to_have_count(0)
    late.fill("6")
    late.press("Enter")
    expect(alert).to_have_count(1)
    seen.settled()
    field, note = worst.bounding_box(), alert.bounding_box()
    assert field
    assert note
    assert 0 <= note["y"] - (field["y"] + field["height"]) < 40, "directly under the field"
    assert abs(note["x"] - field["x"]) < 40
    assert note["x"] + note["width"] <= size[0]
    reference = page.locator(".unusual", has_text="Contradicts: Worst" if language == "en" else "Sprzeczne z: Najdłuższa")
    expect(reference).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    expect(page.locator(".usual.rare")).to_be_visible()
    worst.fill("2")
    worst.press("Enter")
    expect(alert).to_have_count(0)


@LOOKS
def test_a_curve_shows_in_words_which_values_are_impossible(
    visit: Any, language: str, size: tuple[int, int], scheme: str
) -> None:
    seen = visited(visit, "/what-if?start=two-months-late&view=worst_delay&", language, size, scheme)
    word = "impossible" if language == "en" else "niemożliwe"
    expect(seen.page.locator(".js-plotly-plot .annotation-text", has_text=word)).to_have_count(1)
    expect(seen.page.get_by_test_id("stCaptionContainer").first).to_contain_text(
        "Impossible: " if language == "en" else "Niemożliwe: "
    )
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= size[0]
