"""Promises of the model of garments: what it is good at, what it warns of, and why it answers as it does."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from starlette.testclient import TestClient

from service.bundles.bundle_opening import open_model
from service.bundles.model import Model
from service.bundles.versions.bundle_folder import default_folder
from service.pictures.model_picture import pixels_png
from service.publishing.data_split import LabelledRows
from service.rows.columns import Columns
from service.training.recipes import RECIPES
from tests.support.sklearn_pipelines import split_of
from wire.row_values import data_url

GARMENT = ((90, 40), (190, 40), (260, 90), (200, 110), (200, 250), (80, 250), (80, 110), (20, 90))
"""The outline of a T-shirt in a picture of 280 pixels."""


@pytest.fixture(scope="module")
def model(bundles: Path) -> Model:
    return open_model(default_folder(bundles, "garment"))


@pytest.fixture(scope="module")
def held_out() -> NDArray[np.uint8]:
    return np.stack(list(split_of("garment").test.fields["picture"]))


def warned(model: Model, pictures: NDArray[np.uint8]) -> float:
    """Return the share of pictures of the model's size that get the warning."""
    columns = model.pictures.read(Columns(np.empty((len(pictures), 0)), {}, {"picture": pictures}))
    return len(columns.warnings) / len(pictures)


def photographs() -> list[Image.Image]:
    """Return parts of real photographs, half of them with a drawn garment in the middle."""
    from sklearn.datasets import load_sample_images

    random, parts, images = np.random.default_rng(0), [], load_sample_images().images
    for at in range(24):
        whole = Image.fromarray(images[at % 2])
        left, top = int(random.integers(0, whole.width - 280)), int(random.integers(0, whole.height - 280))
        parts.append(whole.crop((left, top, left + 280, top + 280)))
        if at % 4 < 2:
            ImageDraw.Draw(parts[-1]).polygon(GARMENT, fill=tuple(random.integers(0, 256, 3).tolist()))
    return parts


def on_white() -> list[Image.Image]:
    """Return drawn garments on a white wall that is not evenly lit."""
    random, pictures = np.random.default_rng(1), []
    for _ in range(8):
        picture = Image.new("RGB", (280, 280), (240, 238, 232))
        ImageDraw.Draw(picture).polygon(GARMENT, fill=tuple(random.integers(0, 180, 3).tolist()))
        light = np.linspace(0.6, 1, 280)[:, None, None] + random.normal(0, 0.04, (280, 280, 1))
        pictures.append(Image.fromarray(np.clip(np.asarray(picture) * light, 0, 255).astype(np.uint8)))
    return pictures


def row_of(picture: Image.Image) -> dict[str, str]:
    return {"picture": data_url(pixels_png(np.asarray(picture.resize((84, 84)))))}


def test_at_most_two_of_a_hundred_held_out_pictures_are_warned_of(model: Model, held_out: NDArray[np.uint8]) -> None:
    assert warned(model, held_out) <= 0.02


def test_negatives_noise_and_shuffled_pixels_are_warned_of(model: Model, held_out: NDArray[np.uint8]) -> None:
    random = np.random.default_rng(2)
    assert warned(model, 255 - held_out) == 1
    assert warned(model, random.integers(0, 256, (50, 28, 28), dtype=np.uint8)) == 1
    assert warned(model, held_out.reshape(-1, 784)[:, random.permutation(784)].reshape(-1, 28, 28)) > 0.9


def test_photographs_of_a_phone_are_warned_of_through_the_api(service: TestClient) -> None:
    rows = [row_of(each) for each in [*photographs(), *on_white()]]
    answer = service.post("/v1/models/garment/predictions", json={"rows": rows})
    assert answer.status_code == 200, answer.text
    warnings = [each["warnings"] for each in answer.json()["predictions"]]
    assert [each for each in warnings if each] == [[{"field": "picture", "code": "unlike_training"}]] * len(rows)


def test_a_file_says_which_pictures_are_unlike_the_training(service: TestClient, held_out: NDArray[np.uint8]) -> None:
    lines = ["picture", *(data_url(pixels_png(each)) for each in (held_out[0], 255 - held_out[0]))]
    answer = service.post(
        "/v1/models/garment/predictions",
        content="\n".join(lines).replace("data:", '"data:').replace("\n", '"\n').replace('picture"', "picture") + '"\n',
        headers={"Content-Type": "text/csv", "Accept": "application/json"},
    )
    assert answer.status_code == 200, answer.text
    assert answer.text.count("picture: unlike_training") + answer.text.count('"unlike_training"') == 1


@pytest.mark.parametrize(("language", "start"), [("en", "Most important for “"), ("pl", "Najważniejsze dla odpowiedzi „")])
def test_why_is_told_by_patches_for_the_likeliest_label(
    language: str, start: str, service: TestClient, held_out: NDArray[np.uint8]
) -> None:
    rows = [{"picture": data_url(pixels_png(each))} for each in held_out[:3]]
    answer = service.post(
        "/v1/models/garment/explanations", json={"rows": rows}, headers={"Accept-Language": language}
    ).json()
    for each in answer["explanations"]:
        probabilities = each["prediction"]["probabilities"]
        assert each["label"] == each["prediction"]["label"] == max(probabilities, key=probabilities.__getitem__)
        assert each["output"] == probabilities[each["label"]]
        assert [part["region"] for part in each["contributions"]] == [
            [left, top, 4, 4] for top in range(0, 28, 4) for left in range(0, 28, 4)
        ]
        assert each["base"] + sum(part["contribution"] for part in each["contributions"]) == pytest.approx(each["output"])
        assert each["standard_error"] < 0.06
        assert each["sentence"].startswith(start)
        left, top, width, height = each["strongest_region"]
        assert 0 <= left < left + width <= 28
        assert 0 <= top < top + height <= 28


def test_the_card_and_the_evaluation_stay_small_with_their_pictures(service: TestClient) -> None:
    assert len(service.get("/v1/models/garment").content) < 60_000
    content = service.get("/v1/models/garment/evaluation").content
    assert len(content) < 90_000
    matrix = json.loads(content)["evaluation"]["confusion"]
    assert np.trace(matrix["counts"]) / np.sum(matrix["counts"]) >= 0.88
    assert len(matrix["labels"]) == 10
    assert all(row["row"]["picture"].startswith("data:image/png") for each in matrix["confusions"] for row in each["rows"])


def test_the_probability_of_the_likeliest_label_is_how_often_it_is_right(service: TestClient) -> None:
    evaluation: Any = service.get("/v1/models/garment/evaluation").json()["evaluation"]
    bins = evaluation["confusion"]["calibration"]
    gaps = [abs(each["said"] - each["happened"]["value"]) * each["happened"]["rows"] for each in bins]
    assert sum(gaps) / evaluation["rows"] < 0.03


def test_training_again_on_the_same_pictures_gives_the_same_model() -> None:
    train = split_of("garment").train
    few = LabelledRows(train.fields.head(200), train.truth[:200], train.aside.head(200))
    first, second = (RECIPES["garment"].fit(few) for _ in range(2))
    np.testing.assert_array_equal(first[-1].coef_, second[-1].coef_)
