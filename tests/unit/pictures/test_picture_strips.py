"""Promises of large pictures that are converted in strips: the pixels are those of the whole picture, in less memory."""

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from service.pictures import picture_pixels
from service.pictures.picture_file import open_picture

SIDE = 60
KINDS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "colours": ("RGB", "PNG", {}),
    "layers": ("RGBA", "PNG", {}),
    "a transparent colour": ("RGB", "PNG", {"transparency": (255, 255, 255)}),
    "a transparent place of a palette": ("P", "PNG", {"transparency": 3}),
    "transparent places of a palette": ("P", "PNG", {"transparency": bytes(range(256))}),
    "GIF": ("P", "GIF", {"transparency": 3}),
    "grey with layers": ("LA", "PNG", {}),
    "black and white": ("1", "PNG", {}),
    "sixteen bits": ("I;16", "PNG", {}),
    "thirty-two bits": ("I", "TIFF", {}),
    "thirty-two bits of small values": ("small I", "TIFF", {}),
    "CMYK": ("CMYK", "TIFF", {}),
    "WebP": ("RGBA", "WEBP", {"lossless": True}),
}


def picture(mode: str, width: int, height: int) -> Image.Image:
    random = np.random.default_rng(0)
    if mode == "I;16":
        return Image.fromarray(random.integers(0, 2**16, (height, width), dtype=np.uint16))
    if mode.endswith("I"):
        values = random.integers(0, 200 if mode == "small I" else 2**17, (height, width), dtype=np.int32)
        values[0, 0] = -5
        return Image.fromarray(values)
    if mode == "P":
        palette = Image.fromarray(random.integers(0, 256, (height, width), dtype=np.uint8), "P")
        palette.putpalette(random.integers(0, 256, 768).tolist())
        return palette
    layers = Image.fromarray(random.integers(0, 256, (height, width, 4), dtype=np.uint8), "RGBA")
    return layers.convert("RGB").convert(mode) if mode == "CMYK" else layers.convert(mode)


def whole(content: bytes) -> Image.Image:
    """Return a picture converted and resized by Pillow at once."""
    opened: Image.Image = Image.open(io.BytesIO(content))
    factor = int(max(opened.size) / SIDE / 3)
    if factor > 1 and opened.mode in {"1", "L", "LA", "RGB", "RGBA", "CMYK"} and "transparency" not in opened.info:
        opened = (opened.convert("L") if opened.mode == "1" else opened).reduce(factor)
    elif opened.mode.startswith("I"):
        values = np.asarray(opened)
        is_deep = opened.mode != "I" or values.max() > 255
        opened = Image.fromarray((np.clip(values, 0, 2**16 - 1) >> 8 if is_deep else values).astype(np.uint8))
    if opened.has_transparency_data:
        layers = opened.convert("RGBA")
        opened = Image.new("RGB", layers.size, "white")
        opened.paste(layers, mask=layers)
    plain = opened.convert("RGB")
    scale = SIDE / max(plain.size)
    size = max(1, round(plain.width * scale)), max(1, round(plain.height * scale))
    return plain.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)


@pytest.mark.parametrize("size", [(431, 397), (150, 101), (61, 1), (2, 500), (700, 333)])
@pytest.mark.parametrize("kind", KINDS)
def test_strips_give_the_pixels_of_the_whole_picture(
    kind: str, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    mode, form, options = KINDS[kind]
    buffer = io.BytesIO()
    picture(mode, *size).save(buffer, form, **options)
    monkeypatch.setattr(picture_pixels, "_STRIP_PIXELS", 5000)
    opened = open_picture(buffer.getvalue(), SIDE)
    np.testing.assert_array_equal(np.asarray(opened), np.asarray(whole(buffer.getvalue())))
