"""The journey of a presenter in a real browser, with the real service and the real demo behind it."""

import re
from typing import Any
from urllib.parse import quote

import pandas as pd
import pytest
from playwright.sync_api import expect

from service.bundles.bundle_files import read_card
from service.bundles.versions.bundle_folder import default_folder
from service.publishing.gate import pipeline_scores
from service.settings import BUNDLES
from tests.support.browser_session import PATIENCE_MILLISECONDS, follow_menu
from tests.support.server_process import Program
from tests.support.sklearn_pipelines import pipeline_of


def scikit_learn_percent(name: str, row: dict[str, Any]) -> str:
    """Return what scikit-learn itself says, as the page should write it."""
    card = read_card(default_folder(BUNDLES, name))
    fields = pd.DataFrame([row])[[field.name for field in card.inputs]]
    return f"{pipeline_scores(card, pipeline_of(name), fields)[0, 1]:.0%}"


def test_the_journey_of_a_presenter(visit: Any) -> None:
    mine = visit("/?model=credit-default")
    page = mine.page
    expect(page.get_by_role("heading", level=1)).to_have_text("Will this client pay next month?")
    page.get_by_test_id("stMainBlockContainer").get_by_text("Two months late").click()
    card = read_card(default_folder(BUNDLES, "credit-default"))
    row = dict(next(example.row for example in card.examples if example.name == "two-months-late"))
    before = scikit_learn_percent("credit-default", row)
    mine.shows(before)

    late = page.get_by_role("textbox", name="Months late now")
    late.fill("0")
    late.press("Enter")
    after = scikit_learn_percent("credit-default", row | {"months_late_now": 0})
    mine.shows(after)
    story = page.locator(".story")
    expect(story).to_contain_text(f"Started at {before}")
    expect(story).to_contain_text("Months late now 2 → 0")
    expect(page.get_by_text("was 2")).to_be_visible()
    expect(page).to_have_url(re.compile(r"start=two-months-late(@|%40)[0-9a-f]{8}&months_late_now=0"))

    page.reload()
    mine.settled()
    mine.shows(after)
    expect(page.get_by_role("textbox", name="Months late now")).to_have_value("0")

    page.get_by_text("Polski").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Czy ten klient zapłaci w przyszłym miesiącu?")
    expect(page.locator(".story")).to_contain_text("Zmieniono: Miesiące zaległości 2 → 0")
    mine.shows(after)
    expect(page).to_have_url(re.compile("lang=pl"))

    follow_menu(page, "O modelu")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ryzyko niespłacenia karty")
    page.get_by_role("link", name="Wypróbuj").click()
    mine.shows(after)

    page.get_by_role("button", name="Wróć do początku").click()
    mine.shows(before)
    assert mine.foreign == []


def test_back_in_the_browser_undoes_the_last_change(visit: Any) -> None:
    mine = visit("/?model=credit-default&start=two-months-late")
    first = mine.number.text_content()
    late = mine.page.get_by_role("textbox", name="Months late now")
    late.fill("0")
    late.press("Enter")
    expect(mine.number).not_to_have_text(first)
    mine.page.go_back()
    mine.shows(first)
    expect(mine.page.get_by_role("textbox", name="Months late now")).to_have_value("2")


def test_a_copied_link_opens_the_same_case_in_another_browser(visit: Any) -> None:
    mine = visit("/?model=diamond-price&start=small&cut=Good")
    first = mine.number.text_content()
    weight = mine.page.get_by_role("textbox", name="Weight")
    weight.fill("1.2")
    weight.press("Enter")
    expect(mine.number).not_to_have_text(first)
    expect(mine.page).to_have_url(re.compile("lang=en.*carat=1.2.*cut=Good"))
    other = visit("/" + mine.page.url.rpartition("/")[2], locale="pl-PL")
    expect(other.page.get_by_role("textbox", name="Weight")).to_have_value("1.20")
    other.shows(mine.number.text_content())


def test_an_invalid_link_names_the_rejected_parameters(visit: Any) -> None:
    page = visit("/?model=credit-default&months_late_now=99&colour=red&share_paid=0.5").page
    notice = page.get_by_test_id("stAlert")
    expect(notice).to_contain_text("months_late_now=99")
    expect(notice).to_contain_text("colour=red")
    expect(notice).not_to_contain_text("share_paid")
    expect(page.locator(".story")).to_contain_text("Share of bills paid 85% → 50%")


