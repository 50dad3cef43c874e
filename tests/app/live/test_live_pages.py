"""Promises of the audience's phones: they follow the presenter, lose nothing, see nothing of another meeting, and cost little."""

import asyncio
import re
from typing import Any

import pytest

from client import Unavailable
from demo.live.rooms import announce
from demo.meetings.meeting_copies import meeting_copies
from tests.support.asgi_calls import Call
from tests.support.held_meeting import Held, Presenter
from tests.support.phone_calls import SECONDS, Phone

EXPLANATIONS, EVENTS, VIEW, GUESSES = (
    "/v1/models/flat-price/explanations",
    "/v1/audience/events",
    "/v1/audience",
    "/v1/audience/guesses",
)


async def step(presenter: Presenter, *arguments: Any, **options: Any) -> None:
    await asyncio.to_thread(presenter.step, *arguments, **options)


async def opened(phones: list[Phone]) -> list[Phone]:
    """Open the event streams of phones."""
    return [await phone.listen() for phone in phones]


def test_a_page_opens_with_the_state_of_this_moment_and_is_small(held: Held) -> None:
    presenter = held.meeting()

    async def visit() -> None:
        await step(presenter, "flat", "guess")
        page = await presenter.phone().get()
        html = page.body.decode()
        assert page.status == 200
        assert "A flat in Wola" in html
        assert 'class="guess' in html
        assert "They doubt it." not in html, "notes are for the presenter"
        assert len(html) < 12_000
        assert html.count("<script") == 1
        policy = page.headers["content-security-policy"]
        assert "script-src 'self';" in policy
        assert "unsafe-inline" not in policy.replace("style-src-attr 'unsafe-inline'", "")
        assert page.headers["set-cookie"].startswith(f"witryna-meeting={presenter.code}; Path=/; ")
        assert "HttpOnly; SameSite=Lax" in page.headers["set-cookie"]

    asyncio.run(visit())


@pytest.mark.parametrize(("language", "accepted", "shown"), [(None, "pl", "pl"), (None, "de", "en"), ("pl", "en", "pl")])
def test_a_page_is_in_the_language_of_the_meeting_else_of_the_reader(
    language: str | None, accepted: str, shown: str, held: Held
) -> None:
    presenter = held.meeting(language=language)

    async def visit() -> None:
        phone = presenter.phone(language="")
        page = await phone.get(**{"accept-language": accepted})
        assert f'<html lang="{shown}">' in page.body.decode()
        assert ('class="languages"' in page.body.decode()) == (language is None)

    asyncio.run(visit())


def test_a_step_reaches_a_hundred_phones_and_is_computed_once_a_language(held: Held) -> None:
    presenter = held.meeting()

    async def follow() -> None:
        phones = await opened([presenter.phone(number, ("en", "pl")[number % 2]) for number in range(100)])
        await step(presenter, "flat", "guess")
        await asyncio.gather(*(phone.shows("flat", "guess") for phone in phones))
        await step(presenter, "flat", "answer", "why")
        stages = await asyncio.gather(*(phone.shows("flat", "answer", "why") for phone in phones))
        assert len({stage["id"] for stage in stages}) == 2, "all phones of a language show the same"
        assert held.served.requests[EVENTS] == 1
        assert held.served.requests[VIEW] == 1
        assert held.served.requests[EXPLANATIONS] == 2
        for phone in phones:
            await phone.hang_up()

    asyncio.run(follow())


def test_who_comes_late_or_back_gets_the_whole_state_with_the_first_event(held: Held) -> None:
    presenter = held.meeting()

    async def follow() -> None:
        first = await presenter.phone(1).listen()
        await step(presenter, "flat", "answer", "why")
        shown = await first.shows("flat", "answer", "why")
        late = await presenter.phone(2).listen()
        assert (await late.shows("flat", "answer", "why")) == shown
        assert len(late.events()) == 1
        await first.hang_up()
        await step(presenter, "pet", "guess")
        back = await presenter.phone(1).listen()
        await back.shows("pet", "guess")

    asyncio.run(follow())


def test_the_audience_sees_no_case_and_no_answer_too_early(held: Held) -> None:
    presenter = held.meeting()

    async def follow() -> None:
        phone = await presenter.phone().listen()
        await step(presenter, "flat", "waiting")
        await step(presenter, "flat", "guess")
        await phone.shows("flat", "guess")
        seen = b"".join(str(stage).encode() for stage in phone.events())
        assert b'class="answer"' not in seen
        assert b"A small pet" not in seen
        assert all(stage["shown"] is None for stage in phone.events())

    asyncio.run(follow())


