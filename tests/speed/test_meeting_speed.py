"""How long an audience, people with feedback and the presenter wait while five hundred people guess at once."""

import asyncio
import json
import sys
import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from client import Client, MeetingCase, MeetingContent
from tests.support.feedback_ledger import entry_for
from tests.support.server_process import running, service_program

MODEL = "diamond-price"
PEOPLE, CONNECTIONS, STEPS = 500, 32, 10
PAUSE_SECONDS = 0.1
MAX_FEEDBACK_MILLISECONDS = 300
MAX_STEP_SECONDS = 1.0


class Caller:
    """A connection that sends one request after another. A client of Python would take longer than the service."""

    def __init__(self, url: str) -> None:
        self._host, self._port = urlsplit(url).hostname, urlsplit(url).port

    async def __aenter__(self) -> "Caller":
        self.reader, self.writer = await asyncio.open_connection(self._host, self._port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.writer.close()

    async def post(self, path: str, body: Mapping[str, Any], **headers: str) -> tuple[int, float]:
        """Return the status and the milliseconds of an answer."""
        content = json.dumps(body).encode()
        fields = {"Host": "localhost", "Content-Type": "application/json", "Content-Length": str(len(content))}
        fields |= {name.replace("_", "-"): value for name, value in headers.items()}
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        start = time.monotonic()
        self.writer.write(f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + content)
        answer = (await self.reader.readuntil(b"\r\n\r\n")).decode().lower()
        await self.reader.readexactly(int(answer.partition("content-length: ")[2].partition("\r\n")[0]))
        return int(answer.split(" ", 2)[1]), (time.monotonic() - start) * 1000


async def crowd(url: str, meeting: Mapping[str, Any], entry: Mapping[str, Any]) -> tuple[list[Any], list[Any], list[float]]:
    """Return the answers to guesses and to feedback, and the seconds from each step of the presenter to its event."""
    people, steps = iter(range(PEOPLE)), list[float]()
    path = f"/v1/meetings/{meeting['id']}"
    phase = {"case": "one", "phase": "guess"}

    async def guess() -> list[tuple[int, float]]:
        async with Caller(url) as caller:
            return [
                await caller.post(
                    "/v1/audience/guesses",
                    {"case": "one", "person": f"person {number}", "value": float(number)},
                    Meeting_Code=meeting["audience_code"],
                )
                for number in people
            ]

    async def give() -> list[tuple[int, float]]:
        answers = []
        async with Caller(url) as caller:
            for _ in range(STEPS):
                answers.append(await caller.post("/v1/feedback", entry, Idempotency_Key=uuid.uuid4().hex))
                await asyncio.sleep(PAUSE_SECONDS)
        return answers

    async def present() -> None:
        async with Caller(url) as caller, Caller(url) as follower:
            await caller.post(f"{path}/state", phase)
            follower.writer.write(f"GET {path}/events HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            await follower.reader.readuntil(b'"revision":3,')
            for revision in range(4, STEPS + 4):
                start = time.monotonic()
                await caller.post(f"{path}/state", phase)
                await follower.reader.readuntil(b'"revision":%d,' % revision)
                steps.append(time.monotonic() - start)

    async with Caller(url) as first:
        assert (await first.post(f"{path}/state", phase))[0] == 200
    guesses, feedback, _ = await asyncio.gather(
        asyncio.gather(*(guess() for _ in range(CONNECTIONS))), asyncio.gather(*(give() for _ in range(3))), present()
    )
    return [each for group in guesses for each in group], [each for group in feedback for each in group], steps


def test_guesses_of_five_hundred_people_hold_up_neither_feedback_nor_the_presenter(bundles: Path, url: str) -> None:
    """On both databases."""
    with running(service_program(bundles, SERVICE_DATABASE_URL=url)) as program:
        client = Client(program.url)
        row = client.card(MODEL)["examples"][0]["row"]
        case: MeetingCase = {"id": "one", "name": "One", "model": MODEL, "row": row, "guess": True}
        content: MeetingContent = {"title": "Stones", "cases": [case]}
        meeting = client.meetings.create(content, client.feedback.new_key())
        entry = entry_for(program.url)
        client.feedback.give(entry, client.feedback.new_key())
        start = time.monotonic()
        guesses, feedback, steps = asyncio.run(crowd(program.url, meeting, entry))
        seconds = time.monotonic() - start
        figures = client.meetings.guesses(meeting["id"])["cases"]
    waits, answers = (np.array([wait for _, wait in each]) for each in (feedback, guesses))
    sys.stdout.write(
        f"{PEOPLE} guesses in {seconds:.2f} s, median {np.median(answers):.1f} ms, longest {answers.max():.1f} ms; "
        f"{len(waits)} entries of feedback meanwhile: median {np.median(waits):.1f} ms, longest {waits.max():.1f} ms; "
        f"{len(steps)} steps: median {np.median(steps):.3f} s, longest {max(steps):.3f} s\n"
    )
    assert ({status for status, _ in guesses}, {status for status, _ in feedback}) == ({200}, {201})
    assert figures[0]["people"] == PEOPLE
    assert max(steps) < MAX_STEP_SECONDS
    assert waits.max() < MAX_FEEDBACK_MILLISECONDS
