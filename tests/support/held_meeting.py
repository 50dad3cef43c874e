"""A meeting that is held: the real service on a port of this machine, the demo's pages for phones, and its presenter."""

import asyncio
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp

from client import Client
from demo.configuration.demo_file import DemoConfig
from demo.live.live_routes import LivePages
from demo.web.visitor_cookie import VisitorCookie
from service.bundles.registry import Registry
from service.settings import Settings
from service.web.app import create_app
from tests.support.databases import sqlite_url
from tests.support.formula_models import FLAT, FLAT_ROW, PET, PET_ROW
from tests.support.phone_calls import Phone
from tests.support.served_app import ServedApp

CASES: list[dict[str, Any]] = [
    {
        "id": "flat",
        "name": "A flat in Wola",
        "note": "They doubt it.",
        "model": "flat-price",
        "row": FLAT_ROW,
        "show": ["answer", "why"],
        "guess": True,
    },
    {"id": "pet", "name": "A small pet", "model": "pet-kind", "row": PET_ROW, "show": ["answer"], "guess": True},
]


@dataclass
class Held:
    """A service with meetings, and the demo's pages for phones."""

    served: ServedApp
    client: Client
    pages: ASGIApp
    meetings: list[dict[str, Any]] = field(default_factory=list)

    def meeting(self, **content: Any) -> "Presenter":
        """Make a meeting."""
        made = self.client.meetings.create({"title": "Spring pilot", "cases": CASES} | content, uuid.uuid4().hex)  # type: ignore[arg-type]
        return Presenter(self, made["id"], made["audience_code"])


@dataclass
class Presenter:
    held: Held
    meeting: str
    code: str

    def step(self, case: str | None, phase: Any = "waiting", show: Any = None, audience: Any = "follow") -> None:
        """Set what is on the presenter's screen."""
        self.held.client.meetings.set_state(self.meeting, {"case": case, "phase": phase, "show": show, "audience": audience})

    async def go(self, *arguments: Any, **options: Any) -> None:
        """Do the same as `step`, while the event loop goes on."""
        await asyncio.to_thread(self.step, *arguments, **options)

    def phone(self, number: int = 0, language: str = "en") -> Phone:
        return Phone(self.held.pages, self.code, number, language)

    def feedback(self) -> list[Any]:
        """Return what the service has stored for this meeting."""
        return list(self.held.client.feedback.entries(meeting=self.meeting)["items"])


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedApp]:
    """The real service. A test that stops it starts it again."""
    settings = Settings(database_url=sqlite_url(tmp_path_factory.mktemp("service")))
    served = ServedApp(lambda: create_app(settings, Registry.of([FLAT, PET])))
    yield served
    served.stop()


@pytest.fixture
def held(served: ServedApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Held]:
    (tmp_path / "kept").mkdir()
    monkeypatch.setenv("DEMO_MEETINGS", str(tmp_path / "kept"))
    served.requests.clear()
    live = LivePages(PlainTextResponse("another page"), lambda: Client(served.url), DemoConfig())
    yield Held(served, Client(served.url), VisitorCookie(live))
    live.close()
