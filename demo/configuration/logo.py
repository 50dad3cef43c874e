"""A logo: an image file, embedded into the pages, so that no browser asks another host for it."""

import re
from pathlib import Path

from wire.media_types import find_logo_type
from wire.row_values import data_url
from wire.settings_reader import WrongSettings

MAX_BYTES = 200_000
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
    return data_url(data, media_type)


def find_media_type(data: bytes) -> str | None:
    """Return the media type of an image by its first bytes; None if it is of another type."""
    return "image/svg+xml" if _SVG.match(data) else find_logo_type(data)
