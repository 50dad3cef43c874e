"""Inputs at an address of S3, Google Cloud, Azure or SFTP, read through fsspec. The packages are optional.

The credentials are those of the machine: environment variables, files or roles, as the package of each store reads them.
"""

import shutil
from pathlib import Path
from typing import IO, cast
from urllib.parse import urlsplit

from service.files.temporary_file import temporary_file
from service.jobs.sources.partitions import WrongInput

_GROUPS = {"s3": "s3", "gs": "gcs", "gcs": "gcs", "az": "azure", "abfs": "azure", "abfss": "azure", "sftp": "sftp"}
"""The scheme of an address → the group of packages in pyproject.toml."""
_COPY_BYTES = 2**20


def is_remote(address: str) -> bool:
    """Return whether an address is in a store of files that is read over the network."""
    return _scheme(address) in _GROUPS


def remote_path(address: str) -> Path:
    """Return an address as a path. Raises WrongInput if its packages are not installed."""
    scheme = _scheme(address)
    try:
        from upath import UPath

        path = UPath(address)
        _ = path.fs  # imports the package of the store
    except ImportError as error:
        raise WrongInput(
            f"Inputs at {scheme}://… need more packages: install the group {_GROUPS[scheme]} of pyproject.toml."
        ) from error
    return cast(Path, path)


def public_name(address: str) -> str:
    """Return an address without a password."""
    parts = urlsplit(address)
    user, at, host = parts.netloc.rpartition("@")
    return parts._replace(netloc=f"{user.partition(':')[0]}{at}{host}").geturl()


def local_copy(path: Path) -> tuple[IO[bytes], Path]:
    """Return a temporary file with the content of a remote file, and a path to it. It is deleted when it is closed."""
    copy, copy_path = temporary_file()
    with path.open("rb") as file:
        shutil.copyfileobj(file, copy, _COPY_BYTES)
    copy.flush()
    return copy, copy_path


def _scheme(address: str) -> str:
    scheme, separator, _ = address.partition("://")
    return scheme.lower() if separator else ""
