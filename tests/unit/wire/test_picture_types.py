"""Promises of the media types of pictures: found by the first bytes, and a damaged file is no logo."""

import pytest

from wire.media_types import PNG_SIGNATURE, find_logo_type, find_picture_type


@pytest.mark.parametrize(
    ("content", "picture", "logo"),
    [
        (PNG_SIGNATURE, "image/png", "image/png"),
        (b"\x89PNG\n\x1a\n", "image/png", None),  # sent as a text, which changed the ends of lines
        (b"\xff\xd8\xff\xe0", "image/jpeg", "image/jpeg"),
        (b"RIFF\n\x00\x00\x00WEBP", "image/webp", "image/webp"),
        (b"RIFF\x00\x00\x00\x00WAVE", None, None),
        (b"GIF89a", "image/gif", None),
        (b"II*\x00", "image/tiff", None),
        (b"<svg/>", None, None),
        (b"", None, None),
    ],
)
def test_the_first_bytes_say_the_type_of_a_picture(content: bytes, picture: str | None, logo: str | None) -> None:
    assert (find_picture_type(content), find_logo_type(content)) == (picture, logo)
