"""The fixtures of tests that drive a browser; only runs with such tests import Playwright."""

from tests.support.browser_session import browser, programs, visit

__all__ = ["browser", "programs", "visit"]
