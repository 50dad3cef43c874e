"""The colours of a picture: its palette, and the basic colour that most of it has."""

from typing import Any

import numpy as np
from PIL import Image

NAMES = ("red", "orange", "yellow", "green", "blue", "purple", "brown", "black", "grey", "white")
_SIDE = 128
_PALETTE_COLOURS = 5
_MIN_SHARE = 0.01


def palette(image: Image.Image) -> list[tuple[str, float]]:
    """Return at most five colours as #rrggbb with the share of the picture that is nearest to each, the largest first."""
    few = _small(image).quantize(_PALETTE_COLOURS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    values = few.getpalette() or []
    counts: Any = sorted(few.getcolors() or [], key=lambda each: (-each[0], each[1]))
    pixels = few.width * few.height
    merged: dict[str, int] = {}
    for count, index in counts:
        red, green, blue = values[3 * index : 3 * index + 3]
        name = f"#{red:02x}{green:02x}{blue:02x}"
        merged[name] = merged.get(name, 0) + count
    return [(name, round(count / pixels, 4)) for name, count in merged.items() if count / pixels >= _MIN_SHARE]


def named_shares(image: Image.Image) -> dict[str, float]:
    """Return the share of the picture that each basic colour has."""
    hsv = np.asarray(_small(image).convert("HSV"), dtype=np.float64)
    hue, saturation, value = hsv[..., 0] * 360 / 256, hsv[..., 1] / 255, hsv[..., 2] / 255
    warm = (hue < 45) | (hue >= 345)  # noqa: PLR2004 - red and orange
    conditions = [
        value < 0.2,  # noqa: PLR2004
        (saturation < 0.15) & (value > 0.85),  # noqa: PLR2004
        saturation < 0.15,  # noqa: PLR2004
        warm & (hue >= 10) & (hue < 345) & (value < 0.62),  # noqa: PLR2004
        (hue < 15) | (hue >= 345),  # noqa: PLR2004
        hue < 45,  # noqa: PLR2004
        hue < 70,  # noqa: PLR2004
        hue < 170,  # noqa: PLR2004
        hue < 260,  # noqa: PLR2004
    ]
    order = ("black", "white", "grey", "brown", "red", "orange", "yellow", "green", "blue")
    codes = np.select(conditions, [NAMES.index(name) for name in order], NAMES.index("purple"))
    counts = np.bincount(codes.ravel(), minlength=len(NAMES))
    return dict(zip(NAMES, (counts / codes.size).tolist(), strict=True))


def _small(image: Image.Image) -> Image.Image:
    small = image.copy()
    small.thumbnail((_SIDE, _SIDE), Image.Resampling.BILINEAR)
    return small
