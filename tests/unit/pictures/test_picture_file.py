"""Promises of the opening of pictures that may be hostile. The pictures are made by Pillow and by hand."""

import contextlib
import io
import struct
import zipfile
import zlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, TiffImagePlugin

from service.pictures.picture_file import WrongPicture, encode_png, open_picture
from wire.media_types import MAX_PICTURE_BYTES


def file_of(picture: Image.Image, form: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, form, **options)
    return buffer.getvalue()


def noise(width: int, height: int, mode: str = "RGB") -> Image.Image:
    shape = (height, width) if mode == "L" else (height, width, len(mode))
    return Image.fromarray(np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8), mode)


def png_of(width: int, height: int, pixels: bytes = b"") -> bytes:
    """Return a PNG by hand, whose header may lie about its pixels."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = (chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(pixels)), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def tiff_of(frames: int) -> bytes:
    """Return a TIFF by hand with frames of one grey pixel, whose directories stand one after another."""
    tags = ((256, 1), (257, 1), (258, 8), (259, 1), (262, 1), (273, 8), (277, 1), (278, 1), (279, 1))
    size = 2 + 12 * len(tags) + 4
    body = struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    places = [12 + size * (index + 1) for index in range(frames - 1)] + [0]
    return b"II*\0" + struct.pack("<I", 12) + bytes(4) + b"".join(body + struct.pack("<I", place) for place in places)


def jpeg_of(scans: int) -> bytes:
    """Return a progressive JPEG whose last scan stands in it so many times."""
    content = file_of(noise(9, 9), "JPEG", progressive=True)
    last = content[content.rindex(b"\xff\xda") : -2]
    return content[:-2] + last * scans + content[-2:]


def archive() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("a.txt", "a")
    return buffer.getvalue()


REFUSED = {
    "nothing": (b"", "unsupported_picture"),
    "a text": (b"picture", "unsupported_picture"),
    "SVG": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "unsupported_picture"),
    "HEIC": (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "unsupported_picture"),
    "truncated": (file_of(noise(90, 90), "PNG")[:-200], "broken_picture"),
    "truncated JPEG": (file_of(noise(90, 90), "JPEG")[:-200], "broken_picture"),
    "no pixels": (png_of(0, 5), "broken_picture"),
    "50 million pixels": (png_of(10_000, 5000), "picture_too_large"),
    "a bomb": (png_of(60_000, 60_000), "picture_too_large"),
    "a line": (png_of(60_000, 1), "picture_too_large"),
    "too many bytes": (file_of(noise(5, 5), "PNG") + bytes(MAX_PICTURE_BYTES), "picture_too_large"),
    "a header without pixels": (png_of(100, 100, b"\0" * 10), "broken_picture"),
    "an animation": (
        file_of(noise(9, 9), "GIF", save_all=True, append_images=[noise(9, 9).rotate(90)]),
        "unsupported_picture",
    ),
    "many frames": (tiff_of(3000), "unsupported_picture"),
    "many scans": (jpeg_of(100), "unsupported_picture"),
    "a picture and an archive": (file_of(noise(9, 9), "JPEG") + archive(), "unsupported_picture"),
    "a picture and a page": (file_of(noise(9, 9), "JPEG", comment=b"<script>alert()</script>"), "unsupported_picture"),
    "fractions": (file_of(Image.fromarray(np.zeros((4, 4), dtype=np.float32)), "TIFF"), "unsupported_picture"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_hostile_picture_is_refused_with_a_code(kind: str) -> None:
    content, code = REFUSED[kind]
    with pytest.raises(WrongPicture) as refusal:
        open_picture(content, 512)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("mode", "form"),
    [
        ("RGB", "PNG"),
        ("L", "PNG"),
        ("RGB", "WEBP"),
        ("RGB", "BMP"),
        ("RGB", "TIFF"),
        ("CMYK", "JPEG"),
        ("1", "PNG"),
        ("P", "GIF"),
    ],
)
def test_a_usual_form_is_opened_in_rgb_with_its_size(mode: str, form: str) -> None:
    picture = open_picture(file_of(noise(40, 30).convert(mode), form), 512)
    assert (picture.mode, picture.size) == ("RGB", (40, 30))


def test_the_frames_of_a_picture_are_not_walked(monkeypatch: pytest.MonkeyPatch) -> None:
    seeks: list[int] = []
    seek = TiffImagePlugin.TiffImageFile._seek

    def count(file: TiffImagePlugin.TiffImageFile, frame: int) -> None:
        seeks.append(frame)
        seek(file, frame)

    monkeypatch.setattr(TiffImagePlugin.TiffImageFile, "_seek", count)
    with pytest.raises(WrongPicture):
        open_picture(tiff_of(50), 512)
    assert len(seeks) <= 3
    assert open_picture(tiff_of(1), 512).size == (1, 1)


def test_bytes_that_look_like_scans_in_metadata_or_behind_the_end_are_none() -> None:
    fakes = b"\xff\xda" * 200
    content = file_of(noise(9, 9), "JPEG", progressive=True, comment=fakes) + fakes
    assert open_picture(content, 512).size == (9, 9)
    assert open_picture(jpeg_of(20), 512).size == (9, 9)


def test_sixteen_bits_keep_their_upper_eight() -> None:
    values = np.arange(0, 2**16, 2**8, dtype=np.uint16).reshape(16, 16)
    picture = open_picture(file_of(Image.fromarray(values), "PNG"), 512)
    np.testing.assert_array_equal(np.asarray(picture)[:, :, 0], values >> 8)


def test_what_is_transparent_is_white() -> None:
    layers = noise(6, 6, "RGBA")
    layers.putalpha(0)
    assert np.asarray(open_picture(file_of(layers, "PNG"), 512)).min() == 255


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_is_turned_as_pillow_turns_it_and_loses_its_metadata(orientation: int) -> None:
    from PIL import ImageOps

    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = orientation, "a secret place"
    content = file_of(noise(12, 8), "PNG", exif=exif)
    expected = ImageOps.exif_transpose(Image.open(io.BytesIO(content)))
    picture = open_picture(content, 512)
    np.testing.assert_array_equal(np.asarray(picture), np.asarray(expected))
    assert b"secret" in content
    assert b"secret" not in encode_png(picture)


def test_a_large_picture_is_reduced_and_a_kept_one_stays_as_it_is() -> None:
    reduced = open_picture(file_of(noise(1000, 400), "JPEG"), 100)
    assert reduced.size == (100, 40)
    again = open_picture(encode_png(reduced), 100)
    np.testing.assert_array_equal(np.asarray(again), np.asarray(reduced))


@given(
    st.binary(max_size=300), st.sampled_from([b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"GIF89a", b"BM", b"II*\0", b""])
)
def test_random_bytes_are_refused_or_opened_and_nothing_else(content: bytes, start: bytes) -> None:
    with contextlib.suppress(WrongPicture):
        assert max(open_picture(start + content, 64).size) <= 64
