"""What is known of the folder of one bundle: its files when it was opened, its model, or why it is not served."""

import math
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from service.bundles.model import Model

Fingerprint: TypeAlias = frozenset[tuple[str, int, int, int]]
"""Name, size, time of the last change in ns, and number of each file."""


def fingerprint(folder: Path) -> Fingerprint:
    """Return what tells whether the files of a folder are the same as before; empty if it cannot be read."""
    try:
        with os.scandir(folder) as entries:
            files = [(entry.name, entry.stat(follow_symlinks=False)) for entry in entries]
    except OSError:
        return frozenset()
    return frozenset((name, status.st_size, status.st_mtime_ns, status.st_ino) for name, status in files)


def identity(folder: Path) -> tuple[int, int]:
    """Return what tells whether a path leads to the same folder as before. Raises OSError."""
    status = folder.stat()
    return status.st_dev, status.st_ino


class FolderState:
    """One folder. A version that was opened stays, whatever happens to its files later, until another one is opened."""

    def __init__(self) -> None:
        self.model: Model | None = None
        self.reason = ""
        """Why the present files are not served; empty if they are."""
        self.is_slow = False
        """Its files took too long at the first attempt, so there is a second one: the machine may have been busy."""
        self.is_opening = False
        self._opened_files: Fingerprint = frozenset()
        self._at_last_poll: Fingerprint = frozenset()
        self._thread: threading.Thread | None = None
        self._seconds, self._deadline = 0.0, math.inf
        self._lock = threading.Lock()

    def is_due(self, now: Fingerprint) -> bool:
        """Return whether the files are to be opened: they differ from those that were, and are the same at two polls."""
        is_at_rest, self._at_last_poll = now == self._at_last_poll, now
        if self.model is not None and not now:  # the folder cannot be read at the moment
            return False
        return self.is_slow or (is_at_rest and now != self._opened_files)

    def start(self, work: Callable[[], None], seconds: float) -> None:
        """Run `work`, which opens the files, in a thread. A bundle that hangs then keeps nobody else waiting."""
        self._seconds, self._deadline = seconds, time.monotonic() + seconds
        self.is_opening = True
        self._thread = threading.Thread(target=work, name="open a bundle", daemon=True)
        self._thread.start()

    def wait(self, seconds: float = math.inf) -> None:
        """Wait for the thread, at most until its deadline. After the deadline, note that the bundle takes too long."""
        remaining = self._deadline - time.monotonic()
        if self._thread is not None:
            self._thread.join(max(0.0, min(seconds, remaining)))
        with self._lock:
            if self.is_opening and time.monotonic() >= self._deadline:
                self.reason = f"it takes longer than {self._seconds:g} s to open"

    def finish(self, model: Model | None, reason: str, files: Fingerprint, *, is_slow: bool) -> None:
        """Note the result of opening `files`."""
        with self._lock:
            self.model = model or self.model
            self.reason, self._opened_files = reason, files
            self.is_slow = is_slow and not self.is_slow
            self.is_opening = False
