"""Promises of the boxes for numbers and texts in a real browser: the box shows what is scored, in the format of the page."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.support.browser_session import Contexts, Visit, own_demo, visits_of
from tests.support.stub_service import StubService, hand_made

WEIGHT = {"name": "carat", "type": "number", "label": "Weight", "minimum": 0.2, "maximum": 5.5, "step": 0.01, "unit": "ct"}
LIMIT = {"name": "limit", "type": "number", "label": "Limit", "step": 500, "minimum": 0}
DEBT = {"name": "debt", "type": "number", "label": "Debt", "step": 1, "nullable": True}
SHARE = {
    "name": "share",
    "type": "number",
    "label": "Share",
    "shown_as": "percent",
    "minimum": 0,
    "maximum": 1,
    "step": 0.01,
}
REMARK = {"name": "remark", "type": "text", "label": "Remark"}
START = {"carat": 0.7, "limit": 20000, "debt": 3, "share": 0.5, "remark": "fine"}
NO_BREAK = "\N{NO-BREAK SPACE}"
PHONE = {"width": 375, "height": 667}
HOLD_KEY = """([key, count]) => {
    for (let times = 0; times < count; times += 1)
        document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
}"""
"""Press a key so often, as a key that is held down does: without a pause, which would send what is there."""
LANGUAGES = pytest.mark.parametrize(("language", "locale"), [("en", "pl-PL"), ("pl", "en-US")])


@pytest.fixture(scope="module")
def stub() -> Iterator[StubService]:
    service = StubService()
    service.cards = [hand_made([WEIGHT, LIMIT, DEBT, SHARE, REMARK], examples=[{"name": "e", "row": START}])]
    yield service
    service.stop()


@pytest.fixture(scope="module")
def url(stub: StubService) -> Iterator[str]:
    with own_demo(stub.url) as demo:
        yield demo.url


@pytest.fixture
def visit(contexts: Contexts, url: str, stub: StubService) -> Iterator[Any]:
    stub.request_bodies.clear()
    with visits_of(contexts, url) as begin:
        yield begin


def scored(stub: StubService) -> dict[str, Any]:
    """Return the row that was scored last: the service is asked for the case first."""
    row: dict[str, Any] = stub.request_bodies[-1]["rows"][0]
    return row


def box(at: Visit, name: str) -> Any:
    return at.page.get_by_role("textbox", name=re.compile(f"^{name}"))


def enter(at: Visit, name: str, text: str) -> None:
    box(at, name).fill(text)
    box(at, name).press("Enter")


@LANGUAGES
def test_a_typed_number_is_shown_with_all_its_digits_in_the_format_of_the_page(
    visit: Any, stub: StubService, language: str, locale: str
) -> None:
    at = visit(f"/?model=fifth&lang={language}&start=e", locale=locale)
    sign, group = (".", ",") if language == "en" else (",", NO_BREAK)
    expect(box(at, "Weight")).to_have_value(f"0{sign}70")
    expect(box(at, "Limit")).to_have_value(f"20{group}000")
    for name, typed, text, value in (
        ("Weight", f"0{sign}705", f"0{sign}705", {"carat": 0.705}),
        ("Limit", f"1500{sign}50", f"1{group}500{sign}5", {"limit": 1500.5}),
        ("Limit", f"12{group}345", f"12{group}345", {"limit": 12345}),
    ):
        enter(at, name, typed)
        expect(box(at, name)).to_have_value(text)
        expect(at.page).to_have_url(re.compile(f"{next(iter(value))}={next(iter(value.values()))}"))
        at.settled()
        assert value.items() <= scored(stub).items()
    at.page.reload()
    expect(box(at, "Weight")).to_have_value(f"0{sign}705")


def test_a_share_of_a_link_is_shown_exactly_and_the_arrow_keys_move_it(visit: Any, stub: StubService) -> None:
    at = visit("/?model=fifth&lang=pl&start=e&share=0.705", locale="pl-PL")
    handle = at.page.get_by_role("slider")
    expect(at.page.get_by_test_id("stSliderThumbValue")).to_have_text("70,5%")
    assert scored(stub)["share"] == 0.705
    handle.focus()
    handle.press("ArrowRight")
    expect(at.page.get_by_test_id("stSliderThumbValue")).to_have_text("71%")
    expect(at.page).to_have_url(re.compile("share=0.71"))


@LANGUAGES
def test_an_emptied_box_is_null_where_the_card_allows_it_else_the_old_value_comes_back_with_a_sentence(
    visit: Any, stub: StubService, language: str, locale: str
) -> None:
    at = visit(f"/?model=fifth&lang={language}&start=e", locale=locale)
    enter(at, "Debt", "")
    expect(at.page).to_have_url(re.compile("debt=null"))
    at.settled()
    assert scored(stub)["debt"] is None
    expect(box(at, "Debt")).to_have_attribute("placeholder", "not known" if language == "en" else "nie wiadomo")
    before = len(stub.request_bodies)
    enter(at, "Weight", "")
    alert = at.page.get_by_role("alert")
    expect(alert).to_contain_text("cannot be empty" if language == "en" else "nie może być puste")
    expect(box(at, "Weight")).to_have_value("0.70" if language == "en" else "0,70")
    for typed in ("99", "abc"):
        enter(at, "Weight", typed)
        expect(alert).to_contain_text(
            {"en": "Allowed: 0.20", "pl": "Dozwolone: od 0,20"}[language] if typed == "99" else typed
        )
        expect(box(at, "Weight")).to_have_value("0.70" if language == "en" else "0,70")
    assert len(stub.request_bodies) == before
    enter(at, "Weight", "1")
    expect(alert).to_have_count(0)


def test_the_arrow_keys_change_a_number_by_its_step_and_send_one_request(visit: Any, stub: StubService) -> None:
    at = visit("/?model=fifth&lang=pl&start=e", locale="pl-PL")
    for name, key, count, text, parameter in (
        ("Limit", "ArrowUp", 4, f"22{NO_BREAK}000", "limit=22000"),
        ("Weight", "ArrowDown", 3, "0,67", "carat=0.67"),
        ("Weight", "ArrowDown", 60, "0,20", "carat=0.2"),
    ):
        before = len(stub.request_bodies)
        box(at, name).focus()
        at.page.evaluate(HOLD_KEY, [key, count])
        expect(at.page).to_have_url(re.compile(rf"{parameter}\b(?!\d)"))
        at.settled()
        expect(box(at, name)).to_have_value(text)
        assert len(stub.request_bodies) == before + 1


def test_a_pasted_text_above_the_limit_is_cut_with_a_sentence_and_scored(visit: Any, stub: StubService) -> None:
    at = visit("/?model=fifth&lang=en&start=e")
    remark = box(at, "Remark")
    remark.fill("x" * 2001)
    remark.press("Control+Enter")
    expect(at.page.get_by_role("alert")).to_contain_text("longer than 2,000 characters")
    expect(remark).to_have_value("x" * 2000)
    at.settled()
    assert scored(stub)["remark"] == "x" * 2000


def test_a_phone_shows_the_keys_of_numbers_and_nothing_scrolls_sideways(visit: Any) -> None:
    at = visit("/?model=fifth&lang=pl&start=e", viewport=PHONE, has_touch=True, locale="pl-PL")
    box(at, "Limit").focus()
    expect(box(at, "Limit")).to_have_attribute("inputmode", "decimal")
    assert at.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert at.foreign == []
