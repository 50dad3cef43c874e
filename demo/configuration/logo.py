"""A logo: an image file, embedded into the pages, so that no browser asks another host for it."""

import base64
import re
from pathlib import Path

from wire.settings_reader import WrongSettings

MAX_BYTES = 200_000
_STARTS = {"image/png": rb"\x89PNG\r\n\x1a\n", "image/jpeg": rb"\xff\xd8\xff", "image/webp": rb"RIFF....WEBP"}
_SVG = re.compile(rb"\s*(<\?xml.*?\?>\s*)?(<!--.*?-->\s*)*<svg[\s>]", re.DOTALL)


def read_logo(path: Path) -> str:
    """Return a PNG, JPEG, WebP or SVG file as a `data:` URL. An image element runs no script of an SVG.

    Raises WrongSettings with a sentence that names the file.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise WrongSettings(f"The logo {path} cannot be read: {error.strerror}.") from error
    if len(data) > MAX_BYTES:
        raise WrongSettings(f"The logo {path} has {len(data):,} bytes; at most {MAX_BYTES:,} are possible.")
    media_type = find_media_type(data)
    if media_type is None:
        raise WrongSettings(f"The logo {path} is no PNG, JPEG, WebP or SVG image.")
    return make_data_url(media_type, data)


def find_media_type(data: bytes) -> str | None:
    """Return the media type of an image by its first bytes; None if it is of another type."""
    for media_type, start in _STARTS.items():
        if re.match(start, data, re.DOTALL):
            return media_type
    return "image/svg+xml" if _SVG.match(data) else None


def make_data_url(media_type: str, data: bytes) -> str:
    """Return data as a URL that holds them."""
    return f"data:{media_type};base64,{base64.b64encode(data).decode()}"
