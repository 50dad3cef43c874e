"""Visits to the real demo over the real service, in a real browser."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Download, Locator, Page, WebSocketRoute, expect, sync_playwright

from launch.browser import CANDIDATES, first_installed
from tests.support.server_process import Program, demo_program, free_port, running

PLAYWRIGHT_DISABLES = (
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsUpgrades",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
)
"""What Playwright disables, as far as it matters here: Chromium takes one list of features alone, the last one."""
ARGUMENTS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost, EXCLUDE *.localhost",  # no other host
    # Without it a page takes the scripts that are compiled already: that saves a sixth of the time of a visit.
    f"--disable-features={','.join(['ScriptStreaming', *PLAYWRIGHT_DISABLES])}",
    # A page lives a few seconds: compiling it twice costs more than it saves, and so does collecting its garbage on
    # several threads, which wait for each other.
    "--js-flags=--no-opt --no-maglev --no-parallel-scavenge",
    "--process-per-site",
    "--use-fake-device-for-media-stream",  # a camera that shows a moving test picture, and no question whether to use it
    "--use-fake-ui-for-media-stream",
]
WATCHED = bool(os.environ.get("WITRYNA_HEADED"))
"""The browser is visible on the screen and waits between two steps."""
STEP_MILLISECONDS = 500
HEALTH = "/_stcore/health"
AT_REST = "[data-testid=stApp][data-test-script-state=notRunning]"
"""Streamlit has drawn the whole page."""
WIDE_WINDOW = (1920, 1080)
"""Width and height in pixels. The menu shows every page."""
PATIENCE_MILLISECONDS = 60_000
"""Stops a test that would otherwise hang. No promise depends on it."""
expect.set_options(timeout=PATIENCE_MILLISECONDS)


@pytest.fixture(scope="session")
def programs(bundled_service: Program) -> Iterator[tuple[Program, Program]]:
    """The service and the demo. Tests may stop them: the next test finds both running."""
    with running(demo_program(bundled_service.url)) as demo:
        yield bundled_service, demo


_idle_ports: list[int] = []


@contextmanager
def own_demo(service_url: str, **settings: str) -> Iterator[Program]:
    """A demo of a module's own, at an address that an earlier one had if there was one: the browser knows its scripts."""
    port = _idle_ports.pop() if _idle_ports else free_port()
    address = {"DEMO_PORT": str(port), "DEMO_SERVICE_URL": service_url}
    try:
        with running(Program("demo", HEALTH, port, **address, **settings)) as demo:
            yield demo
    finally:
        _idle_ports.append(port)


@pytest.fixture(autouse=True)
def restarted(request: pytest.FixtureRequest) -> Iterator[None]:
    """Start the programs that a test has stopped, also if it fails, so that no later test fails for it."""
    programs = request.getfixturevalue("programs") if "programs" in request.fixturenames else ()
    yield
    for program in programs:
        program.restart()


def installed_browser() -> str | None:
    """Return the path of the browser; None is the browser of Playwright."""
    candidates = CANDIDATES[1:] if WATCHED else CANDIDATES  # the first one has no window
    return os.environ.get("WITRYNA_BROWSER") or first_installed(candidates)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Start a browser for the layer. It ends with the layer: until then its event loop runs, and others could not."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=installed_browser(),
            args=ARGUMENTS,
            headless=not WATCHED,
            slow_mo=STEP_MILLISECONDS if WATCHED else 0,
        )
        yield browser
        browser.close()


class Contexts:
    """Browser contexts that visits use one after another.

    A new context has an empty cache, and a new process compiles every script: both cost more than the page itself. So
    each context keeps its first page open, at an address of the demo that has no script, and with it the process.
    """

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._free: dict[str, list[BrowserContext]] = {}

    def take(self, url: str, options: dict[str, Any]) -> BrowserContext:
        """Return a context for the demo at `url`, with these options, that no other visit uses."""
        free = self._free.setdefault(url + repr(options), [])
        if free:
            return free.pop()
        context = self._browser.new_context(**options)
        context.new_page().goto(url + HEALTH)
        return context

    def give_back(self, context: BrowserContext, url: str, options: dict[str, Any]) -> None:
        """Clear what a visit stored, so that the next one begins as a new visitor."""
        address = urlsplit(url)
        storage = {"origin": f"{address.scheme}://{address.netloc}", "storageTypes": "cookies,local_storage,indexeddb"}
        first, *others = context.pages
        for each in others:
            each.close()
        context.new_cdp_session(first).send("Storage.clearDataForOrigin", storage)
        self._free[url + repr(options)].append(context)


@pytest.fixture(scope="package")
def contexts(browser: Browser) -> Contexts:
    return Contexts(browser)


