"""Promises of zip archives with pictures: found by the names that people write, hostile archives refused, memory bounded."""

import io
import stat
import struct
import zipfile

import pytest

from tabular.errors import PackedFileError, PackedFileTooLarge
from tabular.picture_zip import picture_archive
from tabular.picture_zip.picture_archive import PictureArchive, UnreadablePicture

Member = tuple[str | zipfile.ZipInfo, bytes]


def archive_of(*members: Member, change: tuple[bytes, bytes] = (b"", b"")) -> PictureArchive:
    return PictureArchive(io.BytesIO(written(*members, change=change)))


def written(*members: Member, change: tuple[bytes, bytes] = (b"", b"")) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return out.getvalue().replace(*change) if change[0] else out.getvalue()


def refusal(archive: PictureArchive, cell: str, folder: str = "") -> str:
    with pytest.raises(UnreadablePicture) as caught:
        archive.read(archive.find(cell, folder))
    return caught.value.code


@pytest.mark.parametrize(
    ("cell", "folder"),
    [
        ("top/pictures/Żółw.png", ""),
        ("pictures/Żółw.png", "top"),
        ("./pictures/Żółw.png ", "top"),
        ("../pictures/Żółw.png", "top/labels"),
        ("pictures\\Żółw.png", "top"),
        ("Żółw.png", "top/labels"),
        ("PICTURES/żółw.PNG", "top"),
        ("Z\u0307o\u0301łw.png", "top"),
    ],
)
def test_a_cell_finds_its_picture_by_the_path_that_people_write(cell: str, folder: str) -> None:
    archive = archive_of(("top/pictures/Żółw.png", b"a"), ("top/pictures/b.png", b"b"), ("top/rows.csv", b""))
    assert archive.read(archive.find(cell, folder)) == b"a"


@pytest.mark.parametrize(
    "cell", ["test/1.png", "/data/train/1.png", "C:\\train\\1.png", "../1.png", "1", "", "train", "png"]
)
def test_a_cell_never_finds_a_picture_in_another_folder_than_it_names(cell: str) -> None:
    assert refusal(archive_of(("train/1.png", b"a")), cell) == "missing_picture"


def test_a_name_that_several_pictures_have_finds_none_of_them() -> None:
    archive = archive_of(("a/1.png", b"a"), ("b/1.png", b"b"))
    assert (archive.read(archive.find("b/1.png")), refusal(archive, "1.png")) == (b"b", "missing_picture")
    with pytest.warns(UserWarning, match="Duplicate"):
        twice = archive_of(("1.png", b"a"), ("1.png", b"b"))
    assert refusal(twice, "1.png") == "missing_picture"


@pytest.mark.parametrize("letters", ["utf-8", "cp852"])
def test_names_without_the_mark_of_their_letters_are_read(letters: str) -> None:
    name = "kurtka-żółta.png".encode(letters)
    archive = archive_of(("x" * len(name), b"a"), change=(b"x" * len(name), name))
    assert archive.pictures == ["kurtka-żółta.png"]


def test_what_is_no_file_of_the_sender_is_left_out() -> None:
    link = zipfile.ZipInfo("link.png")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    names = ["../out.png", "/root.png", "C:/disk.png", "a/../../out.png", "__MACOSX/._1.png", ".DS_Store", "a/.b/1.png"]
    members: list[Member] = [(name, b"x") for name in [*names, "Thumbs.db", "folder.png/"]]
    archive = archive_of(*members, (link, b"/etc/passwd"), ("inner.zip", b"PK"), ("a\\win.png", b"w"))
    assert (archive.pictures, archive.tables, len(archive)) == (["a/win.png"], [], 2)
    assert refusal(archive, "link.png") == "missing_picture"


def test_a_picture_that_is_too_large_or_lies_about_its_size_is_refused_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_archive, "MAX_PICTURE_BYTES", 10_000)
    size, lie = (struct.pack("<L", number) for number in (50_000, 9_000))
    bomb: Member = ("bomb.png", bytes(50_000))
    assert refusal(archive_of(bomb, ("1.png", b"a")), "bomb.png") == "picture_too_large"
    archive = archive_of(bomb, ("1.png", b"a"), change=(size, lie))
    assert (refusal(archive, "bomb.png"), archive.read("1.png")) == ("broken_picture", b"a")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [((b"PK\x01\x02", b"PK\x09\x09"), "damaged"), ((b"PK\x05\x06", b"PK\x09\x09"), "damaged"), ((b"", b""), "overlap")],
)
def test_a_damaged_archive_and_one_whose_files_overlap_are_refused(change: tuple[bytes, bytes], sentence: str) -> None:
    content = bytearray(written(("1.png", b"a" * 90), ("2.png", b"b" * 90), change=change))
    if sentence == "overlap":
        second = content.rindex(b"PK\x01\x02")
        content[second + 42 : second + 46] = bytes(4)  # the offset of its header: that of the first file
    with pytest.raises(PackedFileError, match=sentence):
        PictureArchive(io.BytesIO(content))


def test_an_archive_with_a_password_is_refused() -> None:
    content = bytearray(written(("1.png", b"a")))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(PackedFileError, match="password"):
        PictureArchive(io.BytesIO(content))


def test_an_archive_of_too_many_files_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_archive, "_MAX_FILES", 2)
    with pytest.raises(PackedFileTooLarge, match="may hold 2 files, not 3"):
        archive_of(*[(f"{number}.png", b"") for number in range(3)])
