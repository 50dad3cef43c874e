"""Phones of an audience in real browsers, with Playwright. Without one, the benchmark goes on with the other phones."""

import asyncio
import shutil
import time
from types import TracebackType
from typing import Any

_PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
_MAX_MILLISECONDS = 20_000.0


class Browsers:
    """So many windows of one browser, each as a person of its own."""

    def __init__(self, url: str, count: int) -> None:
        self._url, self._count = url, count
        self._pages: list[Any] = []

    async def __aenter__(self) -> "Browsers":
        if not self._count:
            return self
        from playwright.async_api import async_playwright

        self._playwright = await async_playwright().start()
        program = next(filter(None, map(shutil.which, _PROGRAMS)), None)
        self._browser = await self._playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu"]
        )
        for _ in range(self._count):
            context = await self._browser.new_context(viewport={"width": 375, "height": 667}, locale="en-GB")
            page = await context.new_page()
            await page.goto(self._url)
            await page.wait_for_selector("h1")
            self._pages.append(page)
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self._count:
            await self._browser.close()
            await self._playwright.stop()

    async def await_stage(self, case: str, phase: str, began: float) -> list[float]:
        """Return for each window the seconds from `began` until it shows a phase of a case."""
        part = ".guesses" if phase == "guess" else ".answer"
        shown = f'main:has(h1:text-is("Case {case.rpartition("-")[2]}")):has({part})'

        async def wait(page: Any) -> float:
            await page.wait_for_selector(shown, timeout=_MAX_MILLISECONDS)
            return time.perf_counter() - began

        return list(await asyncio.gather(*(wait(page) for page in self._pages)))