def test_two_meetings_see_nothing_of_each_other(held: Held) -> None:
    one, other = held.meeting(title="One meeting"), held.meeting(title="Other meeting")

    async def follow() -> None:
        phones = await opened([one.phone(1), other.phone(2)])
        await step(one, "flat", "answer")
        await step(other, "pet", "answer")
        await phones[0].shows("flat", "answer")
        await phones[1].shows("pet", "answer")
        assert b"pet" not in phones[0].stream.body  # type: ignore[union-attr]
        assert b"Wola" not in phones[1].stream.body  # type: ignore[union-attr]

    asyncio.run(follow())


# Guesses


def test_a_guess_is_counted_once_a_person_and_shown_with_the_answer(held: Held) -> None:
    presenter = held.meeting()

    async def follow() -> None:
        await step(presenter, "pet", "guess")
        phones = await opened([presenter.phone(number, "pl") for number in range(3)])
        await asyncio.gather(*(phone.shows("pet", "guess") for phone in phones))
        options = re.findall(r'data-guess="([^"]+)"', phones[0].stage["html"])
        for phone, option in zip([*phones, phones[0]], [options[0], options[1], options[1], options[1]], strict=True):
            answer = await phone.post("/guess", {"case": "pet", "option": option})
            assert answer.status == 200, answer.body
        await step(presenter, "pet", "answer")
        stage = await phones[2].shows("pet", "answer")
        assert "Odpowiedziały 3 osoby" in stage["html"]
        assert "100%" in stage["html"]
        own = (await phones[0].get("/guesses")).json()
        assert own["pet"]["option"] == options[1], "the last guess counts"
        late = await phones[0].post("/guess", {"case": "pet", "option": options[0]})
        assert (late.status, late.json()["code"]) == (409, "guesses_closed")

    asyncio.run(follow())


@pytest.mark.parametrize(
    ("message", "status"),
    [
        ({"case": "flat", "typed": "120,5"}, 200),
        ({"case": "flat", "typed": "wiele"}, 422),
        ({"case": "flat", "typed": "1e999"}, 422),
        ({"case": "flat", "option": "label/<script>"}, 422),
        ({"case": "gone", "typed": "1"}, 409),
        ({"case": {"x": 1}, "typed": "1"}, 409),
        ({}, 422),
    ],
)
def test_a_guess_that_cannot_be_counted_is_refused_with_a_sentence(message: Any, status: int, held: Held) -> None:
    presenter = held.meeting()

    async def guess() -> None:
        await step(presenter, "flat", "guess")
        phone = await presenter.phone(1, "pl").listen()
        await phone.shows("flat", "guess")
        answer = await phone.post("/guess", message)
        assert answer.status == status, answer.body
        assert status == 200 or " " in answer.json()["message"]

    asyncio.run(guess())


def test_a_browser_without_cookies_is_told_why_it_cannot_guess(held: Held) -> None:
    presenter = held.meeting()

    async def guess() -> None:
        phone = presenter.phone()
        phone.headers = {}
        answer = await phone.post("/guess", {"case": "flat", "typed": "1"})
        assert (answer.status, answer.json()["code"]) == (403, "no_cookie")

    asyncio.run(guess())


# Feedback


async def said(phone: Phone, key: str, **parts: Any) -> Any:
    """Send feedback about the answer that a phone shows."""
    return await phone.post("/feedback", {"key": key, "shown": phone.stage["shown"], "verdict": "agree"} | parts)


def test_feedback_is_acknowledged_when_it_is_stored_and_stored_once(held: Held) -> None:
    presenter = held.meeting()

    async def follow() -> None:
        await step(presenter, "flat", "answer", "why")
        phone = await presenter.phone(7, "pl").listen()
        await phone.shows("flat", "answer")
        answers = [await said(phone, "k" * 32, verdict="disagree", right="99,5", comment="<b>ż</b>") for _ in range(3)]
        assert [answer.status for answer in answers] == [201, 201, 201]
        assert len({answer.json()["id"] for answer in answers}) == 1

    asyncio.run(follow())
    (entry,) = presenter.feedback()
    assert (entry["meeting"], entry["person"]) == (presenter.meeting, f"{7:022d}")
    assert (entry["right_answer"]["value"], entry["comment"]) == (99.5, "<b>ż</b>")
    assert entry["shown"]["prediction"] == entry["prediction"]
    assert (entry["shown"]["page"], entry["shown"]["language"]) == ("live", "pl")


def test_feedback_in_an_outage_is_not_acknowledged_and_the_same_message_is_stored_later(held: Held) -> None:
    presenter = held.meeting()

    async def follow() -> None:
        await step(presenter, "flat", "answer")
        phone = await presenter.phone().listen()
        await phone.shows("flat", "answer")
        await asyncio.to_thread(held.served.stop)
        assert (await said(phone, "o" * 32)).status == 503
        await asyncio.to_thread(held.served.start)
        assert (await said(phone, "o" * 32)).status == 201

    asyncio.run(follow())
    assert len(presenter.feedback()) == 1


