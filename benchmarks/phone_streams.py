"""Phones of an audience without a browser: each opens the page, then the event stream, over a connection of its own."""

import asyncio
import json
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_OPEN_AT_ONCE = 50
_LIMIT_BYTES = 4 * 2**20


@dataclass
class Phones:
    """Phones of one meeting. `stages` has for each phone the case and the phase that it shows now."""

    demo_url: str
    code: str
    stages: dict[int, str] = field(default_factory=dict)
    seen_at: dict[int, float] = field(default_factory=dict)
    """Phone → when its present stage came, in seconds of time.perf_counter()."""
    page_seconds: list[float] = field(default_factory=list)
    guess_seconds: list[float] = field(default_factory=list)
    """How long each guess took until the service had stored it."""
    _cookies: dict[int, str] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    received_bytes: int = 0
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _arrival: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        if urlsplit(self.demo_url).hostname != "127.0.0.1":
            raise ValueError("Load goes to 127.0.0.1 only.")

    async def open(self, count: int) -> None:
        """Open so many phones, fifty at a time, and wait until each shows a stage."""
        gate = asyncio.Semaphore(_OPEN_AT_ONCE)
        for number in range(count):
            self._tasks.append(asyncio.create_task(self._follow(number, gate)))
        await self.await_stage("", count, 120)

    async def close(self) -> None:
        """Hang up."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def await_stage(self, stage: str, count: int, seconds: float) -> int:
        """Wait until so many phones show a stage ("": any). Return how many do when the time is over."""

        def showing() -> int:
            return sum(1 for each in self.stages.values() if stage in {"", each})

        try:
            async with asyncio.timeout(seconds):
                while showing() < count and not self.errors:
                    self._arrival.clear()
                    await self._arrival.wait()
        except TimeoutError:
            pass
        return showing()

    async def guess(self, case: str, options: list[str], seconds: float) -> None:
        """Let every phone guess, one after another within some seconds, and wait until all are answered."""
        pause = seconds / max(1, len(self._cookies))
        guesses = (
            self._guess(number * pause, cookie, case, options[number % len(options)])
            for number, cookie in self._cookies.items()
        )
        await asyncio.gather(*guesses)

    async def _guess(self, delay: float, cookie: str, case: str, option: str) -> None:
        await asyncio.sleep(delay)
        body = json.dumps({"case": case, "option": option})
        head = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n"
        began = time.perf_counter()
        try:
            reader, writer = await self._ask("POST", f"/live/{self.code}/guess?lang=en", cookie, head, body)
            await reader.read()
            writer.close()
        except (OSError, ValueError) as error:
            self.errors.append(f"guess: {type(error).__name__}: {error}")
        self.guess_seconds.append(time.perf_counter() - began)

    async def _follow(self, number: int, gate: asyncio.Semaphore) -> None:
        try:
            async with gate:
                began = time.perf_counter()
                cookie = self._cookies[number] = await self._open_page()
                self.page_seconds.append(time.perf_counter() - began)
                reader, writer = await self._ask("GET", f"/live/{self.code}/events?lang=en", cookie)
            try:
                await self._read_events(number, reader)
            finally:
                writer.close()
        except (OSError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
            self.errors.append(f"{type(error).__name__}: {error}")
            self._arrival.set()

    async def _open_page(self) -> str:
        reader, writer = await self._ask("GET", f"/live/{self.code}", "", "Connection: close\r\n")
        page = (await reader.read()).decode()
        writer.close()
        head, _, body = page.partition("\r\n\r\n")
        if "</html>" not in body:
            raise ValueError("The page is not whole.")
        return next(
            line.split(";")[0][12:] for line in head.split("\r\n") if line.lower().startswith("set-cookie: witryna-visitor")
        )

    async def _ask(
        self, method: str, path: str, cookie: str, more: str = "", body: str = ""
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Send a request and read the first line of its answer. Raises ValueError if that is not 200."""
        port = urlsplit(self.demo_url).port
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=_LIMIT_BYTES)
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: text/html,*/*\r\nCookie: {cookie}\r\n"
        writer.write(f"{head}{more}\r\n{body}".encode())
        status = (await reader.readline()).decode().strip()
        if " 200 " not in f"{status} ":
            raise ValueError(status)
        return reader, writer

    async def _read_events(self, number: int, reader: asyncio.StreamReader) -> None:
        await reader.readuntil(b"\r\n\r\n")
        event = b""
        while True:
            line = await reader.readline()
            if not line:
                raise ValueError("The stream ended.")
            self.received_bytes += len(line)
            if line.startswith(b"event: "):
                event = line[7:].strip()
            elif line.startswith(b"data: ") and event == b"stage":
                now = time.perf_counter()
                stage = json.loads(line[6:])
                self.stages[number], self.seen_at[number] = f"{stage['case']} {stage['phase']}", now
                self._arrival.set()
