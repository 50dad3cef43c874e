"""Promises of the browsers: which one the tests drive, and when the page is opened."""

import pytest

from launch import browser


def test_the_tests_prefer_the_headless_shell_then_chrome_then_chromium_then_nothing() -> None:
    def computer_with(*programs: str) -> str | None:
        return browser.first_installed(browser.CANDIDATES, lambda name: f"/bin/{name}" if name in programs else None)

    assert computer_with("google-chrome", "chromium-headless-shell") == "/bin/chromium-headless-shell"
    assert computer_with("chromium", "google-chrome") == "/bin/google-chrome"
    assert computer_with("chromium-browser") == "/bin/chromium-browser"
    assert computer_with("firefox") is None


@pytest.mark.parametrize(
    ("environment", "platform", "plausible"),
    [
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({}, "linux", False),
        ({}, "darwin", True),
        ({}, "win32", True),
        ({"CI": "true"}, "darwin", False),
        ({"SSH_CONNECTION": "far away"}, "darwin", False),
    ],
)
def test_a_page_is_opened_only_where_a_desktop_is_plausible(
    environment: dict[str, str], platform: str, *, plausible: bool
) -> None:
    assert browser.has_desktop(environment, platform) is plausible
