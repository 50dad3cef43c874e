"""A folder that only this user can read and that outlives a restart; files that are written whole; old files removed."""

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


def write_whole(path: Path, content: bytes, *, is_durable: bool = False) -> None:
    """Write a file, whole or not at all. `is_durable`: it is on the disk when this returns. Raises OSError."""
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(content)
        if is_durable:
            file.flush()
            os.fsync(file.fileno())
    Path(file.name).replace(path)


def remove_old(folder: Path, max_files: int, oldest: float) -> None:
    """Keep the newest files of a folder, and of them those that are not older than `oldest`, in seconds. Raises OSError."""
    files = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
    for index, path in enumerate(files):
        if index >= max_files or path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
