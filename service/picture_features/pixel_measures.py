"""Measures of the pixels of a picture: brightness, contrast, sharpness, colourfulness."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_SIDE = 512
"""Sharpness depends on the size of a picture, so all pictures are measured with this longest side."""


def measure(image: Image.Image) -> dict[str, float]:
    """Return the measures of a picture in RGB.

    `brightness` (0–1) is the mean of luma (ITU-R BT.601), `contrast` (0–1) twice its standard deviation (RMS contrast).
    `sharpness` is the variance of the Laplacian of luma from 0 to 255 (Pech-Pacheco et al., 2000).
    """
    scale = _SIDE / max(image.size)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    small = image.resize(size, Image.Resampling.BILINEAR) if scale < 1 else image
    luma = np.asarray(small.convert("L"), dtype=np.float64)
    return {
        "brightness": _rounded(luma.mean() / 255),
        "contrast": _rounded(min(1.0, 2 * luma.std() / 255)),
        "sharpness": _rounded(_laplacian(luma).var()),
        "colourfulness": _rounded(_colourfulness(np.asarray(small, dtype=np.float64))),
    }


def _laplacian(luma: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sum of the four neighbours less four times the pixel; the edge is repeated."""
    padded = np.pad(luma, 1, mode="edge")
    neighbours = padded[:-2, 1:-1] + padded[2:, 1:-1] + padded[1:-1, :-2] + padded[1:-1, 2:]
    return np.asarray(neighbours - 4 * luma, dtype=np.float64)


def _colourfulness(rgb: NDArray[np.float64]) -> float:
    """Return the measure M³ of Hasler & Süsstrunk, Measuring colourfulness in natural images, 2003."""
    red, green, blue = rgb[..., 0], rgb[..., 1], rgb[..., 2]
    red_green = red - green
    yellow_blue = (red + green) / 2 - blue
    spread = float(np.hypot(red_green.std(), yellow_blue.std()))
    return spread + 0.3 * float(np.hypot(red_green.mean(), yellow_blue.mean()))


def _rounded(value: float) -> float:
    return round(float(value), 4)
