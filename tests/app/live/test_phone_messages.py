"""Promises of what phones send: a guess counts once a person, feedback is acknowledged when it is stored, and stored once."""

import asyncio
import re
from typing import Any

import pytest

from tests.support.held_meeting import Held
from tests.support.phone_calls import Phone, listening


def test_a_guess_is_counted_once_a_person_and_shown_with_the_answer(held: Held) -> None:
    presenter = held.meeting()

    async def follow() -> None:
        await presenter.go("pet", "guess")
        phones = await listening([presenter.phone(number, "pl") for number in range(3)])
        await asyncio.gather(*(phone.shows("pet", "guess") for phone in phones))
        options = re.findall(r'data-guess="([^"]+)"', phones[0].stage["html"])
        for phone, option in zip([*phones, phones[0]], [options[0], options[1], options[1], options[1]], strict=True):
            answer = await phone.post("/guess", {"case": "pet", "option": option})
            assert answer.status == 200, answer.body
        await presenter.go("pet", "answer")
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
        await presenter.go("flat", "guess")
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
        await presenter.go("flat", "answer", "why")
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
        await presenter.go("flat", "answer")
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
        await presenter.go("flat", "answer")
        phone = await presenter.phone().listen()
        await phone.shows("flat", "answer")
        assert (await said(phone, **({"key": "k" * 32} | parts))).status == 422

    asyncio.run(follow())
    assert presenter.feedback() == []
