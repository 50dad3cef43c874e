"""Opens the file of a picture that may be hostile. Pillow decodes it, after all limits were checked in its header.

Every picture becomes an RGB picture of 8 bits, turned as its EXIF data say, on white where it is transparent, and without
any of its metadata.
"""

import io
import re
import threading
import traceback
import zipfile
from typing import TYPE_CHECKING, NamedTuple

from service.pictures.freed_memory import give_memory_back
from service.pictures.picture_pixels import GREY_MODES, SIXTEEN_BITS, decode
from wire.media_types import MAX_PICTURE_BYTES, find_picture_type

if TYPE_CHECKING:
    from PIL import Image

MAX_PIXELS = 24_000_000
MAX_SIDE = 20_000
_WEBP, _MAX_WEBP_PIXELS = "WEBP", 12_000_000
"""Its decoder holds three copies of a picture: 24 million pixels would take 280 MB."""
MEDIA_TYPES = {
    "PNG": "image/png",
    "JPEG": "image/jpeg",
    "MPO": "image/jpeg",  # a JPEG with a second picture, as some telephones write it
    "WEBP": "image/webp",
    "GIF": "image/gif",
    "BMP": "image/bmp",
    "TIFF": "image/tiff",
}
"""Format of Pillow → media type."""
_FORMATS = [name for name in MEDIA_TYPES if name != "MPO"]
_OTHER_FILES = (b"<script", b"<SCRIPT", b"<html", b"<HTML", b"<?php", b"%PDF-1.")
"""Marks of pages, programs and documents: a picture that holds one is meant to be opened as something else too."""
_MAX_SCANS, _START_OF_SCAN = 100, b"\xff\xda"
"""Every scan of a JPEG costs a pass over all of its pixels; a progressive one has about ten."""
_END_OF_IMAGE = 0xD9
_PARAMETERLESS = {0x01, *range(0xD0, 0xDA)}
_MARKER = re.compile(rb"\xff([^\x00\xff])")
_PIXELS = f"A picture may have at most {MAX_PIXELS // 10**6} million pixels, and {MAX_SIDE:,} on a side."
_LARGE_PIXELS = 2_000_000
_one_large_picture = threading.Lock()
"""The pixels of a large picture take up to 140 MB, so one is decoded at a time."""


class WrongPicture(Exception):
    """A picture that is refused. The message is a sentence for people, and `code` one for programs."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def open_picture(content: bytes, max_side: int, media_type: str | None = None) -> "Image.Image":
    """Return a picture in RGB whose longest side is at most `max_side` pixels; a smaller one keeps its size.

    `media_type`: what the sender says that it is. Raises WrongPicture.
    """
    if len(content) > MAX_PICTURE_BYTES:
        raise too_many_bytes()
    try:
        return _open(content, max_side, media_type)
    except WrongPicture:
        raise
    except Exception as error:  # decoders of hostile files raise anything
        raise WrongPicture("broken_picture", "The picture is damaged or incomplete.") from error


def too_many_bytes() -> WrongPicture:
    """Return the error for a file above `MAX_PICTURE_BYTES`."""
    return _too_large(f"A picture may have at most {MAX_PICTURE_BYTES // 2**20} MB.")


class PictureHeader(NamedTuple):
    """What the header of a picture's file says."""

    width: int
    height: int
    is_grey: bool
    """It has no channels of colour."""


def read_header(content: bytes) -> PictureHeader | None:
    """Return the header of a picture's file; None if it has none."""
    try:
        picture = _read(content)
        return PictureHeader(*picture.size, is_grey=picture.mode in GREY_MODES or picture.mode.startswith(SIXTEEN_BITS))
    except Exception:  # noqa: BLE001 - decoders of hostile files raise anything
        return None


def count_pixels(content: bytes) -> int:
    """Return how many pixels a picture has, from its header; 0 if that is not one of a picture."""
    header = read_header(content)
    return 0 if header is None else header.width * header.height


