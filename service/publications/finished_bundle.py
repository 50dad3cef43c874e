"""Takes a finished bundle out of a scratch folder into the folder of bundles.

The code of a model may have written anything there: what is taken is copied as regular files, and checked as a copy.
"""

import contextlib
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from service.bundles.bundle_files import MAX_FILE_BYTES, read_card
from service.bundles.versions.bundle_folder import version_folder_name
from service.bundles.versions.version_changes import add_version
from service.errors import BrokenBundle

_PREFIX = ".building-"
_MAX_FILES = 34
_MAX_AGE_SECONDS = 24 * 3600


def take_bundle(scratch: Path, bundles: Path, name: str, version: str) -> None:
    """Make a version in the folder `scratch` the default version of a model. Raises BrokenBundle, OSError."""
    _remove_leftovers(bundles)
    with tempfile.TemporaryDirectory(dir=bundles, prefix=_PREFIX, ignore_cleanup_errors=True) as building:
        folder = Path(building) / name
        folder.mkdir()
        _copy_files(scratch, version_folder_name(name, version), folder)
        card = read_card(folder)
        if (card.name, card.version) != (name, version):
            raise BrokenBundle("its card is one of another model")
        add_version(bundles, folder)


def _copy_files(scratch: Path, version: str, target: Path) -> None:
    """Copy the files of the folder `version` in the folder `scratch`. A link or a pipe leads nowhere."""
    with _folder(scratch) as outer, _folder(version, outer) as descriptor:
        names = os.listdir(descriptor)  # noqa: PTH208 - a descriptor, not a path
        if len(names) > _MAX_FILES:
            raise BrokenBundle("there are too many files in it")
        for name in names:
            with os.fdopen(os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=descriptor), "rb") as file:
                status = os.fstat(file.fileno())
                if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_FILE_BYTES:
                    raise BrokenBundle("it holds what is no file of a bundle")
                with (target / name).open("xb") as copy:
                    shutil.copyfileobj(file, copy)


@contextlib.contextmanager
def _folder(path: str | Path, inside: int | None = None) -> Iterator[int]:
    """Give a descriptor of a folder that is no link."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=inside)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _remove_leftovers(bundles: Path) -> None:
    """Remove what a publication left that was killed. Nothing is built for a whole day."""
    for folder in bundles.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):  # another copy of the service may remove it at the same time
            if time.time() - folder.stat().st_mtime > _MAX_AGE_SECONDS:
                shutil.rmtree(folder)
