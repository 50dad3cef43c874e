"""Promises of downloads while pages are drawn anew: no click is lost, and nothing stays for long."""

from collections.abc import Callable

import pytest
from streamlit.runtime import media_file_manager
from streamlit.runtime.media_file_storage import MediaFileStorageError
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage

from demo.web.download_files import KEEP_SECONDS, DownloadFiles

ONE, TWO = "a visit", "another visit"


class Demo:
    """Visits whose pages offer downloads, at a time that the test sets."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        self._visit = ""
        monkeypatch.setattr(media_file_manager, "_get_session_id", lambda: self._visit)
        self.storage = MemoryMediaFileStorage("/media")
        self.files = DownloadFiles(self.storage, clock=lambda: self.now)

    def begin_page(self, visit: str) -> None:
        """Begin to draw a page; until it offers a file again, none is in use."""
        self._visit = visit
        self.files.clear_session_refs()

    def draw_page(self, visit: str, *makers: Callable[[], bytes]) -> list[str]:
        """Draw a page that offers files which a click makes; return what the buttons ask for."""
        self.begin_page(visit)
        result = [self.files.add_deferred(make, "text/csv", str(place)) for place, make in enumerate(makers)]
        self.files.remove_orphaned_files()
        return result

    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.files.remove_orphaned_files()

    def read(self, url: str) -> bytes:
        return self.storage.get_file(url.rpartition("/")[2]).content


@pytest.fixture
def demo(monkeypatch: pytest.MonkeyPatch) -> Demo:
    return Demo(monkeypatch)


def test_a_click_on_a_button_of_the_page_before_gives_its_file(demo: Demo) -> None:
    (button,) = demo.draw_page(ONE, lambda: b"before")
    demo.draw_page(ONE, lambda: b"now")
    demo.draw_page(ONE)
    demo.wait(KEEP_SECONDS - 1)
    assert demo.read(demo.files.execute_deferred(button)) == b"before"


def test_a_click_while_the_page_is_drawn_gives_its_file_although_pages_of_others_end(demo: Demo) -> None:
    (button,) = demo.draw_page(ONE, lambda: b"it")
    demo.begin_page(ONE)
    for _ in range(3):
        demo.draw_page(TWO)
    assert demo.read(demo.files.execute_deferred(button)) == b"it"


def test_a_file_that_a_click_has_made_waits_for_the_browser_however_many_pages_end_meanwhile(demo: Demo) -> None:
    (button,) = demo.draw_page(ONE, lambda: b"it")
    url = demo.files.execute_deferred(button)
    for _ in range(3):
        demo.draw_page(TWO)
    assert demo.read(url) == b"it"


def test_a_file_that_is_made_again_waits_as_long_as_the_first_time(demo: Demo) -> None:
    (button,) = demo.draw_page(ONE, lambda: b"it")
    demo.files.execute_deferred(button)
    demo.wait(0)
    demo.wait(KEEP_SECONDS - 1)
    url = demo.files.execute_deferred(button)
    demo.wait(1)
    demo.wait(KEEP_SECONDS - 1)
    assert demo.read(url) == b"it"


def test_a_page_that_stays_offers_its_files_for_as_long_as_it_stays(demo: Demo) -> None:
    (button,) = demo.draw_page(ONE, lambda: b"it")
    for _ in range(3):
        demo.wait(KEEP_SECONDS)
    assert demo.read(demo.files.execute_deferred(button)) == b"it"


def test_files_and_what_makes_them_are_gone_soon_after_the_visit(demo: Demo) -> None:
    (button,) = demo.draw_page(ONE, lambda: b"made")
    fixed = demo.files.add(b"fixed", "text/csv", "place", is_for_static_download=True)
    made = demo.files.execute_deferred(button)
    demo.files.clear_session_refs(ONE)
    demo.wait(0)
    assert (demo.read(made), demo.read(fixed)) == (b"made", b"fixed")
    demo.wait(KEEP_SECONDS)
    for url in (made, fixed):
        with pytest.raises(MediaFileStorageError):
            demo.read(url)
    with pytest.raises(MediaFileStorageError):
        demo.files.execute_deferred(button)
