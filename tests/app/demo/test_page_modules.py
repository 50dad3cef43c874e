"""Promises of the modules of the pages: imported before the first visit, and left out when garbage is collected."""

import gc
import sys

from demo.page_modules import import_pages
from tests.support.repository import ROOT


def test_the_modules_of_all_pages_are_imported_and_the_collector_does_not_go_through_them() -> None:
    import_pages()
    left = len(gc.get_objects())
    pages = {f"demo.app_pages.{file.stem}" for file in (ROOT / "demo" / "app_pages").glob("*.py") if file.stem != "__init__"}
    assert len(pages) > 10
    assert pages <= sys.modules.keys()
    assert left < 1000
    assert gc.get_freeze_count() > 50_000
