"""The pictures of a zip archive that is not trusted: found by their names, read one at a time, within limits.

No member is written to disk under its name. A member that is a link, or whose name leads out of the archive, is no file.
"""

import stat
import zipfile
import zlib
from functools import cached_property
from pathlib import PurePosixPath
from typing import IO, BinaryIO

from tabular.errors import PackedFileError, PackedFileTooLarge
from tabular.picture_zip.member_names import is_hidden, is_inside, path_key, shown_name
from tabular.zip_archive import ZipArchive
from wire.media_types import MAX_PICTURE_BYTES

TABLE_ENDINGS = {".csv": "csv", ".tsv": "csv", ".parquet": "parquet"}
_READ_ENDINGS = {".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".bmp", ".tif", ".tiff", ".gif"}
_PICTURE_ENDINGS = _READ_ENDINGS | {".heic", ".heif", ".avif", ".svg", ".ico", ".jp2", ".psd"}
"""Also those of pictures that the service does not read: their rows are refused, so that none of them is lost in silence."""
_MAX_DIRECTORY_BYTES = 2**23
_MAX_FILES = 100_000
_ENCRYPTED = 0x1
_MAX_DEPTH = 4
"""A cell finds a picture by so many of the last names of its path."""
_LOCAL_HEADER_BYTES = 30
_MISSING, _SEVERAL = "missing_picture", "The zip archive has several pictures of this name. Write the whole path."
ARCHIVE_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)


class UnreadablePicture(Exception):
    """A picture cannot be read from the archive. The message is a sentence; `code` is a code of a row."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class PictureArchive:
    """The pictures of an open file, which the caller closes. Opening raises PackedFileError, PackedFileTooLarge."""

    def __init__(self, file: BinaryIO) -> None:
        try:
            self._archive = ZipArchive(file, _MAX_DIRECTORY_BYTES)
        except ARCHIVE_ERRORS as error:
            raise _damaged("The zip archive is damaged or incomplete.") from error
        members = self._archive.infolist()
        if len(members) > _MAX_FILES:
            raise PackedFileTooLarge(f"A zip archive may hold {_MAX_FILES:,} files, not {len(members):,}.")
        _refuse_overlaps(members)
        self._members: dict[str, zipfile.ZipInfo | None] = {}
        """Path → its member; None if two members have this path."""
        for member in members:
            path = shown_name(member)
            if _is_file(member) and is_inside(path) and not is_hidden(path):
                if member.flag_bits & _ENCRYPTED:
                    raise _damaged("The zip archive is protected by a password.")
                self._members[path] = None if path in self._members else member
        self.tables = [path for path in self._members if PurePosixPath(path).suffix.lower() in TABLE_ENDINGS]
        self.pictures = [path for path in self._members if PurePosixPath(path).suffix.lower() in _PICTURE_ENDINGS]

    @cached_property
    def _by_ending(self) -> dict[str, str | None]:
        return _by_ending(self._members)

    def __len__(self) -> int:
        """The number of files in the archive."""
        return len(self._members)

    def find(self, cell: str, folder: str = "") -> str:
        """Return the path of the picture that a cell names: from `folder`, from the root, or the only one that ends so.

        Raises UnreadablePicture.
        """
        for path in (path_key(f"{folder}/{cell}" if folder else cell), path_key(cell)):
            if path in self._members:
                return path
        key = path_key(cell)
        found = self._by_ending.get(key.casefold(), "") if is_inside(key) else ""
        if found is None:
            raise UnreadablePicture(
                "missing_picture", "The zip archive has several pictures of this name. Write the whole path."
            )
        if not found:
            raise UnreadablePicture("missing_picture", "The zip archive has no picture of this name.")
        return found

    def size(self, path: str) -> int:
        """Return the bytes of a picture, as the archive says. Reading gives no more."""
        member = self._members[path]
        return 0 if member is None else member.file_size

    def read(self, path: str) -> bytes:
        """Return the bytes of a picture. Raises UnreadablePicture."""
        member = self._members[path]
        if member is None:
            raise UnreadablePicture(_MISSING, _SEVERAL)
        if member.file_size > MAX_PICTURE_BYTES:
            raise UnreadablePicture(
                "picture_too_large", f"A picture may hold {MAX_PICTURE_BYTES:,} bytes, not {member.file_size:,}."
            )
        try:
            with self._archive.open(member) as source:
                return source.read(MAX_PICTURE_BYTES)
        except ARCHIVE_ERRORS as error:
            raise UnreadablePicture("broken_picture", "The picture is damaged in the zip archive.") from error

    def open_table(self, path: str) -> IO[bytes]:
        """Open the table of the archive. Opening and reading raise what `ARCHIVE_ERRORS` names, or PackedFileError."""
        member = self._members[path]
        if member is None:
            raise _damaged("The zip archive holds its table twice.")
        return self._archive.open(member)


def _is_file(member: zipfile.ZipInfo) -> bool:
    """Tell whether a member is a plain file: no folder, link or device."""
    kind = stat.S_IFMT(member.external_attr >> 16)
    return not member.is_dir() and kind in {0, stat.S_IFREG} and not member.filename.endswith("\\")


def _refuse_overlaps(members: list[zipfile.ZipInfo]) -> None:
    """Raise PackedFileError if members share bytes: a small archive would unpack to any size."""
    end = -1
    for member in sorted(members, key=lambda each: each.header_offset):
        if member.header_offset < end:
            raise _damaged("The zip archive is damaged: its files overlap.")
        end = member.header_offset + _LOCAL_HEADER_BYTES + member.compress_size


def _by_ending(paths: dict[str, zipfile.ZipInfo | None]) -> dict[str, str | None]:
    """Return each ending of a path, such as `b/c.png` of `a/b/c.png`, in small letters → the path; None for several."""
    found: dict[str, str | None] = {}
    for path in paths:
        parts = path.casefold().split("/")[-_MAX_DEPTH:]
        for first in range(len(parts)):
            ending = "/".join(parts[first:])
            found[ending] = None if ending in found else path
    return found


def _damaged(detail: str) -> PackedFileError:
    return PackedFileError("damaged_file", detail)