@pytest.mark.parametrize(
    "parts", [{"key": "x"}, {"key": ""}, {"shown": None}, {"verdict": "maybe"}, {"right": "viel", "verdict": "disagree"}]
)
def test_feedback_that_cannot_be_stored_is_refused_for_good(parts: dict[str, Any], held: Held) -> None:
    presenter = held.meeting()

    async def follow() -> None:
        await step(presenter, "flat", "answer")
        phone = await presenter.phone().listen()
        await phone.shows("flat", "answer")
        assert (await said(phone, **({"key": "k" * 32} | parts))).status == 422

    asyncio.run(follow())
    assert presenter.feedback() == []


# Outages


def test_phones_follow_the_presenter_without_the_service_and_the_service_gets_the_step_later(held: Held) -> None:
    presenter = held.meeting()

    async def follow() -> None:
        phone = await presenter.phone().listen()
        await step(presenter, "flat", "guess")
        await phone.shows("flat", "guess")
        await asyncio.to_thread(held.served.stop)
        view = await asyncio.to_thread(announced, presenter, "flat", "answer")
        assert view == 1
        stage = await phone.shows("flat", "answer")
        assert 'class="answer"' in stage["html"], "the answer was there before the outage"
        await asyncio.to_thread(held.served.start)
        async with asyncio.timeout(SECONDS):
            while presenter.held.client.meetings.read(presenter.meeting)["state"]["phase"] != "answer":
                await asyncio.sleep(0.05)
        await step(presenter, "pet", "guess")
        await phone.shows("pet", "guess")
        phases = [(stage["case"], stage["phase"]) for stage in phone.events()]
        assert phases[-3:] == [("flat", "guess"), ("flat", "answer"), ("pet", "guess")], "no phone jumps back"

    asyncio.run(follow())


def announced(presenter: Presenter, case: str, phase: str) -> int:
    """Do what the presenter's page does when the service does not answer."""
    state = {"case": case, "phase": phase, "show": None, "audience": "follow"}

    def deliver() -> None:
        presenter.step(case, phase)

    with pytest.raises(Unavailable):
        deliver()
    return announce(presenter.meeting, {"state": state | {"revision": 0}}, deliver)


def test_a_phone_that_comes_during_an_outage_finds_the_meeting_that_the_demo_has_kept(held: Held) -> None:
    presenter = held.meeting()

    async def visit() -> None:
        await step(presenter, "flat", "guess")
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
        await step(presenter, "pet", "guess")
        loud, quiet = await opened([presenter.phone(1), presenter.phone(2)])
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
        await step(presenter, "flat", "guess")
        await phone.shows("flat", "guess")
        await asyncio.to_thread(held.client.meetings.new_codes, presenter.meeting)
        assert phone.stream is not None
        await asyncio.wait_for(phone.stream.task, SECONDS)
        assert phone.stream.body.endswith(b"event: gone\ndata:\n\n")
        assert (await presenter.phone().get()).status == 404

    asyncio.run(renew())


# Alone


def test_people_go_through_the_cases_alone_only_while_the_presenter_allows_it(held: Held) -> None:
    presenter = held.meeting(pages=["try"])

    async def play() -> None:
        phone = await presenter.phone().listen()
        refused = await phone.post("/play", {"case": "flat"})
        assert refused.status == 409
        await step(presenter, None, audience="alone")
        await phone.shows("", "alone", "A small pet")
        chosen = await phone.post("/play", {"case": "flat"})
        assert chosen.status == 200
        before = held.served.requests["/v1/models/flat-price/predictions"]
        changed = await phone.post("/play", {"case": "flat", "changes": {"area": "50"}})
        assert changed.json()["shown"]["row"]["area"] == 50
        assert held.served.requests["/v1/models/flat-price/predictions"] == before + 1, "one gesture, one request"
        assert 'href="/?' in changed.json()["html"]
        assert (await phone.post("/play", {"case": "none of them"})).status == 409

    asyncio.run(play())


def test_a_phone_that_hangs_up_leaves_nothing_behind(held: Held) -> None:
    presenter = held.meeting()

    async def leave() -> None:
        before = len(asyncio.all_tasks())
        phones = await opened([presenter.phone(number) for number in range(20)])
        for phone in phones:
            await phone.hang_up()
        assert len(asyncio.all_tasks()) == before

    asyncio.run(leave())


def test_another_address_of_the_demo_goes_on_to_its_page(held: Held) -> None:
    async def visit() -> None:
        page = await Call(held.pages, "GET", "/lively").end().answered()
        assert page.body == b"another page"

    asyncio.run(visit())
