"""Promises of the description of training pictures: what it warns of, and which files are refused."""

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from service.bundles.pictures.picture_reader import PictureReader
from service.bundles.pictures.training_pictures import FILE, read_training_pictures, reduce_pictures
from service.errors import BrokenBundle
from service.publishing.data_split import LabelledRows, Split
from service.publishing.picture_limits import UNLIKE_SHARE, add_training_pictures
from service.rows.columns import Columns
from service.schemas import Card, Input, Regression, Scoring

SIDE = 12
CARD = Card(
    name="discs",
    title="",
    question="",
    inputs=(Input(name="picture", type="image", width=SIDE, height=SIDE, colours="grey"),),
    output=Regression(),
    scoring=Scoring(scorer="onnx", gate_rows=0, gate_difference=0),
)


def discs(count: int, seed: int) -> NDArray[np.uint8]:
    """Return bright discs of several sizes and greys near the middle of a black picture."""
    random = np.random.default_rng(seed)
    rows, columns = np.mgrid[:SIDE, :SIDE]
    size, grey = random.uniform(2, 4.5, count), random.uniform(100, 220, count)
    distance = np.hypot(rows - 5.5, columns - 5.5)
    return np.asarray((distance < size[:, None, None]) * grey[:, None, None], dtype=np.uint8)


def part(pictures: NDArray[np.uint8]) -> LabelledRows:
    return LabelledRows(pd.DataFrame({"picture": pd.Series(list(pictures), dtype=object)}), np.empty(0), pd.DataFrame())


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> PictureReader:
    folder = tmp_path_factory.mktemp("discs")
    add_training_pictures(
        folder, CARD, Split(train=part(discs(600, 1)), calibrate=part(discs(0, 2)), test=part(discs(400, 3)))
    )
    return PictureReader(read_training_pictures(folder, CARD))


def warned(reader: PictureReader, pictures: Any) -> NDArray[np.bool_]:
    columns = reader.read(Columns(np.empty((len(pictures), 0)), {}, {"picture": np.asarray(pictures, dtype=np.uint8)}))
    codes = [[each.code for each in columns.warnings.get(at, [])] for at in range(len(pictures))]
    assert {tuple(each) for each in codes} <= {(), ("unlike_training",)}
    return np.array([bool(each) for each in codes])


def test_hardly_any_picture_of_the_same_kind_is_warned_of(reader: PictureReader) -> None:
    assert warned(reader, discs(2000, 4)).mean() <= 2 * UNLIKE_SHARE


@pytest.mark.parametrize("kind", ["negative", "noise", "stripes", "frame", "black", "brighter background"])
def test_a_picture_of_another_kind_is_warned_of(kind: str, reader: PictureReader) -> None:
    like, random = discs(50, 5), np.random.default_rng(6)
    pictures = {
        "negative": 255 - like,
        "noise": random.integers(0, 256, like.shape),
        "stripes": np.where(np.arange(SIDE) % 2, 200, 0) + np.zeros(like.shape),
        "frame": np.pad(like[:, 2:-2, 2:-2], ((0, 0), (2, 2), (2, 2)), constant_values=150),
        "black": np.zeros(like.shape),
        "brighter background": np.maximum(like, 40),
    }[kind]
    assert warned(reader, pictures).all()


def test_a_large_picture_is_reduced_to_the_means_of_its_parts() -> None:
    pictures = np.random.default_rng(7).integers(0, 256, (3, 56, 84, 3), dtype=np.uint8)
    reduced = reduce_pictures(pictures).reshape(3, 28, 28, 3)
    np.testing.assert_allclose(reduced, pictures.reshape(3, 28, 2, 28, 3, 3).mean(axis=(2, 4)))
    uneven = reduce_pictures(pictures[:, :30, :40, 0]).reshape(3, 28, 28)
    np.testing.assert_allclose(uneven[:, -1, -1], pictures[:, 28:30, 38:40, 0].mean(axis=(1, 2)))


def test_a_bundle_without_the_file_warns_of_nothing(tmp_path: Path) -> None:
    reader = PictureReader(read_training_pictures(tmp_path, CARD))
    assert not warned(reader, 255 - discs(5, 8)).any()


@pytest.mark.parametrize("change", ["not json", "other field", "too short", "too few components"])
def test_a_file_that_does_not_fit_the_card_is_refused(change: str, tmp_path: Path) -> None:
    add_training_pictures(
        tmp_path, CARD, Split(train=part(discs(30, 1)), calibrate=part(discs(0, 2)), test=part(discs(30, 3)))
    )
    content = msgspec.json.decode((tmp_path / FILE).read_bytes())
    if change == "other field":
        content["other"] = content.pop("picture")
    elif change == "too short":
        content["picture"]["low"].pop()
    elif change == "too few components":
        content["picture"]["components"][0].pop()
    (tmp_path / FILE).write_bytes(b"{" if change == "not json" else msgspec.json.encode(content))
    with pytest.raises(BrokenBundle, match=FILE):
        read_training_pictures(tmp_path, CARD)
