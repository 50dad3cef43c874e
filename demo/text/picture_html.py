"""Pictures as HTML. A data URL goes into a page only after a check of every letter; anything else stays text."""

import base64
import re
from typing import Any

from markupsafe import Markup

_DATA_URL = re.compile(r"data:image/(?:png|jpeg);base64,[A-Za-z0-9+/]+={0,2}")
_PNG = "data:image/png;base64,"
_HEADER_LETTERS, _HEADER_BYTES = 32, 24
"""The signature, then the chunk IHDR with width and height (PNG specification, 11.2.2)."""
MAX_ENLARGED = 64
"""Of a smaller picture, people see each pixel."""


def is_picture(value: Any) -> bool:
    """Tell whether a value is a data URL of a PNG or JPEG, and nothing else that HTML could read."""
    return isinstance(value, str) and _DATA_URL.fullmatch(value) is not None


def read_media_type(picture: str) -> str:
    """Return the media type that a data URL of a picture names: image/png or image/jpeg."""
    return picture.partition(":")[2].partition(";")[0]


def read_size(picture: str) -> tuple[int, int] | None:
    """Return width and height of a PNG in a data URL; None for a JPEG, and if its header is too short."""
    if not picture.startswith(_PNG):
        return None
    try:
        header = base64.b64decode(picture[len(_PNG) : len(_PNG) + _HEADER_LETTERS])
    except ValueError:
        return None
    if len(header) < _HEADER_BYTES:
        return None
    return int.from_bytes(header[16:20]), int.from_bytes(header[20:24])


def build_picture(picture: str, css_class: str, alt: str) -> Markup:
    """Return a picture. Raises ValueError if it is no data URL of a picture."""
    if not is_picture(picture):
        raise ValueError("This is no picture.")
    size = read_size(picture)
    pixels = " pixels" if size and max(size) <= MAX_ENLARGED else ""
    return Markup('<img class="{}{}" src="{}" alt="{}">').format(css_class, pixels, picture, alt)
