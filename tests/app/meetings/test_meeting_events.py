"""Promises of the streams of a meeting: the newest state reaches every follower, and a reader who is gone leaves nothing."""

import asyncio
import json
import uuid
from collections.abc import Coroutine, Iterator
from typing import Any

import pytest

from service.bundles.registry import Registry
from service.settings import Settings
from service.web.app import create_app
from service.web.middleware.http_entry import HttpEntry
from service.web.streams import meeting_watch
from tests.support.asgi_calls import JSON_HEADERS, Call, turns
from tests.support.databases import sqlite_url
from tests.support.formula_models import FLAT, PET
from tests.support.meeting_content import CONTENT


@pytest.fixture
def settings(url: str) -> Settings:
    return Settings(database_url=url, max_streams=3)


@pytest.fixture(scope="module")
def file_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(database_url=sqlite_url(tmp_path_factory.mktemp("events")), max_streams=3)


class Room:
    """A meeting in an app without a server."""

    def __init__(self, settings: Settings) -> None:
        self.app = app_of(settings)
        self.id = self.code = self.token = ""

    async def prepared(self) -> "Room":
        meeting = await self.post("/v1/meetings", CONTENT)
        self.id, self.code, self.token = meeting["id"], meeting["audience_code"], meeting["presenter_token"]
        return self

    async def post(self, path: str, body: Any, app: HttpEntry | None = None, code: str = "") -> Any:
        headers = JSON_HEADERS | {"idempotency-key": uuid.uuid4().hex, "meeting-code": code}
        answer = await Call(app or self.app, "POST", path, headers).end(json.dumps(body).encode()).answered()
        assert answer.status in {200, 201}, answer.body
        return answer.json()

    async def show(self, case: str | None, phase: str, app: HttpEntry | None = None) -> None:
        await self.post(f"/v1/meetings/{self.id}/state", {"case": case, "phase": phase}, app)

    async def guess(self, person: str, value: float) -> None:
        body = {"case": "flat", "person": person, "value": value}
        await self.post("/v1/audience/guesses", body, code=self.code)

    def follow(self, *, presenter: bool = False, app: HttpEntry | None = None, **headers: str) -> Call:
        path = f"/v1/meetings/{self.id}/events" if presenter else "/v1/audience/events"
        return Call(app or self.app, "GET", path, {"meeting-code": self.code} | headers)


def app_of(settings: Settings) -> HttpEntry:
    return create_app(settings, Registry.of([FLAT, PET]))


def run(test: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(test, 60))


def events_of(call: Call) -> Iterator[tuple[str, Any]]:
    """Yield the events that an answer holds, read by the words of the standard."""
    for block in call.body.decode().split("\n\n")[:-1]:
        lines = dict(line.split(": ", 1) for line in block.split("\n"))
        if "event" in lines:
            yield lines["event"], json.loads(lines["data"])


def test_an_audience_gets_the_view_at_once_and_after_each_step(settings: Settings) -> None:
    async def test() -> None:
        room = await Room(settings).prepared()
        stream = await room.follow().received(b"event: view")
        assert stream.headers["content-type"].startswith("text/event-stream")
        assert (stream.headers["x-accel-buffering"], stream.headers["cache-control"]) == ("no", "no-store")
        await room.show("flat", "guess")
        await stream.received(b'"phase":"guess"')
        await room.show("flat", "answer")
        await stream.received(b'"phase":"answer"')
        await stream.disconnect().answered()
        views = [data for name, data in events_of(stream) if name == "view"]
        assert [view["state"]["phase"] for view in views] == ["waiting", "guess", "answer"]
        assert [view["case"] and view["case"]["id"] for view in views] == [None, "flat", "flat"]
        assert [view["guesses"] and view["guesses"]["people"] for view in views] == [None, None, 0]

    run(test())


def test_a_presenter_gets_the_state_and_the_guesses_as_they_come(settings: Settings) -> None:
    async def test() -> None:
        room = await Room(settings).prepared()
        stream = await room.follow(presenter=True).received(b"event: state")
        await room.show("flat", "guess")
        await stream.received(b'"people":0')
        await room.guess("ann", 250.0)
        await stream.received(b'"people":1')
        await asyncio.gather(*(room.guess(f"person {number}", 200.0 + number) for number in range(20)))
        await stream.received(b'"people":21')
        await stream.disconnect().answered()
        figures = [data for name, data in events_of(stream) if name == "guesses"]
        assert figures[-1] == {
            "case": "flat",
            "people": 21,
            "counts": {},
            "values": sorted([250.0, *(200.0 + number for number in range(20))]),
        }
        assert [data["phase"] for name, data in events_of(stream) if name == "state"] == ["waiting", "guess"]

    run(test())


