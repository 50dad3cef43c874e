"""The pixels of an opened picture, in RGB and at most a given size. A large picture is converted in strips.

The pixels are the same as those of the whole picture, converted at once and then resized by Pillow; that would need up to
four copies of them.
"""

import math
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, cast

import numpy as np

if TYPE_CHECKING:
    from PIL import Image
    from PIL.WebPImagePlugin import WebPImageFile

GREY_MODES = {"1", "L", "LA", "I"}
SIXTEEN_BITS = "I;16"
_ORIENTATION = 0x0112
_TURNS = {
    2: "FLIP_LEFT_RIGHT",
    3: "ROTATE_180",
    4: "FLIP_TOP_BOTTOM",
    5: "TRANSPOSE",
    6: "ROTATE_270",
    7: "TRANSVERSE",
    8: "ROTATE_90",
}
"""EXIF orientation → how the stored picture is turned to be upright."""
_STRIP_PIXELS = 1_000_000
_REDUCING_GAP = 3.0
"""A picture is first reduced by whole numbers to three times its final size: `resize` of Pillow does so with this number."""
_REDUCED_MODES = {"1", "L", "LA", "RGB", "RGBA", "CMYK", "YCbCr"}
_MAX_BYTE = 255


def decode(picture: "Image.Image", max_side: int) -> "Image.Image":
    """Decode a picture; return it in RGB with 8 bits a channel, upright, on white, without metadata. Raises anything."""
    from PIL import Image, WebPImagePlugin

    orientation = _orientation(picture)
    if isinstance(picture, WebPImagePlugin.WebPImageFile):
        picture = _decode_webp(picture)
    picture.draft("RGB", (max_side, max_side))  # a JPEG decodes to an eighth of its size if that is enough
    factor = int(max(picture.size) / max_side / _REDUCING_GAP)
    if factor > 1 and picture.mode in _REDUCED_MODES and "transparency" not in picture.info:
        picture = _reduce(picture, (factor, factor), _levels)  # so little is left to convert
    plain = _fit(picture, max_side)
    plain.info = {}
    turn = _TURNS.get(orientation)
    return plain if turn is None else plain.transpose(Image.Transpose[turn])


def _decode_webp(picture: "WebPImageFile") -> "Image.Image":
    """Return a WebP whose decoder is gone before its pixels are copied. Pillow keeps both: a quarter more memory."""
    from PIL import Image

    pixels = picture._decoder.get_next()  # Pillow has no other way
    if pixels is None:
        raise ValueError("no frame")
    picture._decoder = None
    return Image.frombytes(picture.mode, picture.size, pixels[0], "raw", picture.rawmode)


def _fit(picture: "Image.Image", max_side: int) -> "Image.Image":
    """Return a picture in RGB whose longest side is at most `max_side` pixels."""
    from PIL import Image

    picture.load()
    in_rgb = partial(_in_rgb, is_deep=_is_deep(picture))
    width, height = picture.size
    scale = max_side / max(width, height)
    if scale >= 1:
        return in_rgb(picture)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    factors = int(width / size[0] / _REDUCING_GAP) or 1, int(height / size[1] / _REDUCING_GAP) or 1
    box = 0, 0, width / factors[0], height / factors[1]
    return _reduce(picture, factors, in_rgb).resize(size, Image.Resampling.LANCZOS, box)


def _reduce(
    picture: "Image.Image", factors: tuple[int, int], change: Callable[["Image.Image"], "Image.Image"]
) -> "Image.Image":
    """Return `change(picture)` with its width and height divided by `factors`, as `reduce` of Pillow does it."""
    from PIL import Image

    width, height = picture.size
    rows = max(1, _STRIP_PIXELS // (width * factors[1])) * factors[1]
    if rows >= height:
        return change(picture).reduce(factors)
    mode = change(picture.crop((0, 0, 1, 1))).mode
    whole = Image.new(mode, (math.ceil(width / factors[0]), math.ceil(height / factors[1])))
    for top in range(0, height, rows):
        strip = picture.crop((0, top, width, min(top + rows, height)))
        whole.paste(change(strip).reduce(factors), (0, top // factors[1]))
    return whole


def _levels(picture: "Image.Image") -> "Image.Image":
    """Return a picture of which `reduce` can take means: one in black and white gets grey."""
    return picture.convert("L") if picture.mode == "1" else picture


def _is_deep(picture: "Image.Image") -> bool:
    """Return whether the values of a grey picture take more than 8 bits."""
    if picture.mode == "I":
        extrema = cast(tuple[int, int], picture.getextrema())
        return extrema[1] > _MAX_BYTE
    return picture.mode.startswith(SIXTEEN_BITS)


def _in_rgb(picture: "Image.Image", *, is_deep: bool) -> "Image.Image":
    from PIL import Image

    if picture.mode == "I" or is_deep:
        values = np.asarray(picture)
        picture = Image.fromarray((np.clip(values, 0, 2**16 - 1) >> 8 if is_deep else values).astype(np.uint8))
    if picture.has_transparency_data:
        layers = picture.convert("RGBA")
        picture = Image.new("RGB", layers.size, "white")
        picture.paste(layers, mask=layers)
    return picture.convert("RGB")


def _orientation(picture: "Image.Image") -> int:
    """Return the orientation of the EXIF data, from 1 to 8; 1 if they cannot be read."""
    try:
        return int(picture.getexif().get(_ORIENTATION, 1))
    except Exception:  # noqa: BLE001 - metadata of hostile files raise anything
        return 1
