"""Promises of pictures as patches: every pixel is in one patch, hidden patches show the mean, the strongest region."""

from itertools import combinations
from math import comb
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from service.questions.pictures.picture_explanation import explain_picture
from service.questions.pictures.picture_patches import PatchedPicture, mean_picture
from service.questions.pictures.picture_sentence import picture_sentence
from service.rows.checks import Checks
from service.rows.columns import Columns
from service.schemas import Card, Classification, Input, Label, LabelPrediction, Scoring

RANDOM = np.random.default_rng(4)
LABELS = ("cat", "dog", "owl")


def patched(*shape: int) -> PatchedPicture:
    return PatchedPicture(RANDOM.integers(0, 200, shape, dtype=np.uint8), RANDOM.integers(200, 256, shape, dtype=np.uint8))


@pytest.mark.parametrize("shape", [(28, 28), (224, 150, 3), (3, 5), (1, 40), (8, 8)])
def test_every_pixel_is_in_one_patch_and_a_hidden_patch_shows_the_other_picture(shape: tuple[int, ...]) -> None:
    both = patched(*shape)
    seen = np.zeros(shape[:2], dtype=int)
    for index, (left, top, width, height) in enumerate(both.regions):
        inside = np.zeros(shape[:2], dtype=bool)
        inside[top : top + height, left : left + width] = True
        seen += inside
        (shown,) = next(both.show(np.arange(len(both.regions))[None] != index))
        np.testing.assert_array_equal(shown[inside], both.hidden[inside])
        np.testing.assert_array_equal(shown[~inside], both.picture[~inside])
    assert (seen == 1).all()
    assert len(both.regions) <= 49


def test_a_patch_that_looks_the_same_if_it_is_hidden_is_known() -> None:
    both = patched(28, 28)
    both.hidden[4:8, 8:12] = both.picture[4:8, 8:12]
    assert np.flatnonzero(both.same_patches()).tolist() == [both.regions.index((8, 4, 4, 4))]


def test_the_strongest_region_is_connected_and_has_the_largest_sum() -> None:
    both, values = patched(28, 28), np.zeros((7, 7))
    values[0, 0] = 0.3  # the strongest patch stands alone
    values[4, 2:5] = 0.2  # together these say more
    values[5, 5] = 0.2  # touches them at a corner only
    values[6, 0] = -0.9
    assert both.strongest_region(values.ravel(), 1.0) == (8, 16, 12, 4)
    assert both.strongest_region(np.full(49, 0.005), 1.0) is None
    assert both.strongest_region(np.full(49, 0.005), 0.1) == (0, 0, 28, 28)


def toy_model(answers: Any, reference: NDArray[np.uint8]) -> Any:
    side = reference.shape[1]
    card = Card(
        name="toy",
        title="",
        question="",
        inputs=(Input(name="picture", type="image", width=side, height=side, colours="grey"),),
        output=Classification(labels=tuple(Label(value=each) for each in LABELS), focus="cat"),
        scoring=Scoring(scorer="onnx", gate_rows=0, gate_difference=0),
    )
    return SimpleNamespace(
        card=card,
        checks=Checks(card),
        background=SimpleNamespace(rows=columns_of(reference)),
        scores=lambda columns: answers(columns.arrays["picture"]),
    )


def columns_of(pictures: NDArray[np.uint8]) -> Columns:
    return Columns(np.empty((len(pictures), 0)), {}, {"picture": pictures})


