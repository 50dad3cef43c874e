"""Promises of the measures of pixels: the numbers of their formulas, the same for a picture of any size."""

import numpy as np
import pytest
from PIL import Image, ImageFilter

from service.picture_features.colours import NAMES, named_shares, palette
from service.picture_features.pixel_measures import measure

COLOURS = {
    "red": (200, 30, 30),
    "orange": (250, 150, 20),
    "yellow": (250, 220, 40),
    "green": (40, 160, 60),
    "blue": (40, 90, 200),
    "purple": (150, 50, 180),
    "brown": (120, 70, 30),
    "black": (20, 20, 25),
    "grey": (128, 128, 130),
    "white": (250, 250, 248),
}


def noise(size: tuple[int, int] = (300, 200)) -> Image.Image:
    return Image.fromarray(np.random.default_rng(0).integers(0, 256, (*size[::-1], 3), dtype=np.uint8))


def test_a_plain_picture_has_its_brightness_and_nothing_else() -> None:
    measured = measure(Image.new("RGB", (60, 40), (51, 51, 51)))
    assert measured == {"brightness": 0.2, "contrast": 0.0, "sharpness": 0.0, "colourfulness": 0.0}


def test_half_black_half_white_has_all_the_contrast_that_there_is() -> None:
    picture = Image.new("RGB", (40, 40), "black")
    picture.paste((255, 255, 255), (0, 0, 20, 40))
    assert measure(picture)["contrast"] == 1.0
    assert measure(picture)["brightness"] == 0.5


def test_sharpness_is_the_variance_of_the_laplacian() -> None:
    picture = noise()
    luma = np.pad(np.asarray(picture.convert("L"), dtype=float), 1, mode="edge")
    kernel = np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]])
    windows = np.lib.stride_tricks.sliding_window_view(luma, (3, 3))
    assert measure(picture)["sharpness"] == pytest.approx((windows * kernel).sum(axis=(2, 3)).var(), abs=1e-3)
    assert measure(picture.filter(ImageFilter.GaussianBlur(3)))["sharpness"] < measure(picture)["sharpness"] / 10


def test_colourfulness_is_the_formula_of_hasler_and_suesstrunk() -> None:
    picture = Image.new("RGB", (20, 10), (255, 0, 0))
    assert measure(picture)["colourfulness"] == pytest.approx(0.3 * np.hypot(255, 127.5), abs=1e-3)
    picture.paste((0, 0, 255), (0, 0, 10, 10))
    spread = np.hypot(np.std([255, 0]), np.std([127.5, -255]))
    middle = np.hypot(np.mean([255, 0]), np.mean([127.5, -255]))
    assert measure(picture)["colourfulness"] == pytest.approx(spread + 0.3 * middle, abs=1e-3)


def test_a_larger_copy_of_a_picture_measures_nearly_the_same() -> None:
    small = noise((256, 170)).filter(ImageFilter.GaussianBlur(4)).resize((512, 340))
    large = small.resize((1536, 1020), Image.Resampling.BICUBIC)
    for name, value in measure(small).items():
        assert measure(large)[name] == pytest.approx(value, rel=0.25), name


@pytest.mark.parametrize(("name", "colour"), COLOURS.items())
def test_a_basic_colour_has_its_name(name: str, colour: tuple[int, int, int]) -> None:
    shares = named_shares(Image.new("RGB", (30, 30), colour))
    assert shares == {each: float(each == name) for each in NAMES}


def test_the_palette_has_the_colours_with_their_shares_the_largest_first() -> None:
    picture = Image.new("RGB", (100, 100), (10, 20, 200))
    picture.paste((240, 200, 0), (0, 0, 100, 30))
    assert palette(picture) == [("#0a14c8", 0.7), ("#f0c800", 0.3)]
