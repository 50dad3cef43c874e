"""A whole meeting in real browsers: check, guesses, an outage with a restart of the demo in it, and feedback."""

import csv
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from client import Client
from tests.support.browser_session import Contexts, Visit, download
from tests.support.server_process import Program

NEXT = "ArrowRight"
OPTIONS = {"locale": "en-GB", "reduced_motion": "reduce"}
MODEL, SECRET = "credit-default", "Nobody else reads this."
NAMES = ("The first client", "The second client")


@pytest.fixture
def meeting(programs: tuple[Program, Program]) -> Any:
    """A meeting of two cases of credit-default."""
    client = Client(programs[0].url)
    rows = [example["row"] for example in client.card(MODEL)["examples"]]
    shown = (["answer", "why"], ["answer", "what-if"])
    cases = [
        {"id": f"case-{number}", "name": name, "note": SECRET, "model": MODEL} | {"row": row, "show": show, "guess": True}
        for number, (name, row, show) in enumerate(zip(NAMES, rows, shown, strict=False))
    ]
    content: Any = {"title": "Pilot with Acme", "cases": cases, "models": [MODEL]}
    return client.meetings.create(content, client.feedback.new_key())


@pytest.fixture
def phone(contexts: Contexts, programs: tuple[Program, Program], meeting: Any) -> Iterator[Callable[[], Page]]:
    """Return a function that opens the audience's page in another browser."""
    taken = []

    def come() -> Page:
        taken.append(contexts.take(programs[1].url, OPTIONS))
        page = taken[-1].new_page()
        page.set_viewport_size({"width": 375, "height": 667})
        page.goto(f"{programs[1].url}/live/{meeting['audience_code']}")
        return page

    yield come
    for context in taken:
        contexts.give_back(context, programs[1].url, OPTIONS)


def guess(page: Page, decision: str) -> None:
    page.locator(f'[data-guess="decision/{decision}"]').click()
    expect(page.locator(f'[data-guess="decision/{decision}"]')).to_have_attribute("aria-pressed", "true")


def say(page: Page, verdict: str) -> None:
    page.locator(f'[data-verdict="{verdict}"]').click()
    page.locator("#feedback .send .main").click()


class Journey:
    """A presenter's screen and three phones, over programs that are stopped and started."""

    def __init__(self, presenter: Visit, phone: Callable[[], Page], meeting: Any, client: Client) -> None:
        self.presenter, self.screen, self.client, self.meeting = presenter, presenter.page, client, meeting
        self.address = f"?meeting={meeting['id']}&lang=en"
        self.phones: list[Page] = []
        self._come = phone

    def check(self) -> None:
        self.presenter.open(f"/check{self.address}")
        self.screen.get_by_role("button", name="Check and record").click()
        expect(self.screen.get_by_text("2 of 2 cases are recorded")).to_be_visible()
        assert self.screen.locator(".check .bad h2").all_inner_texts() == ["Audience link"]

    def open_screen(self) -> None:
        self.presenter.open(f"/present{self.address}")

    def go_on(self) -> None:
        self.screen.keyboard.press(NEXT)

    def let_people_come_and_guess(self) -> None:
        self.phones = [self._come() for _ in range(3)]
        self.go_on()
        bands = [band["value"] for band in self.client.card(MODEL)["output"]["bands"]]
        for page, decision in zip(self.phones, (bands[0], bands[-1], bands[0]), strict=True):
            expect(page.get_by_role("heading", name=NAMES[0])).to_be_visible()
            guess(page, decision)
        expect(self.screen.get_by_text("3 people have guessed")).to_be_visible()

    def everybody_sees_the_answer(self, case: str, *, is_recorded: bool) -> None:
        """The answer is the same on all screens, and the phones mark it if it is recorded."""
        expect(self.screen.get_by_role("heading", name=case)).to_be_visible()
        self.presenter.settled()  # the last step of several, not one that it passes
        number = self.screen.locator(".answer .number").inner_text()
        for page in self.phones:
            expect(page.get_by_role("heading", name=case)).to_be_visible()
            expect(page.locator(".answer .number")).to_have_text(number)
            expect(page.get_by_text("recorded on")).to_have_count(1 if is_recorded else 0)
            expect(page.get_by_text("UTC")).to_have_count(0)  # each reads the time of their own place

    def review(self) -> None:
        """The presenter reads what people said, answers one, and takes all of it home as a file."""
        self.presenter.open("/review?lang=en")
        expect(self.screen.get_by_text("2 entries")).to_be_visible()
        self.screen.get_by_role("button", name="Details").first.click()
        details = self.screen.locator(".st-key-review-details")
        details.get_by_role("radio", name="Accepted", exact=True).click()
        self.presenter.settled()
        details.get_by_role("button", name="Save").click()
        expect(self.screen.get_by_text("Saved.")).to_be_visible()
        with download(self.screen, "Download as CSV").path().open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        assert sorted((row["verdict"], row["state"]) for row in rows) == [("agree", "new"), ("disagree", "accepted")]

    def take_home(self) -> str:
        """Return the document of the whole meeting."""
        self.presenter.open(f"/run-sheet{self.address}")
        self.screen.get_by_role("button", name="To take home").click()
        return download(self.screen, "Document (HTML)").path().read_text(encoding="utf-8")


def test_a_meeting_goes_on_through_an_outage_with_guesses_and_feedback(
    visit: Any, phone: Callable[[], Page], meeting: Any, programs: tuple[Program, Program]
) -> None:
    service, demo = programs
    journey = Journey(visit(f"/sign-in?token={meeting['presenter_token']}"), phone, meeting, Client(service.url))
    screen, outage = journey.screen, journey.screen.get_by_text("the model does not answer now")
    journey.check()
    journey.open_screen()
    expect(screen.get_by_role("heading", name=meeting["content"]["title"])).to_be_visible()
    journey.let_people_come_and_guess()
    journey.go_on()
    journey.everybody_sees_the_answer(NAMES[0], is_recorded=False)
    say(journey.phones[0], "agree")
    expect(journey.phones[0].locator("#feedback")).to_contain_text("Saved")

    service.stop()
    for _ in range(3):
        journey.go_on()
    journey.everybody_sees_the_answer(NAMES[1], is_recorded=True)
    say(journey.phones[1], "disagree")
    demo.stop()
    demo.start()
    journey.open_screen()
    expect(outage).to_be_visible()
    journey.phones[2].reload()
    journey.go_on()
    expect(screen.locator(".js-plotly-plot")).to_be_visible()
    for page in journey.phones:
        expect(page.locator("section.curve")).to_be_visible()
    journey.everybody_sees_the_answer(NAMES[1], is_recorded=True)

    service.start()
    journey.everybody_sees_the_answer(NAMES[1], is_recorded=False)
    expect(outage).to_have_count(0)
    state = journey.client.meetings.read(meeting["id"])["state"]
    assert (state["case"], state["phase"], state["show"]) == ("case-1", "answer", "what-if")
    expect(journey.phones[1].locator("#feedback")).to_contain_text("Saved")
    entries = journey.client.feedback.entries(meeting=meeting["id"])["items"]
    assert sorted(entry["verdict"] for entry in entries) == ["agree", "disagree"]
    assert not any(SECRET in page.content() for page in journey.phones)
    journey.review()
    document = journey.take_home()
    assert all(name in document for name in NAMES)
    assert SECRET not in document
