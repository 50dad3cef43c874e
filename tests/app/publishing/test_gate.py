"""Promises of the gate for any fitted pipeline: ONNX only where it equals scikit-learn, and the card says why not."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from service.bundles.bundle_files import read_card
from service.bundles.bundle_opening import open_model
from service.bundles.versions.bundle_folder import default_folder
from service.publishing.data_split import LabelledRows, split_rows
from service.schemas import Card
from tests.support import synthetic_recipes
from tests.support.synthetic_recipes import SyntheticRecipe

OUTPUT = synthetic_recipes.classification(["a", "b", "c"], "b")
DRAFT = synthetic_recipes.draft("three", OUTPUT, {"x": "number", "y": "number"})


def shifted(recipe: SyntheticRecipe, shift: float) -> SyntheticRecipe:
    """Return the recipe with a conversion whose intercepts are wrong by `shift`."""

    def to_onnx(card: Card, pipeline: Any, typical: NDArray[np.float64]) -> bytes:
        intercept = pipeline[-1].intercept_.copy()
        pipeline[-1].intercept_ = intercept + np.array([shift, 0, 0])
        wrong = recipe.to_onnx(card, pipeline, typical)
        pipeline[-1].intercept_ = intercept
        return wrong

    return replace(recipe, to_onnx=to_onnx)


def publish(recipe: SyntheticRecipe, folder: Path, draft: Card = DRAFT) -> Card:
    card = synthetic_recipes.publish_synthetic(recipe, draft, folder)
    assert card == read_card(default_folder(folder, draft.name))
    return card


def test_a_pipeline_that_converts_exactly_is_served_on_onnx(tmp_path: Path) -> None:
    scoring = publish(synthetic_recipes.three_labels("three"), tmp_path).scoring
    assert (scoring.scorer, scoring.reason) == ("onnx", "")
    assert scoring.gate_rows >= 1000
    assert scoring.gate_difference <= 1e-12
    assert not (default_folder(tmp_path, "three") / "model.skops").exists()


@pytest.mark.parametrize(("shift", "scorer"), [(1e-12, "onnx"), (1e-7, "process")])
def test_a_conversion_that_is_wrong_by_more_than_the_gate_allows_is_not_served(
    shift: float, scorer: str, tmp_path: Path
) -> None:
    recipe = synthetic_recipes.three_labels("three")
    scoring = publish(shifted(recipe, shift), tmp_path).scoring
    assert scoring.scorer == scorer
    assert (default_folder(tmp_path, "three") / "model.onnx").exists() == (scorer == "onnx")
    if scorer == "process":
        assert scoring.reason.startswith("differs from scikit-learn by ")
        assert scoring.gate_difference == 0
        split = recipe.split()
        expected = recipe.fit(split.train).predict_proba(split.test.fields[:3])
        rows: list[Any] = split.test.fields[:3].to_dict("records")
        served: list[Any] = list(open_model(default_folder(tmp_path, "three")).predict(rows).predictions)
        assert [list(each.probabilities.values()) for each in served] == pytest.approx(expected)


def test_a_small_table_passes_the_gate_with_all_rows_that_are_not_for_calibration(tmp_path: Path) -> None:
    random = np.random.default_rng(3)
    fields = pd.DataFrame({"x": random.normal(size=400), "y": random.normal(size=400)})
    truth = random.integers(0, 3, 400)
    split = split_rows(fields, truth, pd.DataFrame(index=fields.index))
    recipe = replace(synthetic_recipes.three_labels("three"), split=lambda: split)
    assert publish(recipe, tmp_path).scoring.gate_rows == len(split.train) + len(split.test) == 400


def test_a_second_version_takes_the_place_and_the_first_stays_beside_it(tmp_path: Path) -> None:
    recipe = synthetic_recipes.three_labels("three")
    first = publish(recipe, tmp_path)

    def fit_on_half(train: LabelledRows) -> Any:
        return recipe.fit(LabelledRows(train.fields[::2], train.truth[::2], train.aside[::2]))

    second = publish(replace(recipe, fit=fit_on_half), tmp_path)
    assert first.version != second.version
    assert read_card(default_folder(tmp_path, "three")).version == second.version
    folders = {f"three.{version[:12]}" for version in (first.version, second.version)}
    assert {file.name for file in tmp_path.iterdir()} == {*folders, "three.default"}
