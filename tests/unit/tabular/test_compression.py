"""Promises of compressed files: the bytes inside come out, and a bomb or a damaged file is refused within its limit."""

import gzip
import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tabular.compression import unpack
from tabular.errors import PackedFileError, PackedFileTooLarge
from tests.support.packed_files import packed_as
from wire.media_types import Compression

KINDS: dict[Compression, str] = {"gzip": "gz", "zip": "zip", "zstd": "zst"}


def unpacked(packed: bytes, compression: Compression, limit: int = 10**6) -> bytes:
    target = io.BytesIO()
    unpack(io.BytesIO(packed), compression, target, limit)
    return target.getvalue()


@pytest.mark.parametrize("compression", KINDS)
@given(content=st.binary(max_size=3000))
def test_the_bytes_inside_come_out(compression: Compression, content: bytes) -> None:
    assert unpacked(packed_as(KINDS[compression], content), compression) == content


@pytest.mark.parametrize("compression", KINDS)
def test_a_bomb_is_stopped_at_the_limit(compression: Compression) -> None:
    bomb = packed_as(KINDS[compression], bytes(50_000_000))
    assert len(bomb) < 100_000
    target = io.BytesIO()
    with pytest.raises(PackedFileTooLarge, match="1,000,000 bytes"):
        unpack(io.BytesIO(bomb), compression, target, 1_000_000)
    assert len(target.getvalue()) <= 1_000_000


@pytest.mark.parametrize("compression", KINDS)
def test_a_damaged_file_is_refused(compression: Compression) -> None:
    whole = packed_as(KINDS[compression], b"carat,cut\n" * 500)
    for broken in (b"", b"no", whole[: len(whole) // 2], whole[:-3]):
        with pytest.raises(PackedFileError) as error:
            unpacked(broken, compression)
        assert error.value.code == "damaged_file"


def test_parts_that_were_compressed_one_after_another_are_one_file() -> None:
    assert unpacked(gzip.compress(b"a,b\n") + gzip.compress(b"1,2\n"), "gzip") == b"a,b\n1,2\n"


def test_a_window_of_two_gigabytes_is_refused() -> None:
    frame = bytes.fromhex("28b52ffd 00 a8 090000 41")  # window 2^31, and a last raw block of one letter
    assert unpacked(frame.replace(b"\xa8", b"\x00"), "zstd") == b"A"
    with pytest.raises(PackedFileError):
        unpacked(frame, "zstd")


def encrypted(archive: bytes) -> bytes:
    """Return an archive whose member is marked as encrypted, at both places."""
    return archive.replace(b"PK\3\4\x14\0\0", b"PK\3\4\x14\0\1").replace(b"PK\1\2\x14\3\x14\0\0", b"PK\1\2\x14\3\x14\0\1")


def test_an_archive_with_a_password_is_refused_and_says_so() -> None:
    whole = archive_of("rows.csv")
    assert encrypted(whole) != whole
    with pytest.raises(PackedFileError, match="protected by a password"):
        unpacked(encrypted(whole), "zip")


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_a_method_with_a_large_dictionary_is_refused(method: int) -> None:
    with pytest.raises(PackedFileError) as error:
        unpacked(archive_of("rows.csv", method=method), "zip")
    assert error.value.code == "damaged_file"


def test_an_archive_with_a_directory_of_many_names_is_refused_before_they_are_read() -> None:
    name = "n" * 60_000
    with pytest.raises(PackedFileError) as error:
        unpacked(archive_of(*(f"{name}{index}" for index in range(40))), "zip")
    assert error.value.code == "damaged_file"


def archive_of(*names: str, method: int = zipfile.ZIP_STORED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name in names:
            archive.writestr(name, b"a,b\n1,2\n")
    return out.getvalue()


def test_an_archive_holds_one_file_besides_folders_and_hidden_files() -> None:
    assert unpacked(archive_of("folder/", "folder/rows.csv", "__MACOSX/._rows.csv", ".DS_Store"), "zip") == b"a,b\n1,2\n"
    for names in ((), ("a.csv", "b.csv"), ("[Content_Types].xml", "xl/workbook.xml")):
        with pytest.raises(PackedFileError) as error:
            unpacked(archive_of(*names), "zip")
        assert error.value.code == "several_files"
