"""Pictures of an input as they are read: key, bytes, or the reason why there are none."""

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from wire.entity_keys import NoKey, key_text
from wire.media_types import MAX_PICTURE_BYTES

_FIELD = "picture"
"""The field that reasons of refused pictures name."""
_OUTSIDE = "The path leads out of the folder."


@dataclass(frozen=True)
class RawPicture:
    """`key` is None without one. `content`: the bytes of the file, or None with `field`, `code` and `message`."""

    key: str | None
    content: bytes | None
    field: str = ""
    code: str | None = None
    message: str = ""


class WrongFile(Exception):
    """A file that cannot be read. The code and the message say why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def raw_picture(key: object, read: Callable[[], bytes], key_name: str) -> RawPicture:
    """Return a picture with its key, or why there is none. `key_name` names the column of the keys."""
    try:
        text = key_text(key)
    except NoKey as fault:
        return RawPicture(None, None, key_name, fault.code, fault.message)
    try:
        return RawPicture(text, read())
    except WrongFile as error:
        return RawPicture(text, None, _FIELD, error.code, str(error))


def written_path(cell: str | None) -> str:
    """Return the path that a person wrote into a cell, also one of Windows."""
    return (cell or "").strip().replace("\\", "/")


def read_inside(folder: Path, path: str) -> bytes:
    """Return the content of a file inside a folder, which is resolved. Raises WrongFile.

    The path may come from anybody: nothing outside of the folder is opened, and nothing that is no file. A file that is too
    large for a picture is read only a byte further than that.
    """
    if not path:
        raise WrongFile("missing_picture", "The row names no picture.")
    relative = PurePosixPath(path)
    if relative.is_absolute() or ".." in relative.parts or "\0" in path:
        raise WrongFile("outside_folder", _OUTSIDE)
    try:
        real = folder.joinpath(relative).resolve(strict=True)
        if not real.is_relative_to(folder):
            raise WrongFile("outside_folder", _OUTSIDE)
        return _read_file(real)
    except FileNotFoundError:
        raise WrongFile("missing_picture", "There is no such file in the folder.") from None
    except (OSError, RuntimeError):  # RuntimeError: links that lead in a circle
        raise WrongFile("unreadable_picture", "The file cannot be read.") from None


def _read_file(path: Path) -> bytes:
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    with open(os.open(path, flags), "rb") as file:  # noqa: PTH123 - of a pipe, not blocked by it
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise WrongFile("unreadable_picture", "This is no file.")
        return file.read(MAX_PICTURE_BYTES + 1)
