"""Photographs for the adverts: cropped, mirrored and recoloured, so that a motif looks different from advert to advert."""

import colorsys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageEnhance, ImageOps

SIZES = ((640, 400), (640, 480), (512, 512), (480, 600))
VARIANTS = 10
"""Backgrounds of each motif. Three adverts share one; all their rows are in one part of the split."""


@dataclass(frozen=True)
class Photograph:
    """A file of the folder `skimage/data`, and the part of it that may be shown, in fractions of its sides."""

    file: str
    part: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)
    hues: tuple[float, ...] = ()
    """A grey picture gets one of these hues (0–1). A picture in colour keeps its own, almost."""


# NOTICE names the source of each. All are in the public domain or under CC0. Of `camera` only the part without a face.
PHOTOGRAPHS = {
    "coffee": Photograph("coffee.png"),
    "cat": Photograph("chelsea.png"),
    "rocket": Photograph("rocket.jpg"),
    "stars": Photograph("hubble_deep_field.jpg"),
    "camera": Photograph("camera.png", (0.56, 0.1, 1.0, 0.98), (0.58, 0.09, 0.75)),
    "brick": Photograph("brick.png", hues=(0.02, 0.05, 0.08)),
    "grass": Photograph("grass.png", hues=(0.25, 0.3, 0.35)),
    "gravel": Photograph("gravel.png", hues=(0.1, 0.55, 0.6)),
    "horse": Photograph("horse.png", hues=(0.08, 0.4, 0.6, 0.95)),
    "eye": Photograph("retina.jpg", (0.05, 0.05, 0.95, 0.95)),
}


@dataclass(frozen=True)
class Background:
    """A picture without text, and what it is called."""

    motif: str
    variant: str
    picture: Image.Image


def make_background(folder: Path, motif: str, number: int, random: np.random.Generator) -> Background:
    """Return the variant `number` of a motif. The same state of `random` gives the same picture."""
    photograph = PHOTOGRAPHS[motif]
    size = SIZES[int(random.integers(len(SIZES)))]
    with Image.open(folder / photograph.file) as opened:
        picture = _crop(opened.convert("RGB"), photograph.part, size, random)
    if random.random() < 0.5:
        picture = ImageOps.mirror(picture)
    picture = _recolour(picture, photograph.hues, random)
    return Background(motif, f"{motif}-{number}", picture)


def _crop(
    picture: Image.Image, part: tuple[float, float, float, float], size: tuple[int, int], random: np.random.Generator
) -> Image.Image:
    left, top = part[0] * picture.width, part[1] * picture.height
    width, height = part[2] * picture.width - left, part[3] * picture.height - top
    scale = min(width / size[0], height / size[1]) * random.uniform(0.72, 1.0)
    cut = size[0] * scale, size[1] * scale
    left += random.uniform(0, width - cut[0])
    top += random.uniform(0, height - cut[1])
    return picture.resize(size, Image.Resampling.LANCZOS, (left, top, left + cut[0], top + cut[1]))


def _recolour(picture: Image.Image, hues: tuple[float, ...], random: np.random.Generator) -> Image.Image:
    if hues:
        hue, saturation = hues[int(random.integers(len(hues)))], random.uniform(0.15, 0.6)
        tones = [colorsys.hsv_to_rgb(hue, saturation * share, value) for share, value in ((1, 0.1), (1, 0.6), (0.4, 1))]
        dark, middle, light = (tuple(round(255 * part) for part in tone) for tone in tones)
        picture = ImageOps.colorize(ImageOps.grayscale(picture), black=dark, mid=middle, white=light)
    else:
        picture = ImageEnhance.Color(picture).enhance(random.uniform(0.5, 1.4))
    picture = ImageEnhance.Brightness(picture).enhance(random.uniform(0.7, 1.3))
    return ImageEnhance.Contrast(picture).enhance(random.uniform(0.8, 1.15))
