"""The fixtures of tests that drive a browser; only runs with such tests import Playwright."""

from tests.support.browser_session import browser, contexts, programs, restarted, visit
from tests.support.server_process import bundled_service

__all__ = ["browser", "bundled_service", "contexts", "programs", "restarted", "visit"]
