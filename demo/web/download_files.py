"""The files that pages offer, for as long as a browser may ask for them.

Streamlit forgets a download as soon as a page no longer offers it. But a page offers new ones each time it is drawn, and
until the browser shows them, a click asks for one of the old ones. Streamlit then gives no file. It also forgets the
downloads of a page that is being drawn, if the page of another visit ends at that moment.
"""

import time
from collections.abc import Callable

from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.media_file_storage import MediaFileStorage

KEEP_SECONDS = 5.0


class DownloadFiles(MediaFileManager):
    """Keeps each file, and what makes a file at a click, for some seconds after no page has offered it any more."""

    def __init__(self, storage: MediaFileStorage, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(storage)
        self._clock = clock
        self._unused_since: dict[str, float] = {}
        """File or maker of a file → when it was first seen without a page that offers it."""

    def remove_orphaned_files(self) -> None:
        """Remove what no page has offered for some seconds. Streamlit calls it each time a page is drawn."""
        with self._lock:
            now = self._clock()
            offered = {file for files in self._files_by_session_and_coord.values() for file in files.values()}
            unused = (self._file_metadata.keys() | self._deferred_callables.keys()) - offered
            self._unused_since = {file: since for file, since in self._unused_since.items() if file in unused}
            for file in unused:
                self._remove_if_old(file, now)

    def _remove_if_old(self, file: str, now: float) -> None:
        """Remove a file or maker that was unused before. A file that was made again begins anew: it has no mark."""
        metadata = self._file_metadata.get(file)
        if file not in self._unused_since or (metadata and not metadata.is_marked_for_delete):
            self._unused_since[file] = now
            if metadata:
                metadata.mark_for_delete()
        elif now - self._unused_since[file] >= KEEP_SECONDS:
            del self._unused_since[file]
            if metadata:
                self._delete_file(file)
            else:
                self._drop_deferred_id(file)
