"""Unpack a compressed CSV, in bounded memory and up to a limit of bytes.

A bomb, a few kilobytes that unpack to gigabytes, is stopped at the limit.
"""

import gzip
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePath
from typing import IO, BinaryIO, cast

from tabular.errors import PackedFileError, PackedFileTooLarge
from tabular.file_signatures import HEAD_BYTES, describe_kind
from tabular.zip_archive import ZipArchive
from wire.media_types import Compression

ENDINGS: dict[str, Compression] = {".gz": "gzip", ".zip": "zip", ".zst": "zstd"}
"""The ending of a file's name → its compression."""
_KINDS: dict[Compression, str] = {
    "gzip": "a file compressed with gzip",
    "zip": "a zip archive",
    "zstd": "a file compressed with zstd",
}
_CHUNK_BYTES = 2**18
_ENCRYPTED = 0x1


def compression_of(name: str) -> Compression | None:
    """Return the compression of a file with this name, or None."""
    return ENDINGS.get(PurePath(name).suffix.lower())


def unpack(packed: BinaryIO, compression: Compression, target: IO[bytes], max_bytes: int) -> None:
    """Write the unpacked file to `target`. Raises PackedFileError, PackedFileTooLarge."""
    size = 0
    head = packed.read(HEAD_BYTES)
    if not head:
        raise _damaged()
    packed.seek(0)
    kind = describe_kind(head).words
    if kind and not kind.startswith(_KINDS[compression]):
        raise PackedFileError("damaged_file", f"The file is {kind}, not {_KINDS[compression]}.")
    try:
        with _opened(packed, compression) as source:
            while chunk := source.read(_CHUNK_BYTES):
                size += len(chunk)
                if size > max_bytes:
                    raise PackedFileTooLarge(f"The file unpacks to more than {max_bytes:,} bytes.")
                target.write(chunk)
    except (EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError) as error:
        raise _damaged() from error
    except OSError as error:
        if error.errno is not None:  # the disk; the errors of gzip and Arrow have no number
            raise
        raise _damaged() from error


@contextmanager
def _opened(packed: BinaryIO, compression: Compression) -> Iterator[IO[bytes]]:
    if compression == "zip":
        with ZipArchive(packed) as archive, archive.open(_single_member(archive)) as member:
            yield member
    elif compression == "gzip":
        with gzip.GzipFile(fileobj=packed) as source:
            yield cast(IO[bytes], source)
    else:
        import pyarrow

        with pyarrow.CompressedInputStream(pyarrow.PythonFile(packed, "r"), "zstd") as source:
            yield cast(IO[bytes], source)


def _single_member(archive: ZipArchive) -> zipfile.ZipInfo:
    """Return the only file of an archive; folders, hidden files and those of macOS do not count."""
    members = [
        member
        for member in archive.infolist()
        if not member.is_dir() and not member.filename.startswith("__MACOSX/") and not _name(member).startswith(".")
    ]
    if any(member.filename == "[Content_Types].xml" for member in members):
        raise PackedFileError("several_files", "The archive is an Excel workbook, not a CSV. Send it with its own type.")
    if len(members) != 1:
        raise PackedFileError("several_files", f"The archive must hold one CSV file, not {len(members):,}.")
    if members[0].flag_bits & _ENCRYPTED:
        raise PackedFileError("damaged_file", "The archive is protected by a password.")
    return members[0]


def _name(member: zipfile.ZipInfo) -> str:
    return member.filename.rpartition("/")[2]


def _damaged() -> PackedFileError:
    return PackedFileError("damaged_file", "The compressed file is damaged or incomplete.")
