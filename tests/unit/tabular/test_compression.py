"""Promises of compressed files: the bytes inside come out, and a bomb or a damaged file is refused within its limit."""

import gzip
import io
import zipfile

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tabular.compression import unpack
from tabular.errors import PackedFileError, PackedFileTooLarge
from wire.media_types import Compression

KINDS: list[Compression] = ["gzip", "zip", "zstd"]


def pack(content: bytes, compression: Compression, name: str = "rows.csv") -> bytes:
    """Pack with other code than the product's, where there is any."""
    if compression == "gzip":
        return gzip.compress(content)
    out = io.BytesIO()
    if compression == "zip":
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name, content)
        return out.getvalue()
    return bytes(pa.compress(content, "zstd", asbytes=True))


def unpacked(packed: bytes, compression: Compression, limit: int = 10**6) -> bytes:
    target = io.BytesIO()
    unpack(io.BytesIO(packed), compression, target, limit)
    return target.getvalue()


@pytest.mark.parametrize("compression", KINDS)
@given(content=st.binary(max_size=3000))
def test_the_bytes_inside_come_out(compression: Compression, content: bytes) -> None:
    assert unpacked(pack(content, compression), compression) == content


@pytest.mark.parametrize("compression", KINDS)
def test_a_bomb_is_stopped_at_the_limit(compression: Compression) -> None:
    bomb = pack(bytes(50_000_000), compression)
    assert len(bomb) < 100_000
    target = io.BytesIO()
    with pytest.raises(PackedFileTooLarge, match="1,000,000 bytes"):
        unpack(io.BytesIO(bomb), compression, target, 1_000_000)
    assert len(target.getvalue()) <= 1_000_000


@pytest.mark.parametrize("compression", KINDS)
def test_a_damaged_file_is_refused(compression: Compression) -> None:
    whole = pack(b"carat,cut\n" * 500, compression)
    for broken in (b"", b"no", whole[: len(whole) // 2], whole[:-3]):
        with pytest.raises(PackedFileError) as error:
            unpacked(broken, compression)
        assert error.value.code == "damaged_file"


def archive_of(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, b"a,b\n1,2\n")
    return out.getvalue()


def test_an_archive_holds_one_file_besides_folders_and_hidden_files() -> None:
    assert unpacked(archive_of("folder/", "folder/rows.csv", "__MACOSX/._rows.csv", ".DS_Store"), "zip") == b"a,b\n1,2\n"
    for names in ((), ("a.csv", "b.csv"), ("[Content_Types].xml", "xl/workbook.xml")):
        with pytest.raises(PackedFileError) as error:
            unpacked(archive_of(*names), "zip")
        assert error.value.code == "several_files"
