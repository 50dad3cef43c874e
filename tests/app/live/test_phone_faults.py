"""Promises of phones when something is wrong: an outage of the service, a wrong code, a flood, a page of another site."""

import asyncio
import re

import pytest

from client import Unavailable
from demo.meetings.meeting_copies import meeting_copies
from tests.support.held_meeting import Held, Presenter
from tests.support.phone_calls import SECONDS, Phone, listening

VIEW, GUESSES = "/v1/audience", "/v1/audience/guesses"


def test_phones_follow_the_presenter_without_the_service_and_the_service_gets_the_step_later(held: Held) -> None:
    presenter = held.meeting()

    async def follow() -> None:
        phone = await presenter.phone().listen()
        await presenter.go("flat", "guess")
        await phone.shows("flat", "guess")
        meeting_copies().put(held.client.meetings.read(presenter.meeting), "ws_secret")
        await asyncio.to_thread(held.served.stop)
        await asyncio.to_thread(go_without_service, presenter, "flat", "answer")
        stage = await phone.shows("flat", "answer")
        assert 'class="answer"' in stage["html"], "the answer was there before the outage"
        await asyncio.to_thread(held.served.start)
        await presenter.go("flat", "answer")
        await presenter.go("pet", "guess")
        await phone.shows("pet", "guess")
        phases = [(stage["case"], stage["phase"]) for stage in phone.events()]
        assert phases[-3:] == [("flat", "guess"), ("flat", "answer"), ("pet", "guess")], "no phone jumps back"

    asyncio.run(follow())


def go_without_service(presenter: Presenter, case: str, phase: str) -> None:
    """Do what the presenter's page does when the service does not answer: keep the step in the demo's copy."""
    state = {"case": case, "phase": phase, "show": None, "audience": "follow", "revision": 2}
    with pytest.raises(Unavailable):
        presenter.step(case, phase)
    assert meeting_copies().set_state(presenter.meeting, state)


def test_a_phone_that_comes_during_an_outage_finds_the_meeting_that_the_demo_has_kept(held: Held) -> None:
    presenter = held.meeting()

    async def visit() -> None:
        await presenter.go("flat", "guess")
        meeting = held.client.meetings.read(presenter.meeting)
        meeting_copies().put(meeting, "ws_secret")
        await asyncio.to_thread(held.served.stop)
        page = await presenter.phone().get()
        assert page.status == 200
        assert "A flat in Wola" in page.body.decode()
        assert "They doubt it." not in page.body.decode()
        unknown = await Phone(held.pages, "another-meeting-of-nobody").get()
        assert unknown.status == 503
        assert unknown.headers["refresh"] == "3"
        await asyncio.to_thread(held.served.start)

    asyncio.run(visit())


# Strangers


@pytest.mark.parametrize(
    "code", ["short", "x" * 65, "wrong-but-well-formed-1", "%2e%2e%2f%2e%2e%2fetc", "a b c d e f g h i j k"]
)
def test_a_wrong_code_is_404_in_words_and_a_flood_of_them_is_cheap(code: str, held: Held) -> None:
    async def visit() -> None:
        for path in ("", "/events", "/logo", "/guesses"):
            answer = await Phone(held.pages, code).get(path)
            assert answer.status == 404
        assert b"This link opens no meeting" in (await Phone(held.pages, code).get()).body
        for number in range(100):
            await Phone(held.pages, f"{number:020d}", number).get()

    asyncio.run(visit())
    assert held.served.requests[VIEW] <= 25


def test_a_flood_from_one_phone_is_refused_and_does_not_hurt_the_others(held: Held) -> None:
    presenter = held.meeting()

    async def flood() -> None:
        await presenter.go("pet", "guess")
        loud, quiet = await listening([presenter.phone(1), presenter.phone(2)])
        await quiet.shows("pet", "guess")
        option = re.findall(r'data-guess="([^"]+)"', quiet.stage["html"])[0]
        guess = {"case": "pet", "option": option}
        answers = await asyncio.gather(*(loud.post("/guess", guess) for _ in range(300)), quiet.post("/guess", guess))
        statuses = [answer.status for answer in answers]
        assert statuses.count(200) < 25
        assert set(statuses[:-1]) == {200, 429}
        assert statuses[-1] == 200
        streams = await asyncio.gather(*(asyncio.wait_for(presenter.phone(1).listen(), SECONDS) for _ in range(15)))
        assert {each.stream.status for each in streams if each.stream} == {200, 429}
        assert (await presenter.phone(3).listen()).stream.status == 200  # type: ignore[union-attr]

    asyncio.run(flood())
    assert held.served.requests[GUESSES] < 30


@pytest.mark.parametrize("path", ["/guess", "/feedback", "/play"])
def test_another_sites_form_and_a_huge_body_are_refused(path: str, held: Held) -> None:
    presenter = held.meeting()

    async def send() -> None:
        phone = presenter.phone()
        assert (await phone.post(path, {}, **{"content-type": "text/plain"})).status == 415
        assert (await phone.post(path, {}, **{"sec-fetch-site": "cross-site"})).status == 403
        assert (await phone.post(path, {"case": "x" * 70_000})).status == 413
        assert (await phone.get(path)).status == 405

    asyncio.run(send())


def test_phones_of_a_meeting_whose_code_was_renewed_are_told(held: Held) -> None:
    presenter = held.meeting()

    async def renew() -> None:
        phone = await presenter.phone().listen()
        await presenter.go("flat", "guess")
        await phone.shows("flat", "guess")
        await asyncio.to_thread(held.client.meetings.new_codes, presenter.meeting)
        assert phone.stream is not None
        await asyncio.wait_for(phone.stream.task, SECONDS)
        assert phone.stream.body.endswith(b"event: gone\ndata:\n\n")
        assert (await presenter.phone().get()).status == 404

    asyncio.run(renew())


def test_a_phone_that_does_not_read_holds_nobody_up_and_gets_the_newest_state_later(held: Held) -> None:
    presenter = held.meeting()

    async def follow() -> None:
        slow, quick = await listening([presenter.phone(1), presenter.phone(2)])
        assert slow.stream is not None
        slow.stream.stop_reading()
        for case, phase in (("flat", "guess"), ("flat", "answer"), ("pet", "guess"), ("pet", "answer")):
            await presenter.go(case, phase)
            await quick.shows(case, phase)
        slow.stream.read_on()
        await slow.shows("pet", "answer")
        assert len(slow.events()) < len(quick.events()), "what is outdated is not sent"

    asyncio.run(follow())
