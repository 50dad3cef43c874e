"""Promises of the audience's phones: they follow the presenter, lose nothing, see nothing of another meeting, and cost little."""

import asyncio
import re

import pytest

from tests.support.asgi_calls import Call
from tests.support.held_meeting import Held
from tests.support.phone_calls import listening
from wire.base_path import BasePath

EXPLANATIONS, EVENTS, VIEW = "/v1/models/flat-price/explanations", "/v1/audience/events", "/v1/audience"


def test_a_page_opens_with_the_state_of_this_moment_and_is_small(held: Held) -> None:
    presenter = held.meeting()

    async def visit() -> None:
        await presenter.go("flat", "guess")
        page = await presenter.phone().get()
        html = page.body.decode()
        assert page.status == 200
        assert "A flat in Wola" in html
        assert 'class="guess' in html
        assert "They doubt it." not in html, "notes are for the presenter"
        assert "It is kept until the organizer deletes it." in html
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
        phones = await listening([presenter.phone(number, ("en", "pl")[number % 2]) for number in range(100)])
        await presenter.go("flat", "guess")
        await asyncio.gather(*(phone.shows("flat", "guess") for phone in phones))
        await presenter.go("flat", "answer", "why")
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
        await presenter.go("flat", "answer", "why")
        shown = await first.shows("flat", "answer", "why")
        late = await presenter.phone(2).listen()
        assert (await late.shows("flat", "answer", "why")) == shown
        assert len(late.events()) == 1
        await first.hang_up()
        await presenter.go("pet", "guess")
        back = await presenter.phone(1).listen()
        await back.shows("pet", "guess")

    asyncio.run(follow())


def test_the_audience_sees_no_case_and_no_answer_too_early(held: Held) -> None:
    presenter = held.meeting()

    async def follow() -> None:
        phone = await presenter.phone().listen()
        await presenter.go("flat", "waiting")
        await presenter.go("flat", "guess")
        await phone.shows("flat", "guess")
        seen = b"".join(str(stage).encode() for stage in phone.events())
        assert b'class="answer"' not in seen
        assert b"A small pet" not in seen
        assert all(stage["shown"] is None for stage in phone.events())

    asyncio.run(follow())


def test_two_meetings_see_nothing_of_each_other(held: Held) -> None:
    one, other = held.meeting(title="One meeting"), held.meeting(title="Other meeting")

    async def follow() -> None:
        phones = await listening([one.phone(1), other.phone(2)])
        await one.go("flat", "answer")
        await other.go("pet", "answer")
        await phones[0].shows("flat", "answer")
        await phones[1].shows("pet", "answer")
        assert b"pet" not in phones[0].stream.body  # type: ignore[union-attr]
        assert b"Wola" not in phones[1].stream.body  # type: ignore[union-attr]

    asyncio.run(follow())


def test_people_go_through_the_cases_alone_only_while_the_presenter_allows_it(held: Held) -> None:
    presenter = held.meeting(pages=["try"])

    async def play() -> None:
        phone = await presenter.phone().listen()
        refused = await phone.post("/play", {"case": "flat"})
        assert refused.status == 409
        await presenter.go(None, audience="alone")
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
        phones = await listening([presenter.phone(number) for number in range(20)])
        for phone in phones:
            await phone.hang_up()
        assert len(asyncio.all_tasks()) == before

    asyncio.run(leave())


def test_another_address_of_the_demo_goes_on_to_its_page(held: Held) -> None:
    async def visit() -> None:
        page = await Call(held.pages, "GET", "/lively").end().answered()
        assert page.body == b"another page"

    asyncio.run(visit())


def test_behind_a_base_path_every_address_and_cookie_has_it(held: Held) -> None:
    presenter = held.meeting()
    published = BasePath(held.pages, "/models")

    async def visit() -> None:
        path = f"/models/live/{presenter.code}"
        page = await Call(published, "GET", path, {"accept": "text/html"}).end().answered()
        html = page.body.decode()
        assert f'data-base="{path}"' in html
        for asset in re.findall(r'(?:href|src)="(/[^"?]*)\?', html):
            assert asset.startswith("/models/live/")
            assert (await Call(published, "GET", asset).end().answered()).status == 200
        assert "Path=/models;" in page.headers["set-cookie"]
        stream = Call(published, "GET", f"{path}/events")
        await stream.begun()
        assert stream.status == 200
        await stream.disconnect().answered()

    asyncio.run(visit())