def test_a_comment_is_scored_as_it_is_typed_in(visit: Any) -> None:
    mine = visit("/?model=comment-sentiment&start=happy")
    happy = mine.number.text_content()
    box = mine.page.get_by_role("textbox", name="Comment")
    box.fill("I hate this. Terrible, awful, worst ever :(")
    box.press("Control+Enter")
    expect(mine.number).not_to_have_text(happy)
    expect(mine.page.locator(".band").first).to_have_text("Negative")
    mine.page.reload()
    mine.settled()
    expect(mine.page.get_by_role("textbox", name="Comment")).to_have_value("I hate this. Terrible, awful, worst ever :(")


def test_a_comment_in_another_language_is_marked_and_an_empty_one_is_not_taken(visit: Any) -> None:
    mine = visit("/?model=comment-sentiment&start=happy&lang=pl", viewport={"width": 375, "height": 667})
    box = mine.page.get_by_role("textbox", name="Komentarz")
    box.fill("Paczka przyszła za późno, okropna obsługa")
    box.press("Control+Enter")
    notes = mine.page.locator(".st-key-page .unusual")
    expect(notes).to_have_count(2)
    expect(notes.nth(1)).to_contain_text("prawdopodobnie polski")
    assert mine.page.evaluate("document.documentElement.scrollWidth") <= 375
    box.fill(" ")
    box.press("Control+Enter")
    alert = mine.page.get_by_role("alert")
    expect(alert).to_have_text("To pole nie może być puste. Przywrócono poprzedni tekst.")
    expect(box).to_have_value("Paczka przyszła za późno, okropna obsługa")


def test_a_value_outside_the_training_range_is_marked_beside_its_field(visit: Any) -> None:
    page = visit("/?model=diamond-price&carat=5.4").page
    expect(page.locator(".unusual")).to_contain_text("the model learned from values between")


@pytest.mark.parametrize("model", ["credit-default", "comment-sentiment", "diamond-price"])
def test_the_answer_is_visible_on_the_first_screen(model: str, visit: Any) -> None:
    mine = visit(f"/?model={model}&lang=pl", viewport={"width": 375, "height": 667})
    for width, height in ((375, 667), (1280, 860), (1920, 1080)):
        mine.resize(width, height)
        box = mine.number.bounding_box()
        assert mine.page.evaluate("document.documentElement.scrollWidth") <= width
        assert box is not None
        assert box["y"] + box["height"] < height
    assert mine.foreign == []


def test_the_page_ends_within_one_screen(visit: Any) -> None:
    page = visit("/?model=credit-default").page
    page.wait_for_function("document.querySelector('[data-testid=stMain]').scrollHeight <= 860")


def test_pages_that_are_open_and_opened_while_the_service_is_stopped_say_so_once_and_recover_by_themselves(
    visit: Any, programs: tuple[Program, Program]
) -> None:
    mine = visit("/?model=credit-default&start=two-months-late")
    late = mine.page.get_by_role("textbox", name="Months late now")
    banner = mine.page.get_by_test_id("stAlert")
    assert programs[0].stop() == 0
    try:
        late.fill("0")
        late.press("Enter")
        expect(banner).to_contain_text("cannot be reached")
        expect(banner).to_have_count(1)
        expect(mine.number).to_have_count(0)
        expect(late).to_have_value("0")
        opened = visit("/?model=diamond-price&carat=2")
        expect(opened.page.get_by_test_id("stAlert")).to_contain_text("cannot be reached")
    finally:
        programs[0].start()
    expect(banner).to_have_count(0, timeout=PATIENCE_MILLISECONDS)
    expect(mine.page.locator(".story")).to_contain_text("Months late now 2 → 0")
    expect(opened.page.get_by_role("textbox", name="Weight")).to_have_value("2.00", timeout=PATIENCE_MILLISECONDS)


