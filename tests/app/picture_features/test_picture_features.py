"""Promises of one measured picture: texts with Polish letters, numbers that do not depend on threads, no network."""

import io
import socket
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from service.picture_features import picture_features
from service.picture_features.embedding import LENGTH, embed

LINES = ["Zażółć gęślą jaźń", "od 49,99 zł"]


def font(size: int) -> ImageFont.FreeTypeFont:
    """Return a font with Polish letters, which a package of the tests brings."""
    package = find_spec("matplotlib")
    assert package
    assert package.origin
    return ImageFont.truetype(str(Path(package.origin).parent / "mpl-data" / "fonts" / "ttf" / "DejaVuSans-Bold.ttf"), size)


def advert() -> Image.Image:
    picture = Image.new("RGB", (640, 360), (250, 220, 40))
    draw = ImageDraw.Draw(picture)
    for line, top in zip(LINES, (60, 200), strict=True):
        draw.text((40, top), line, font=font(48), fill=(20, 20, 60))
    return picture


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object, **_named: object) -> None:
        raise AssertionError("a connection is opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.mark.usefixtures("no_network")
def test_a_picture_gives_fields_details_and_a_preview_the_same_on_each_thread_without_a_network() -> None:
    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(lambda picture: picture_features.compute(picture, "abc"), [advert(), advert()])
    assert one == other
    assert tuple(one.fields) == picture_features.FIELDS
    assert [text["text"] for text in one.details["texts"]] == LINES
    assert {name: one.fields[name] for name in ("words", "language", "has_price", "price", "currency", "main_colour")} == {
        "words": 6,
        "language": "pl",
        "has_price": True,
        "price": 49.99,
        "currency": "PLN",
        "main_colour": "yellow",
    }
    left, top = one.details["texts"][0]["box"][0]
    assert (left, top) == pytest.approx((40 / 640, 65 / 360), abs=0.04)
    assert 0.1 < one.fields["text_share"] < 0.4
    assert (one.details["digest"], one.details["width"], one.details["height"]) == ("abc", 640, 360)
    with Image.open(io.BytesIO(one.preview)) as preview:
        assert (preview.format, preview.size, len(preview.getexif())) == ("JPEG", (480, 270), 0)


def test_an_embedding_is_near_that_of_a_like_picture_and_far_from_another() -> None:
    one = np.array(embed(advert()))
    assert one.shape == (LENGTH,)
    assert (np.round(one, 4) == one).all()
    like = np.array(embed(advert().point(lambda value: int(value * 0.8))))
    other = np.array(embed(Image.effect_noise((300, 300), 90).convert("RGB")))
    near, far = (each @ one / np.linalg.norm(each) / np.linalg.norm(one) for each in (like, other))
    assert near > 0.8 > far
