"""Promises of the rows that are stored: a picture in them is small and says nothing of where it was taken."""

import base64
import io

import numpy as np
from PIL import Image

from service.pictures.model_picture import keep_pictures, model_pixels, read_data_url


def photograph() -> str:
    exif = Image.Exif()
    exif[0x010E], exif[0x0112] = "a secret place", 6
    noise = np.random.default_rng(0).integers(0, 256, (600, 800, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noise).save(buffer, "JPEG", exif=exif)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()


def test_a_kept_picture_has_no_metadata_and_shows_a_model_the_same_pixels() -> None:
    sent = photograph()
    kept = keep_pictures({"picture": sent, "size": 3})
    assert kept["size"] == 3
    before, after = read_data_url(sent), read_data_url(kept["picture"])
    assert b"secret" in before[0]
    assert b"secret" not in after[0]
    assert max(Image.open(io.BytesIO(after[0])).size) == 512
    np.testing.assert_array_equal(model_pixels(after[0], 28, 28, "grey"), model_pixels(before[0], 28, 28, "grey"))


def test_what_is_no_picture_stays_as_it_is() -> None:
    row = {"text": "data:image/png;base64,", "other": "data:image/png;base64,AAAA", "list": [1.0], "none": None}
    assert keep_pictures(row) == row