class Visit:
    """One visitor: a page in a browser context of its own, and its requests to other hosts."""

    def __init__(self, contexts: Contexts, url: str, *, cuttable: bool = False, **options: Any) -> None:
        """Begin in a window of the size `viewport`; other options are those of Playwright's contexts.

        `cuttable` lets `cut` work: each message to the demo then goes through the test, which costs time.
        """
        self._contexts = contexts
        # What a page can be told by itself is no option of the context: so more visits use one that is there.
        self._viewport = options.pop("viewport", {"width": 1280, "height": 860})
        self._scheme = options.pop("color_scheme", "light")
        self._options = {"locale": "en-GB", "reduced_motion": "reduce"} | options
        self._context = contexts.take(url, self._options)
        self.foreign: list[str] = []
        self.page: Page = self._new_page()
        self._url = url
        self._sockets: list[WebSocketRoute] = []
        if cuttable:
            self.page.route_web_socket(lambda _: True, self._connected)

    def _new_page(self) -> Page:
        # Opened by the first page, it begins in the process of the demo; else a process is started for its empty start.
        with self._context.expect_page() as opened:
            self._context.pages[0].evaluate("() => { window.open() }")
        page = opened.value
        page.set_viewport_size(self._viewport)
        page.emulate_media(color_scheme=self._scheme)
        page.set_default_timeout(PATIENCE_MILLISECONDS)
        # Each request to another host fails. To hear of all requests took 5 % of the time of a visit.
        page.on("requestfailed", self._note)
        return page

    def open_tab(self, path: str) -> "Visit":
        """Open a path in another tab of the same browser. It is closed with this visit."""
        tab = copy(self)
        tab.page = self._new_page()
        return tab.open(path)

    def _connected(self, socket: WebSocketRoute) -> None:
        socket.connect_to_server()
        self._sockets.append(socket)

    def cut(self) -> None:
        """Cut the connection between browser and demo, and wait until the page has made another one."""
        self.settled()
        before = len(self._sockets)
        self._sockets[-1].close(code=1001)
        while len(self._sockets) == before:
            self.page.wait_for_timeout(50)
        self.settled()

    def _note(self, request: Any) -> None:
        if not request.url.startswith(("http://127.0.0.1", "data:", "blob:")):
            self.foreign.append(request.url)

    def open(self, path: str) -> "Visit":
        self.page.goto(self._url + path)
        self.settled()
        return self

    def settled(self) -> None:
        self.page.wait_for_selector(AT_REST)

    def menu_pages(self) -> Iterator[str]:
        """Go to one page of the menu after the other; yield the address of each when it is drawn, in a wide window."""
        self.resize(*WIDE_WINDOW)
        links = self.page.get_by_test_id("stTopNavLink").all()
        groups = self.page.get_by_test_id("stTopNavSection").all()
        for link in links:
            yield self._follow(link)
            self.resize(*WIDE_WINDOW)
        for group in groups:
            items = self.page.get_by_role("menuitem")
            group.click()
            expect(items).not_to_have_count(0)
            for index in range(items.count()):
                if index:
                    group.click()
                yield self._follow(items.nth(index))
                self.resize(*WIDE_WINDOW)

    def _follow(self, link: Any) -> str:
        """Click a link of the menu; return its address when its page is drawn."""
        title, path = link.inner_text(), urlsplit(link.get_attribute("href") or "").path
        link.click()
        expect(self.page).to_have_title(f"{title} · Witryna")
        self.settled()
        return path

    def close(self) -> None:
        if not self.page.is_closed():
            self._contexts.give_back(self._context, self._url, self._options)

    def resize(self, width: int, height: int) -> None:
        """Give the page another size, and wait until it is drawn."""
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        self.settled()

    @property
    def number(self) -> Any:
        return self.page.locator(".answer .number")

    def shows(self, number: str) -> None:
        expect(self.number).to_have_text(number, timeout=PATIENCE_MILLISECONDS)


def download(page: Page, button: str | Locator, *, key: str = "") -> Download:
    """Click a button, or the button of this exact name, or press a key on it; return what the browser saves.

    The page is drawn whole before: while it is not, it may still show what another page or an earlier choice offered.
    """
    target = page.get_by_role("button", name=button, exact=True) if isinstance(button, str) else button
    target.wait_for()
    page.wait_for_selector(AT_REST)
    with page.expect_download() as result:
        if key:
            target.press(key)
        else:
            target.click()
    return result.value


def follow_menu(page: Any, title: str) -> None:
    """Click the title of a page in a group of the menu, in a window that is wide enough for the row of the menu."""
    item = page.get_by_role("menuitem", name=title, exact=True)
    for group in page.get_by_test_id("stTopNavSection").all():
        group.click()
        expect(group).to_have_attribute("aria-expanded", "true")
        if item.count():
            item.click()
            return
    raise AssertionError(f"no group of the menu has a page {title}")


@contextmanager
def visits_of(contexts: Contexts, url: str) -> Iterator[Callable[..., Visit]]:
    """Yield a function that begins a visit to a path. All visits are closed at the end."""
    visits: list[Visit] = []

    def begin(path: str, **options: Any) -> Visit:
        visits.append(Visit(contexts, url, **options))
        return visits[-1].open(path)

    yield begin
    for each in visits:
        each.close()


@pytest.fixture
def visit(contexts: Contexts, programs: tuple[Program, Program]) -> Iterator[Any]:
    with visits_of(contexts, programs[1].url) as begin:
        yield begin