def entangled(pictures: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return probabilities of the labels that depend on products of pixels."""
    pixels = pictures.reshape(len(pictures), -1) / 255
    raw = np.stack([pixels[:, 0] * pixels[:, 4], 2 * pixels[:, 1] * pixels[:, 8] + pixels[:, 3], pixels[:, 2] ** 2], axis=1)
    return np.asarray(np.exp(raw) / np.exp(raw).sum(axis=1, keepdims=True))


def explained(answers: Any, picture: NDArray[np.uint8], reference: NDArray[np.uint8]) -> Any:
    probabilities = dict(zip(LABELS, answers(picture[None])[0].tolist(), strict=True))
    label = max(probabilities, key=probabilities.__getitem__)
    prediction = LabelPrediction(label=label, probabilities=probabilities, decision=None, warnings=[])
    return explain_picture(toy_model(answers, reference), columns_of(picture[None]), prediction, seed=1, language="en")


def test_nine_patches_get_the_values_of_all_coalitions_for_the_likeliest_label() -> None:
    reference = RANDOM.integers(0, 256, (20, 3, 3), dtype=np.uint8)
    picture, hidden = RANDOM.integers(0, 256, (3, 3), dtype=np.uint8), mean_picture(reference)
    answer = explained(entangled, picture, reference)
    at = int(entangled(picture[None])[0].argmax())
    assert answer.label == LABELS[at]

    def value(members: tuple[int, ...]) -> float:
        mixed = hidden.ravel().copy()
        mixed[list(members)] = picture.ravel()[list(members)]
        return float(entangled(mixed.reshape(1, 3, 3))[0, at])

    for player, each in enumerate(answer.contributions):
        others = [other for other in range(9) if other != player]
        expected = sum(
            (value((*group, player)) - value(group)) / (9 * comb(8, size))
            for size in range(9)
            for group in combinations(others, size)
        )
        assert each.contribution == pytest.approx(expected, abs=1e-12)
        assert each.region == (player % 3, player // 3, 1, 1)
        assert each.value is None
    assert answer.base == pytest.approx(value(()))
    assert answer.standard_error == 0


def one_patch(pictures: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return probabilities that depend on the pixels of the patch (4, 8, 4, 4) alone."""
    owl = 0.9 * pictures[:, 8:12, 4:8].mean(axis=(1, 2)) / 255
    return np.stack([(1 - owl) / 2, (1 - owl) / 2, owl], axis=1)


def test_a_model_that_reads_one_patch_gives_it_the_whole_contribution() -> None:
    """With 49 patches the values are sampled, and a patch that says nothing has exactly none."""
    reference, picture = np.zeros((5, 28, 28), dtype=np.uint8), np.full((28, 28), 250, dtype=np.uint8)
    answer = explained(one_patch, picture, reference)
    assert (answer.label, answer.base) == ("owl", 0.0)
    parts = {each.region: each.contribution for each in answer.contributions}
    assert parts.pop((4, 8, 4, 4)) == pytest.approx(answer.output)
    assert list(parts.values()) == pytest.approx([0.0] * 48, abs=1e-12)
    assert answer.strongest_region == (4, 8, 4, 4)
    assert answer.sentence == "Most important for “owl”: the left of the picture."


def test_the_contributions_add_up_and_the_same_picture_gets_the_same_values() -> None:
    weights = RANDOM.normal(size=(28 * 28, 3)) / 100

    def sharp(pictures: NDArray[np.uint8]) -> NDArray[np.float64]:
        raw = np.square(pictures.reshape(len(pictures), -1) / 255 @ weights)
        return np.asarray(np.exp(raw) / np.exp(raw).sum(axis=1, keepdims=True))

    reference, picture = (
        RANDOM.integers(0, 256, (5, 28, 28), dtype=np.uint8),
        RANDOM.integers(0, 256, (28, 28), dtype=np.uint8),
    )
    first, second = (explained(sharp, picture, reference) for _ in range(2))
    assert first.base + sum(each.contribution for each in first.contributions) == pytest.approx(first.output)
    assert first == second


def test_a_picture_that_is_the_mean_picture_has_no_contributions() -> None:
    reference = np.full((2, 28, 28), 9, dtype=np.uint8)
    answer = explained(one_patch, reference[0], reference)
    assert {each.contribution for each in answer.contributions} == {0.0}
    assert answer.strongest_region is None
    assert answer.sentence == "No single part of the picture stands out."


@pytest.mark.parametrize(
    ("region", "english", "polish"),
    [
        ((0, 0, 8, 8), "the upper left of the picture", "góra obrazu po lewej"),
        ((8, 24, 12, 4), "the lower middle of the picture", "dół obrazu pośrodku"),
        ((0, 20, 24, 8), "the lower part of the picture", "dolna część obrazu"),
        ((20, 4, 8, 20), "the right part of the picture", "prawa część obrazu"),
        ((4, 4, 20, 20), "the whole picture", "cały obraz"),
    ],
)
def test_a_region_is_named_by_where_it_lies(region: Any, english: str, polish: str) -> None:
    card = toy_model(entangled, np.zeros((1, 3, 3), dtype=np.uint8)).card
    for language, part, sentence in (
        ("en", english, "Most important for “dog”: {}."),
        ("pl", polish, "Najważniejsze dla odpowiedzi „dog”: {}."),
    ):
        named = picture_sentence(card, "dog", region, (28, 28), language, is_compared=True)  # type: ignore[arg-type]
        assert named == sentence.format(part)
