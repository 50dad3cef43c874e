"""Zip archives that cost little memory to open: with a short directory, and members that are stored or deflated."""

import zipfile
from typing import IO, BinaryIO, Literal, cast

_MAX_DIRECTORY_BYTES = 2**21
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


class ZipArchive(zipfile.ZipFile):
    """An archive that is read. Opening and reading raise zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError."""

    def __init__(self, file: BinaryIO, max_directory_bytes: int = _MAX_DIRECTORY_BYTES) -> None:
        limited = _DirectoryLimit(file, max_directory_bytes)
        super().__init__(cast(IO[bytes], limited))  # it reads the directory, whole
        limited.max_bytes = None

    def open(
        self,
        name: str | zipfile.ZipInfo,
        mode: Literal["r", "w"] = "r",
        pwd: bytes | None = None,
        *,
        force_zip64: bool = False,
    ) -> IO[bytes]:
        """Open a member. Other methods than deflate may take gigabytes of memory for their dictionaries."""
        member = self.getinfo(name) if isinstance(name, str) else name
        if member.compress_type not in _METHODS:
            raise NotImplementedError("The archive is compressed with another method than deflate.")
        return super().open(member, mode, pwd, force_zip64=force_zip64)


class _DirectoryLimit:
    """A file that gives at most `max_bytes` at once."""

    def __init__(self, file: BinaryIO, max_bytes: int) -> None:
        self._file = file
        self.max_bytes: int | None = max_bytes
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, size: int = -1) -> bytes:
        if self.max_bytes is not None and size > self.max_bytes:
            raise zipfile.BadZipFile("The directory of the archive is too long.")
        return self._file.read(size)