def test_copies_of_the_service_see_the_changes_of_each_other(settings: Settings) -> None:
    async def test() -> None:
        room, other = await Room(settings).prepared(), app_of(settings)
        stream = await room.follow(app=other).received(b"event: view")
        await room.show("flat", "guess")
        await stream.received(b'"phase":"guess"')
        await stream.disconnect().answered()

    run(test())


def test_a_stream_that_is_not_read_gets_the_newest_state_and_not_all_between(file_settings: Settings) -> None:
    async def test() -> None:
        room = await Room(file_settings).prepared()
        stream = await room.follow().received(b"event: view")
        quick = await room.follow().received(b"event: view")
        stream.stop_reading()
        for number in range(10):
            await room.show("flat", "guess" if number % 2 else "answer")
            await quick.received(b'"revision":%d,' % (number + 2))
        await stream.read_on().received(b'"revision":11,')
        for call in (stream, quick):
            await call.disconnect().answered()
        views = [data["state"]["revision"] for _, data in events_of(stream)]
        assert (views[-1], len(views)) == (11, 3)

    run(test())


def test_a_reader_who_is_gone_frees_its_slot_and_ends_the_watch(file_settings: Settings) -> None:
    async def test() -> None:
        room = await Room(file_settings).prepared()
        tasks = asyncio.all_tasks()
        for _ in range(4):
            streams = [await room.follow().received(b"event: view") for _ in range(3)]
            refused = await room.follow().answered()
            assert (refused.status, refused.json()["code"]) == (503, "overloaded")
            for stream in streams:
                await stream.disconnect().answered()
        assert room.app.services.streams.in_use == 0
        await turns()
        assert asyncio.all_tasks() == tasks

    run(test())


def test_a_stream_says_that_it_lives_when_nothing_changes(file_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meeting_watch, "PING_SECONDS", 0.01)

    async def test() -> None:
        room = await Room(file_settings).prepared()
        stream = await room.follow().received(b": ping\n\n: ping\n\n")
        await stream.disconnect().answered()
        assert [name for name, _ in events_of(stream)] == ["view"]

    run(test())


def test_a_service_that_stops_ends_its_streams_at_once(file_settings: Settings) -> None:
    async def test() -> None:
        room = await Room(file_settings).prepared()
        streams = [await room.follow().received(b"event: view"), await room.follow(presenter=True).received(b"state")]
        room.app.services.meeting_watches.stop()
        for stream in streams:
            await stream.answered()
        late = await room.follow().answered()
        assert (late.status, late.body) == (200, b"")

    run(test())


def test_new_codes_end_the_streams_of_the_old_ones(file_settings: Settings) -> None:
    async def test() -> None:
        room = await Room(file_settings).prepared()
        old = [room.follow(), room.follow(presenter=True, authorization=f"Bearer {room.token}")]
        anybody = await room.follow(presenter=True).received(b"event: state")
        for stream in old:
            await stream.received(b"event: ")
        await room.post(f"/v1/meetings/{room.id}/codes", {})
        for stream in old:
            await stream.answered()
        assert (await room.follow().answered()).status == 404
        await room.show("flat", "guess")
        await anybody.received(b'"phase":"guess"')
        await anybody.disconnect().answered()

    run(test())


@pytest.mark.parametrize("presenter", [True, False])
def test_a_head_ends_at_once_and_an_unknown_meeting_opens_no_stream(file_settings: Settings, presenter: bool) -> None:  # noqa: FBT001
    async def test() -> None:
        room = await Room(file_settings).prepared()
        path = f"/v1/meetings/{room.id}/events" if presenter else "/v1/audience/events"
        head = await Call(room.app, "HEAD", path, {"meeting-code": room.code}).answered()
        assert (head.status, head.headers["content-type"][:17]) == (200, "text/event-stream")
        room.id, room.code = "1", "a" * 16
        stream = await room.follow(presenter=presenter).answered()
        assert (stream.status, stream.json()["code"]) == (404, "unknown_meeting")

    run(test())