def test_the_page_is_in_the_language_of_the_browser(visit: Any) -> None:
    page = visit("/?model=comment-sentiment&start=unsure", locale="pl-PL").page
    expect(page.locator(".why-sentence").first).to_be_visible()
    # What a client wrote is in the client's language: the comment, and its words that are named as reasons.
    page.locator(".words, .why-sentence").evaluate_all("all => all.forEach(each => each.remove())")
    seen = page.locator("[data-testid=stMain]").inner_text()
    english = re.findall(r"\b(?:the|press|apply|answer|live|version|field|value)\b", seen, re.IGNORECASE)
    assert english == [], seen


FOREIGN = quote("Pokój brudny, okropna obsługa i zimno")


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        (f"/?model=comment-sentiment&lang=en&comment={FOREIGN}", "This text is probably in Polish."),
        (f"/?model=comment-sentiment&lang=pl&comment={FOREIGN}", "Język tego tekstu to prawdopodobnie polski."),
        ("/?model=diamond-price&lang=en&carat=4.5", "Unusual: the model learned from values between"),
        (
            "/?model=credit-default&lang=pl&start=regular&months_delayed=3&worst_delay=0",
            "Klient, który się spóźniał, ma najdłuższą zaległość",
        ),
    ],
)
def test_on_a_phone_what_the_model_warns_of_stands_on_the_first_screen(path: str, sentence: str, visit: Any) -> None:
    width, height = 375, 667
    page = visit(path, viewport={"width": width, "height": height}).page
    note = page.locator(".answer-note", has_text=sentence)
    expect(note).to_be_visible()
    box = note.bounding_box()
    assert box["y"] + box["height"] <= height
    page.set_viewport_size({"width": 1280, "height": 860})
    expect(note).to_be_hidden()  # there it stands beside its field, on the first screen
    expect(page.locator(".unusual", has_text=sentence)).to_be_in_viewport()


def test_a_comment_that_was_not_sent_is_in_its_box_after_a_visit_of_another_page(visit: Any) -> None:
    mine = visit("/?model=comment-sentiment&lang=en&start=happy")
    box = mine.page.get_by_role("textbox", name="Comment")
    for name in ("Compare", "Feed", "About the model"):
        box.press("ControlOrMeta+a")
        box.press_sequentially(f"Typed before {name}")
        follow_menu(mine.page, name)
        expect(mine.page.get_by_role("textbox", name="Comment")).to_have_count(0)
        mine.page.get_by_role("link", name="Try").click()
        expect(mine.page.locator(".story")).to_contain_text("You changed Comment")
        mine.settled()
        expect(box).to_have_value(f"Typed before {name}")


def test_the_first_back_of_the_browser_leaves_a_page_that_the_menu_opened(visit: Any) -> None:
    mine = visit("/?model=credit-default&lang=en&start=regular")
    before = mine.page.evaluate("history.length")
    for name in ("How good", "What if", "Compare", "Files"):
        follow_menu(mine.page, name)
        expect(mine.page).to_have_url(re.compile(r"/[a-z-]+\?model=credit-default&lang=en&start=regular"))
        expect(mine.page).to_have_title(f"{name} · Witryna")
        mine.settled()
        assert mine.page.evaluate("history.length") == before + 1
        mine.page.go_back()
        mine.shows("4%")
        expect(mine.page.get_by_role("heading", level=1)).to_have_text("Will this client pay next month?")
        mine.settled()


def test_two_page_links_in_a_hurry_keep_what_was_typed_and_open_the_second(visit: Any) -> None:
    at = visit("/?model=comment-sentiment&lang=en")
    box = at.page.locator("textarea")
    box.fill("Typed in a hurry")
    at.page.evaluate(
        """() => {
            const find = (path) =>
                [...document.querySelectorAll("a[data-testid^=stTopNav]")].find((a) => new URL(a.href).pathname === path);
            document.activeElement.blur();
            document.querySelector("[data-testid=stTopNavSection]").click();
            (function follow() {
                if (!find("/compare")) return requestAnimationFrame(follow);
                find("/compare").click();
                setTimeout(() => find("/").click(), 90);
            })();
        }"""
    )
    at.page.wait_for_url(re.compile("comment=Typed"))
    at.settled()
    expect(at.page).to_have_title("Try · Witryna")
    expect(box).to_have_value("Typed in a hurry")
