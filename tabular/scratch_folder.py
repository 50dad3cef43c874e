"""Temporary folders that a killed process leaves behind only until one of our programs starts again.

A folder is locked as long as its process lives: the system ends the lock with the process, however that ends.
"""

import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

if sys.platform != "win32":
    import fcntl

_PREFIX = "witryna-scratch-"
_HAS_LOCKS = sys.platform != "win32"


class ScratchFolder:
    """A new temporary folder. `remove` deletes it with all that it holds."""

    def __init__(self) -> None:
        self.path, self._lock = _create()

    def remove(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def remove_leftovers() -> None:
    """Delete the scratch folders of this user whose processes have ended."""
    for path in _scratch_folders() if _HAS_LOCKS else ():
        lock = _lock(path)
        if lock is not None:
            shutil.rmtree(path, ignore_errors=True)
            os.close(lock)


def _scratch_folders() -> Iterator[Path]:
    with contextlib.suppress(OSError), os.scandir(tempfile.gettempdir()) as entries:
        for entry in entries:
            with contextlib.suppress(OSError):
                is_ours = entry.name.startswith(_PREFIX) and entry.is_dir(follow_symlinks=False)
                if is_ours and entry.stat(follow_symlinks=False).st_uid == os.getuid():
                    yield Path(entry.path)


def _create() -> tuple[Path, int | None]:
    """Return a new folder and its lock."""
    while True:
        path = Path(tempfile.mkdtemp(prefix=_PREFIX))
        lock = _lock(path) if _HAS_LOCKS else None
        if lock is not None or not _HAS_LOCKS:
            return path, lock  # else another process is just removing it as a leftover


def _lock(path: Path) -> int | None:
    """Return a descriptor that holds the lock of a folder; None if another process holds it, or if the folder is gone."""
    try:
        folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(folder)
        return None
    if os.fstat(folder).st_nlink == 0:
        os.close(folder)
        return None
    return folder
