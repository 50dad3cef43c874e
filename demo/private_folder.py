"""A folder in the system's temporary folder that only this user can read, and that outlives a restart."""

import os
import stat
import tempfile
from pathlib import Path


def private_folder(name: str) -> Path:
    """Return this user's folder of a name. If another user holds the name, return a new folder."""
    owner = os.getuid() if hasattr(os, "getuid") else None
    folder = Path(tempfile.gettempdir()) / f"witryna-{name}-{owner if owner is not None else 'demo'}"
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.lstat()
    is_private = stat.S_ISDIR(status.st_mode) and (owner is None or (status.st_uid == owner and not status.st_mode & 0o077))
    return folder if is_private else Path(tempfile.mkdtemp())
