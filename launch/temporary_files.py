"""Gives the tests a folder for temporary files that is in memory, if the system has one: on a disk many of them wait."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
MIN_FREE_BYTES = 4 * 2**30


@contextmanager
def fast_temporary_files(memory: Path = MEMORY, min_free_bytes: int = MIN_FREE_BYTES) -> Iterator[dict[str, str]]:
    """Yield the environment variables with which programs put their temporary files into memory; remove the files.

    Yield none if the system has no such folder, if it is too small, or if nothing in it may be run.
    """
    if os.environ.get("TMPDIR") or not _is_usable(memory, min_free_bytes):
        yield {}
        return
    with tempfile.TemporaryDirectory(prefix="witryna-", dir=memory, ignore_cleanup_errors=True) as folder:
        yield {"TMPDIR": folder}


def _is_usable(memory: Path, min_free_bytes: int) -> bool:
    if not memory.is_dir() or not os.access(memory, os.W_OK):
        return False
    may_run = not os.statvfs(memory).f_flag & os.ST_NOEXEC
    return may_run and shutil.disk_usage(memory).free >= min_free_bytes
