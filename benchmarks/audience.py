"""A presenter goes through a meeting that hundreds of phones follow, on the same processors as predictions at full speed."""

import asyncio
import itertools
import json
import math
import os
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from benchmarks.load import Load, post_repeatedly
from benchmarks.phone_browsers import Browsers
from benchmarks.phone_streams import Phones
from benchmarks.server_programs import ROOT, Server, run_demo, run_service
from client import Client
from client.shapes.meetings import Meeting, MeetingCase, NewState
from service.bundles.versions.bundle_folder import default_folder

_MODEL = "credit-default"
_CASES = 6
GUESS_SECONDS = 5.0
"""Within this time the audience guesses."""
_GUESSES = ["decision/approve", "decision/ask", "decision/refuse"]
_CONNECTIONS = 4
_STEP_SECONDS, _MAX_STEP_SECONDS = 2.0, 20.0


@dataclass
class AudienceResult:
    """`steps`: for each step the seconds until each phone showed it, in ascending order."""

    phones: int
    has_guesses: bool
    """Whether every phone guesses at each case."""
    steps: list[list[float]] = field(default_factory=list)
    browser_steps: list[list[float]] = field(default_factory=list)
    page_seconds: list[float] = field(default_factory=list)
    guess_seconds: list[float] = field(default_factory=list)
    missing: int = 0
    errors: list[str] = field(default_factory=list)
    event_bytes: int = 0
    alone: Load = field(default_factory=lambda: Load(0.0))
    beside: Load = field(default_factory=lambda: Load(0.0))

    def worst_step(self, share: float) -> float:
        """Return the longest time after which a share of the phones showed a step, in seconds."""
        return max(_share_of(each, share) for each in self.steps)

    def middle_step(self, share: float) -> float:
        """Return the same for the step in the middle."""
        return statistics.median(_share_of(each, share) for each in self.steps)

    @property
    def prediction_ratio(self) -> float:
        """Predictions a second beside the meeting, as a part of those alone."""
        return self.beside.answers_per_second / self.alone.answers_per_second


def _share_of(ordered: list[float], share: float) -> float:
    """Return the number below which a share of ordered numbers lies; infinity without any."""
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else math.inf


def measure_audience(phones: int, browsers: int, seconds: float, *, guesses: bool) -> AudienceResult:
    """Run a meeting for so many phones, some more in real browsers, and predictions before it and beside it."""
    rows = json.loads((default_folder(ROOT / "bundles", _MODEL) / "card.json").read_text(encoding="utf-8"))["real_rows"]
    body = json.dumps({"rows": rows[:1]}).encode()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        service = stack.enter_context(run_service({"SERVICE_DATABASE_URL": f"sqlite:///{folder}/witryna.db"}, core=None))
        demo = stack.enter_context(run_demo(service.url))
        pool = stack.enter_context(ProcessPoolExecutor(1))

        def predict() -> Future[Load]:
            return pool.submit(_predict, service.url, service.process.pid, body, seconds)

        result = AudienceResult(phones, guesses)
        result.alone = predict().result()
        with asyncio.Runner() as runner:
            client = Client(service.url)
            meeting = _make_meeting(client, rows)
            runner.run(_hold_meeting(client, demo.url, meeting, browsers, predict, result))
    return result


def _predict(url: str, process_id: int, body: bytes, seconds: float) -> Load:
    """Send predictions from a process of its own: the phones take their time in this one."""
    server = Server(url, psutil.Process(process_id))
    return post_repeatedly(server, f"/v1/models/{_MODEL}/predictions", body, _CONNECTIONS, seconds)


@dataclass(frozen=True)
class _Presenter:
    client: Client
    meeting: str
    phones: Phones
    windows: Browsers
    result: AudienceResult

    async def step(self, state: NewState) -> None:
        """Take one step and note when each phone shows it."""
        began = time.perf_counter()
        case, phase = str(state["case"]), state["phase"]
        seen = asyncio.create_task(self.windows.await_stage(case, phase, began))
        await asyncio.to_thread(self.client.meetings.set_state, self.meeting, state)
        stage, phones = f"{case} {phase}", self.phones
        shown = await phones.await_stage(stage, self.result.phones, _MAX_STEP_SECONDS)
        self.result.missing += self.result.phones - shown
        self.result.steps.append(sorted(at - began for phone, at in phones.seen_at.items() if phones.stages[phone] == stage))
        self.result.browser_steps.append(sorted(await seen))
        if phase == "guess" and self.result.has_guesses:
            await phones.guess(case, _GUESSES, GUESS_SECONDS)
        await asyncio.sleep(max(0.0, began + _STEP_SECONDS - time.perf_counter()))


async def _hold_meeting(  # noqa: PLR0917 - one meeting has all of them
    client: Client,
    demo_url: str,
    meeting: Meeting,
    browsers: int,
    predict: Callable[[], Future[Load]],
    result: AudienceResult,
) -> None:
    """Go through the cases again and again until the predictions end."""
    code, ids = meeting["audience_code"], [case["id"] for case in meeting["content"].get("cases", [])]
    phones = Phones(demo_url, code)
    await phones.open(result.phones)
    async with Browsers(f"{demo_url}/live/{code}", browsers) as windows:
        presenter = _Presenter(client, meeting["id"], phones, windows, result)
        load = asyncio.wrap_future(predict())
        steps = itertools.cycle(itertools.product(ids, ("guess", "answer")))
        while not load.done():
            case, phase = next(steps)
            show: Any = "why" if phase == "answer" else None
            await presenter.step({"case": case, "phase": phase, "show": show, "audience": "follow"})  # type: ignore[typeddict-item]
        result.beside = await load
    result.page_seconds, result.guess_seconds = phones.page_seconds, phones.guess_seconds
    result.errors, result.event_bytes = phones.errors, phones.received_bytes
    await phones.close()


def _make_meeting(client: Client, rows: list[dict[str, Any]]) -> Meeting:
    cases: list[MeetingCase] = [
        {
            "id": f"case-{number}",
            "name": f"Case {number}",
            "model": _MODEL,
            "row": row,
            "show": ["answer", "why"],
            "guess": True,
        }
        for number, row in enumerate(rows[:_CASES])
    ]
    return client.meetings.create({"title": "Benchmark", "language": "en", "cases": cases}, uuid.uuid4().hex)


def describe_machine() -> str:
    """Return on what the figures were measured."""
    return f"{len(os.sched_getaffinity(0)) if hasattr(os, 'sched_getaffinity') else os.cpu_count()} processors"