def encode_png(picture: "Image.Image") -> bytes:
    """Return an RGB picture as PNG without metadata. A picture without colours is written in grey, which loses nothing."""
    from PIL import ImageChops

    red, green, blue = picture.split()
    is_grey = ImageChops.difference(red, green).getbbox() is None and ImageChops.difference(red, blue).getbbox() is None
    plain = red if is_grey else picture
    plain.info = {}
    buffer = io.BytesIO()
    plain.save(buffer, "PNG")
    return buffer.getvalue()


def _open(content: bytes, max_side: int, media_type: str | None) -> "Image.Image":
    from PIL import Image, UnidentifiedImageError

    try:
        picture: Image.Image = _read(content)
    except UnidentifiedImageError:
        if find_picture_type(content):
            raise
        raise _unsupported("The picture is not a PNG, JPEG, WebP, GIF, BMP or TIFF file.") from None
    except Image.DecompressionBombError:
        raise _too_large(_PIXELS) from None
    _check_header(picture, content, media_type)
    if picture.width * picture.height <= _LARGE_PIXELS:
        return decode(picture, max_side)
    del picture  # it may hold memory for its pixels already, as a WebP does
    with _one_large_picture:
        try:
            return decode(_read(content), max_side)
        except Exception as error:
            traceback.clear_frames(error.__traceback__)  # they hold the pixels
            raise
        finally:
            give_memory_back()


def _read(content: bytes) -> "Image.Image":
    """Read the header of a picture; its pixels are decoded on first use. Raises anything."""
    from PIL import Image

    return Image.open(io.BytesIO(content), formats=_FORMATS)


def _check_header(picture: "Image.Image", content: bytes, media_type: str | None) -> None:
    """Raise WrongPicture for what the header says, before a pixel is decoded."""
    width, height = picture.size
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise _too_large(_PIXELS)
    if not width * height:
        raise WrongPicture("broken_picture", "The picture has no pixels.")
    name = str(picture.format)
    if name == _WEBP and width * height > _MAX_WEBP_PIXELS:
        raise _too_large(f"A WebP picture may have at most {_MAX_WEBP_PIXELS // 10**6} million pixels.")
    if media_type is not None and media_type != MEDIA_TYPES[name]:
        raise _unsupported(f"The picture is {MEDIA_TYPES[name]}, not {media_type[:64]}.")
    if name != "MPO" and getattr(picture, "is_animated", False):  # n_frames would walk over all of them
        raise _unsupported("The picture has several frames; send one of them.")
    if picture.mode == "F":
        raise _unsupported("The pixels of the picture are fractions, whose scale is not known.")
    if MEDIA_TYPES[name] == MEDIA_TYPES["JPEG"] and _has_many_scans(content):
        raise _unsupported(f"The JPEG file has more than {_MAX_SCANS} scans.")
    if any(mark in content for mark in _OTHER_FILES) or zipfile.is_zipfile(io.BytesIO(content)):
        raise _unsupported("The file is a picture and something else at once.")


def _has_many_scans(content: bytes) -> bool:
    """Return whether a JPEG has too many scans. Bytes of metadata, and those behind its end, are no scans."""
    if content.count(_START_OF_SCAN) <= _MAX_SCANS:
        return False
    scans, at = 0, 0
    while scans <= _MAX_SCANS and (found := _MARKER.search(content, at)) is not None:
        marker, at = found[1][0], found.end()
        if marker == _END_OF_IMAGE:
            return False
        scans += marker == _START_OF_SCAN[1]
        if marker not in _PARAMETERLESS:
            at += int.from_bytes(content[at : at + 2], "big")
    return scans > _MAX_SCANS


def _too_large(message: str) -> WrongPicture:
    return WrongPicture("picture_too_large", message)


def _unsupported(message: str) -> WrongPicture:
    return WrongPicture("unsupported_picture", message)
