"""Promises of the audience's phones in a real browser: guess, come late, drop out and come back, play alone, and be heard."""

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from client import Client
from tests.support.accessibility import severe_violations
from tests.support.page_layout import example
from tests.support.server_process import Program

PHONE = {"width": 375, "height": 667}
WIDTHS = (320, 375, 768, 1920)
CASES: list[Any] = [
    {
        "id": "regular",
        "name": "Pays regularly",
        "model": "credit-default",
        "row": example("credit-default", "regular"),
        "show": ["answer", "why", "what-if"],
        "guess": True,
    },
    {
        "id": "stone",
        "name": "A stone <b>of 0.7 ct</b>",
        "model": "diamond-price",
        "row": {"carat": 0.7, "cut": "Ideal", "color": "G", "clarity": "SI1", "depth": 61.8, "table": 57},
        "show": ["answer", "why"],
        "guess": True,
    },
]
Open = Callable[..., Page]


class Meeting:
    """A meeting with two cases, and its presenter."""

    def __init__(self, service: str, title: str = "Spring pilot") -> None:
        self.client = Client(service)
        content: Any = {"title": title, "cases": CASES, "reasons": ["Too strict"], "pages": ["try"]}
        made = self.client.meetings.create(content, uuid.uuid4().hex)
        self.id, self.code = made["id"], made["audience_code"]

    def step(self, case: str | None, phase: Any = "waiting", show: Any = None, audience: Any = "follow") -> None:
        self.client.meetings.set_state(self.id, {"case": case, "phase": phase, "show": show, "audience": audience})

    def feedback(self) -> list[Any]:
        return list(self.client.feedback.entries(meeting=self.id)["items"])


@pytest.fixture
def meeting(programs: tuple[Program, Program]) -> Meeting:
    return Meeting(programs[0].url)


@pytest.fixture
def phone(browser: Browser, programs: tuple[Program, Program], meeting: Meeting) -> Iterator[Open]:
    """A function that opens the meeting on a phone of its own. Nothing on it may be reported as an error by the browser."""
    contexts, faults = [], []

    def open_page(code: str = meeting.code, **options: Any) -> Page:
        context = browser.new_context(**{"viewport": PHONE, "locale": "en-GB", "reduced_motion": "reduce"} | options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: faults.append(message.text) if "Content Security" in message.text else None)
        page.goto(f"{programs[1].url}/live/{code}")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []


def title(page: Page, name: str) -> Locator:
    return page.get_by_role("heading", name=name, exact=True, level=1)


def test_three_phones_guess_and_see_themselves_beside_the_model(meeting: Meeting, phone: Open) -> None:
    first, second = phone(), phone(locale="pl-PL")
    expect(title(first, "Spring pilot")).to_be_visible()
    meeting.step("regular", "guess")
    first.get_by_role("button", name="Approve").click()
    expect(first.get_by_text("Counted: Approve.")).to_be_visible()
    second.get_by_role("button", name="Odmowa").click()
    expect(second.get_by_text("Policzono: Odmowa.")).to_be_visible()
    late = phone()
    late.get_by_role("button", name="Ask a person").click()
    late.get_by_role("button", name="Refuse").click()
    expect(late.get_by_text("Counted: Refuse.")).to_be_visible()
    meeting.step("regular", "answer", "why")
    expect(first.get_by_text("3 people guessed")).to_be_visible()
    expect(first.get_by_text("Your guess: Approve")).to_be_visible()
    expect(first.locator("li[data-guess='decision/refuse']")).to_contain_text("67%")
    expect(second.get_by_text("Twoja odpowiedź: Odmowa")).to_be_visible()
    expect(late.get_by_role("heading", name="Why", exact=True)).to_be_visible()
    late.reload()
    expect(late.get_by_text("Your guess: Refuse")).to_be_visible()


def test_two_browsers_in_two_meetings_see_nothing_of_each_other(
    meeting: Meeting, phone: Open, programs: tuple[Program, Program]
) -> None:
    canary = "Canary of another client"
    other = Meeting(programs[0].url, canary)
    ours, theirs = phone(), phone(other.code)
    other.step("stone", "guess")
    theirs.get_by_role("textbox", name="Your guess").fill("4321")
    theirs.keyboard.press("Enter")
    expect(theirs.get_by_text("Counted:")).to_be_visible()
    other.step("stone", "answer")
    expect(theirs.get_by_text("1 person guessed")).to_be_visible()
    expect(theirs.locator("body")).to_contain_text(canary)
    meeting.step("stone", "guess")
    expect(title(ours, CASES[1]["name"])).to_be_visible()
    meeting.step("stone", "answer")
    expect(ours.get_by_text("Do you agree with this answer?")).to_be_visible()
    assert canary not in ours.content()
    assert "4321" not in ours.content()
    assert meeting.code not in theirs.content()


