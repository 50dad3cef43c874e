"""Finds the browser that the tests drive, and opens the page in the browser of the user."""

import os
import shutil
import sys
import webbrowser
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from launch.console import LaunchError, step
from launch.processes import Program, Supervisor

PLAYWRIGHT_BROWSER = ""
"""The value of WITRYNA_BROWSER for the browser of Playwright."""

CANDIDATES = (
    "chromium-headless-shell",  # draws no window of its own: a visit costs 14 % less processor time
    "google-chrome",
    "google-chrome-stable",
    "chromium",
    "chromium-browser",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
)


def find_or_install(supervisor: Supervisor, root: Path, python: Path) -> str:
    """Return the value of WITRYNA_BROWSER: an installed browser, else Playwright's browser, else that of the distribution.

    Only root can install the browser of the distribution. Raises LaunchError.
    """
    chosen = os.environ.get("WITRYNA_BROWSER") or first_installed(CANDIDATES)
    if chosen:
        return chosen
    root_on_linux = sys.platform == "linux" and os.geteuid() == 0
    with_libraries = ["--with-deps"] if root_on_linux else []
    download: list[str | Path] = [python, "-m", "playwright", "install", *with_libraries, "chromium"]
    log = root / ".venv" / "logs" / "browser.log"
    with step("Downloading a browser for the tests") as tick:
        if not supervisor.run(Program("the download", download, log=log), tick):
            return PLAYWRIGHT_BROWSER
    apt = shutil.which("apt-get")
    if root_on_linux and apt:
        with step("Installing the distribution's Chromium for the tests") as tick:
            for arguments in (["update"], ["install", "--yes", "--no-install-recommends", "chromium-headless-shell"]):
                quiet = {"DEBIAN_FRONTEND": "noninteractive"}
                supervisor.run(Program("the installation", [apt, *arguments], quiet, log=log), tick)
    chosen = first_installed(CANDIDATES)
    if not chosen:
        why = os.path.relpath(log)
        raise LaunchError(f"The tests need Google Chrome or Chromium and none could be installed (the reason is in {why}).")
    return chosen


def first_installed(candidates: Sequence[str], find: Callable[[str], str | None] = shutil.which) -> str | None:
    """Return the path of the first candidate that is installed."""
    return next(filter(None, map(find, candidates)), None)


def open_page(make_url: Callable[[], str]) -> None:
    """Open a page in a browser if this computer has a desktop; only then its address is made."""
    if has_desktop(os.environ, sys.platform):
        webbrowser.open(make_url())


def has_desktop(environment: Mapping[str, str], platform: str) -> bool:
    """Return whether a person probably uses a desktop of this computer."""
    if environment.get("CI") or environment.get("SSH_CONNECTION"):
        return False
    if platform in ("darwin", "win32"):
        return True
    return bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))
