"""A picture as the service keeps it, and as a model sees it. Both are the same for each copy of the picture.

The kept picture is a PNG of at most 512 pixels without metadata. The model's pixels are always made of it, so feedback,
a link to an example and the first upload give the same answer.
"""

import binascii
import io
import re
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from service.pictures.picture_file import WrongPicture, encode_png, open_picture
from wire.row_values import data_url

MAX_KEPT_SIDE = 512
_USUAL_LEVEL, _FAST_LEVEL = 6, 1
"""Of compression: the second takes a fifth of the time and a tenth more bytes. To publish a model writes its pictures."""
_MAX_SMALL = 2**14
"""So many numbers are a small picture."""
_DATA_URL = re.compile(r"data:(image/[a-z.+-]{1,32});base64,")
Colours = Literal["grey", "rgb"]


def kept_picture(content: bytes, media_type: str | None = None) -> bytes:
    """Return the file of a picture as the service keeps it, a PNG. Raises WrongPicture."""
    return encode_png(open_picture(content, MAX_KEPT_SIDE, media_type))


def read_data_url(text: str) -> tuple[bytes, str]:
    """Return the bytes and the media type of a data URL (RFC 2397). Raises WrongPicture."""
    match = _DATA_URL.match(text)
    if match is None:
        message = "A picture is a text such as data:image/png;base64,…"
        raise WrongPicture("unsupported_picture", message)
    try:
        return binascii.a2b_base64(text[match.end() :], strict_mode=True), match[1]
    except ValueError:  # also for letters outside of ASCII
        raise WrongPicture("broken_picture", "The text after base64, is not base64.") from None


def keep_pictures(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row as it may be stored: each picture in it small and without metadata, such as where it was taken."""
    return {name: _keep(value) for name, value in row.items()}


def _keep(value: Any) -> Any:
    if not (isinstance(value, str) and _DATA_URL.match(value)):
        return value
    try:
        return data_url(kept_picture(*read_data_url(value)))
    except WrongPicture:
        return value


def model_pixels(
    content: bytes, width: int, height: int, colours: Colours, media_type: str | None = None
) -> NDArray[np.uint8]:
    """Return a picture as a model sees it: (height, width) for grey, (height, width, 3) for rgb. Raises WrongPicture.

    Nothing is cut off: a picture of other proportions gets a margin in the middle colour of its border.
    """
    from PIL import Image

    picture = open_picture(content, MAX_KEPT_SIDE, media_type).convert("L" if colours == "grey" else "RGB")
    scale = min(width / picture.width, height / picture.height)
    size = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
    fitted = picture if size == picture.size else picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
    if fitted.size == (width, height):
        return np.asarray(fitted)
    pixels = np.asarray(fitted)
    border = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    canvas = np.empty((height, width, *pixels.shape[2:]), dtype=np.uint8)
    canvas[:] = np.median(border, axis=0).astype(np.uint8)
    top, left = (height - fitted.height) // 2, (width - fitted.width) // 2
    canvas[top : top + fitted.height, left : left + fitted.width] = pixels
    return canvas


def pixels_png(pixels: NDArray[np.uint8]) -> bytes:
    """Return the pixels of a model, (height, width) or (height, width, 3), as PNG."""
    from PIL import Image

    buffer = io.BytesIO()
    level = _USUAL_LEVEL if pixels.size <= _MAX_SMALL else _FAST_LEVEL
    Image.fromarray(pixels).save(buffer, "PNG", compress_level=level)
    return buffer.getvalue()
