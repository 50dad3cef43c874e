"""Promises of values that are sent as JSON: pictures become data URLs, vectors lists, and what cannot be sent is named."""

import base64
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from client import Refused
from client.row_values import to_json

PICTURE = Image.new("RGB", (3, 2), "red")


def encoded(format_: str) -> bytes:
    buffer = io.BytesIO()
    PICTURE.save(buffer, format_)
    return buffer.getvalue()


@pytest.mark.parametrize("format_", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF"])
def test_a_picture_is_sent_as_a_data_url_with_its_own_type(format_: str, tmp_path: Path) -> None:
    content = encoded(format_)
    (tmp_path / "picture").write_bytes(content)
    expected = f"data:{Image.MIME[format_]};base64,{base64.b64encode(content).decode()}"
    for value in (content, bytearray(content), tmp_path / "picture"):
        assert json.loads(to_json({"picture": value})) == {"picture": expected}


def test_an_image_of_pillow_keeps_its_pixels() -> None:
    head, text = json.loads(to_json([PICTURE]))[0].split(",")
    assert head == "data:image/png;base64"
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(base64.b64decode(text)))), np.asarray(PICTURE))


def test_a_vector_of_numpy_is_sent_as_a_list() -> None:
    assert json.loads(to_json(np.array([0.1, -2.5]))) == [0.1, -2.5]
    assert json.loads(to_json(np.arange(3, dtype=np.uint8))) == [0, 1, 2]


@pytest.mark.parametrize(
    ("value", "words"),
    [(Path("/nowhere/cat.png"), "cat.png cannot be read"), (np.zeros((2, 2)), "ndarray"), (object(), "object")],
)
def test_what_cannot_be_sent_is_refused_before_anything_is_sent(value: Any, words: str) -> None:
    with pytest.raises(Refused, match=words):
        to_json({"picture": value})


def test_a_file_that_no_service_takes_is_not_read_whole(tmp_path: Path) -> None:
    with (tmp_path / "film.mov").open("wb") as file:
        file.truncate(2**34)
    with pytest.raises(Refused, match=r"film.mov is larger than 10 MB"):
        to_json(tmp_path / "film.mov")