def test_a_number_is_guessed_by_keyboard_in_the_format_of_the_reader(meeting: Meeting, phone: Open) -> None:
    page = phone(locale="pl-PL")
    meeting.step("stone", "guess")
    box = page.get_by_label("Twoja odpowiedź")
    box.focus()
    page.keyboard.type("dużo")
    page.keyboard.press("Enter")
    expect(page.get_by_text("„dużo” to nie jest liczba.")).to_be_visible()
    box.fill("2 500")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Policzono: 2 500 USD")).to_be_visible()
    meeting.step("stone", "answer")
    expect(page.get_by_text("Twoja odpowiedź: 2 500 USD")).to_be_visible()
    expect(title(page, "A stone <b>of 0.7 ct</b>")).to_be_visible()


def test_a_phone_that_drops_out_comes_back_to_where_the_presenter_is(meeting: Meeting, phone: Open) -> None:
    page = phone()
    meeting.step("regular", "guess")
    expect(title(page, "Pays regularly")).to_be_visible()
    page.context.set_offline(True)
    expect(page.get_by_text("No connection.")).to_be_visible()
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Not counted yet")).to_be_visible()
    page.context.set_offline(False)
    expect(page.get_by_text("No connection.")).to_be_hidden()
    expect(page.get_by_text("Counted: Approve.")).to_be_visible()
    page.context.set_offline(True)
    meeting.step("stone", "answer")
    page.context.set_offline(False)
    expect(title(page, "A stone <b>of 0.7 ct</b>")).to_be_visible()


def test_what_is_written_survives_an_outage_a_reload_and_the_next_case_and_is_stored_once(
    meeting: Meeting, phone: Open, programs: tuple[Program, Program]
) -> None:
    page = phone()
    meeting.step("regular", "answer", "answer")
    page.get_by_role("button", name="No", exact=True).click()
    page.get_by_label("In your words, if you like").fill("from a <i>phone</i>")
    page.get_by_role("radio", name="Too strict").check()
    meeting.step("stone", "guess")
    expect(page.get_by_text("About: Pays regularly")).to_be_visible()
    meeting.step("regular", "answer", "answer")
    page.reload()
    expect(page.get_by_label("In your words, if you like")).to_have_value("from a <i>phone</i>")
    programs[0].stop()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Not saved yet")).to_be_visible()
    page.reload()
    expect(page.get_by_text("not saved yet").or_(page.get_by_text("Not saved yet")).first).to_be_visible()
    programs[0].start()
    expect(page.get_by_text("Saved. Thank you.")).to_be_visible()
    (entry,) = meeting.feedback()
    assert (entry["verdict"], entry["reason"], entry["comment"]) == ("disagree", "Too strict", "from a <i>phone</i>")
    assert len(entry["person"]) == 22


def test_people_play_alone_with_the_keyboard_until_the_presenter_leads_again(meeting: Meeting, phone: Open) -> None:
    page = phone()
    meeting.step(None, audience="alone")
    page.get_by_role("button", name="Pays regularly").press("Enter")
    answer = page.locator(".answer .number")
    expect(answer).to_have_text("4%")
    page.get_by_label("Months late now").press("End")
    expect(page.get_by_text("You changed Months late now 0 → 8.")).to_be_visible()
    changed = answer.inner_text()
    assert changed != "4%"
    page.get_by_role("button", name="Why?").press("Enter")
    expect(page.get_by_role("heading", name="Why", exact=True)).to_be_visible()
    assert "months_late_now=8" in (page.get_by_role("link", name="Try").get_attribute("href") or "")
    page.get_by_role("button", name="Yes", exact=True).click()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Saved. Thank you.")).to_be_visible()
    assert meeting.feedback()[0]["row"]["months_late_now"] == 8
    page.get_by_role("button", name="Back to start").click()
    expect(answer).to_have_text("4%")
    meeting.step("regular", "guess")
    expect(page.get_by_role("heading", name="What is your guess?")).to_be_visible()


@pytest.mark.parametrize(("locale", "scheme"), [("en-GB", "light"), ("pl-PL", "dark")])
def test_every_phase_is_accessible_and_fits_every_width(locale: str, scheme: str, meeting: Meeting, phone: Open) -> None:
    page = phone(locale=locale, color_scheme=scheme)
    steps: list[Any] = [
        ("regular", "waiting", None, "follow"),
        ("regular", "guess", None, "follow"),
        ("stone", "guess", None, "follow"),
        ("regular", "answer", "what-if", "follow"),
        ("stone", "answer", "why", "follow"),
        (None, "waiting", None, "alone"),
    ]
    for case, phase, show, audience in steps:
        meeting.step(case, phase, show, audience)
        shown = {"guess": ".guesses", "answer": ".answer", "waiting": ".cases" if audience == "alone" else ".notice"}[phase]
        heading = next((each["name"] for each in CASES if each["id"] == case and phase != "waiting"), "Spring pilot")
        expect(title(page, heading)).to_be_visible()
        expect(page.locator(shown).first).to_be_visible()
        if phase == "answer":
            page.locator("[data-verdict=disagree]").click()
        if audience == "alone":
            page.locator("[data-play]").last.click()
            expect(page.locator(".inputs")).to_be_visible()
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 667})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (case, phase, width)
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        assert severe_violations(page) == [], (case, phase)
        small = "e => e.filter(e => e.offsetParent && e.getBoundingClientRect().height < 40).map(e => e.outerHTML)"
        assert page.locator("button, select, summary, header a, .chip").evaluate_all(small) == []
