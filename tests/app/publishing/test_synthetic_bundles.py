"""Promises of bundles of other kinds than the bundled ones, made by publishing's own code: three labels, nulls, text and numbers."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn import metrics

from service.bundles.bundle_opening import open_model
from service.bundles.model import Model
from service.bundles.versions.bundle_folder import default_folder
from service.publishing.plain_rows import plain_rows
from service.questions.explanations import explanations
from service.schemas import Figure
from tests.support import synthetic_recipes

RECIPES: dict[str, synthetic_recipes.SyntheticRecipe] = {
    "toy-pets": synthetic_recipes.pets("toy-pets"),
    "toy-rents": synthetic_recipes.rents("toy-rents"),
}


@pytest.fixture(scope="module")
def models(toy_bundles: Path) -> dict[str, Model]:
    return {name: open_model(default_folder(toy_bundles, name)) for name in RECIPES}


def held_out(name: str, model: Model) -> tuple[list[Any], Any]:
    test = RECIPES[name].split().test
    rows = plain_rows(model.card, test.fields)
    return list(model.predict(rows).predictions), test.truth


@pytest.mark.parametrize("name", RECIPES)
def test_a_bundle_with_missing_values_remembers_measures_and_explains(name: str, models: dict[str, Model]) -> None:
    model = models[name]
    assert len(model.background.surprises)
    assert model.evaluation is not None
    holed = [row for row in model.card.real_rows if None in row.values()]
    assert holed, "a held-out row with a hole is shown as it is"
    for result in explanations(model, holed[:3], "pl").explanations:
        assert len(result.contributions) == len(model.card.inputs)
        total = result.base + sum(each.contribution for each in result.contributions)
        assert total == pytest.approx(result.output)
        assert result.usualness is not None
    labels = [group.label for segment in model.evaluation.segments for group in segment.groups]
    assert {"en": "missing", "pl": "brak"} in labels


@pytest.mark.parametrize("name", RECIPES)
def test_the_metrics_of_the_card_are_figures_of_the_evaluation(name: str, models: dict[str, Model]) -> None:
    model = models[name]
    assert len(model.card.metrics) == 3
    for metric in model.card.metrics:
        assert getattr(model.evaluation, metric.name) == Figure(
            value=metric.value, low=metric.low or 0.0, high=metric.high or 0.0, rows=metric.rows
        )


def test_right_answers_of_three_labels_are_those_of_the_likeliest_one(models: dict[str, Model]) -> None:
    predictions, answer = held_out("toy-pets", models["toy-pets"])
    labels = ["cat", "dog", "rabbit"]
    right = np.mean([each.label == labels[index] for each, index in zip(predictions, answer, strict=True)])
    result = {metric.name: metric for metric in models["toy-pets"].card.metrics}
    assert result["accuracy"].value == pytest.approx(right, abs=1e-6)
    chances = np.array([each.probabilities["dog"] for each in predictions])
    assert result["auc"].value == pytest.approx(metrics.roc_auc_score(answer == 1, chances), abs=1e-6)
    assert result["brier"].value == pytest.approx(metrics.brier_score_loss(answer == 1, chances), abs=1e-6)


def test_a_text_beside_a_number_is_measured_as_it_is_served(models: dict[str, Model]) -> None:
    predictions, answer = held_out("toy-rents", models["toy-rents"])
    result = {metric.name: metric.value for metric in models["toy-rents"].card.metrics}
    assert result["r2"] == pytest.approx(metrics.r2_score(answer, [each.value for each in predictions]), abs=1e-6)


def test_a_bundle_says_the_day_on_which_it_was_made(models: dict[str, Model]) -> None:
    for model in models.values():
        assert datetime.now(UTC).date() - date.fromisoformat(model.card.built) <= timedelta(days=1)


def test_a_regression_whose_true_values_cross_zero_is_published_without_intervals(tmp_path: Path) -> None:
    recipe = synthetic_recipes.temperatures("temperature")
    split = recipe.split()
    assert min(split.test.truth) < 0 < max(split.test.truth)
    assert 0 in split.test.truth
    draft = synthetic_recipes.draft(
        "temperature", '[output]\nkind = "regression"\n', {"warmth": "number", "height": "number"}
    )
    card = synthetic_recipes.publish_synthetic(recipe, draft, tmp_path)
    assert [metric.name for metric in card.metrics] == ["r2", "relative_error"]
    model = open_model(default_folder(tmp_path, "temperature"))
    rows = plain_rows(model.card, split.test.fields)
    predictions: list[Any] = list(model.predict(rows).predictions)
    assert {each.interval for each in predictions} == {None}
    is_zero = split.test.truth == 0
    errors = np.full(len(rows), np.inf)
    values = np.array([each.value for each in predictions])
    errors[~is_zero] = np.abs(values - split.test.truth)[~is_zero] / np.abs(split.test.truth[~is_zero])
    assert card.metrics[1].value == pytest.approx(np.median(errors), abs=1e-6)
