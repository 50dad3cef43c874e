"""Temporary files that leave nothing behind, even if the process is killed."""

import tempfile
from pathlib import Path
from typing import IO


def temporary_file() -> tuple[IO[bytes], Path]:
    """Return a new file and a path to it. Closing deletes the file.

    On Linux the file has no name, so that nothing is left if the process is killed; the path leads through its descriptor.
    """
    descriptors = Path("/proc/self/fd")
    if not descriptors.is_dir():
        named = tempfile.NamedTemporaryFile(prefix="witryna-")  # noqa: SIM115 - the caller closes it
        return named, Path(named.name)
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    return file, descriptors / str(file.fileno())
