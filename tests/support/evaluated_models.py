"""The bundled and the synthetic models with their held-out rows, for tests of the evaluation."""

from pathlib import Path

import pytest

from service.bundles.versions.bundle_folder import default_folder
from service.schemas import Figure
from service.training.recipes import RECIPES
from tests.support import synthetic_recipes
from tests.support.held_out_rows import HeldOut, held_out

LABELLED = ("credit-default", "credit-scorecard", "comment-sentiment")


@pytest.fixture(scope="session")
def bundled(bundles: Path) -> dict[str, HeldOut]:
    return {name: held_out(bundles / name, recipe) for name, recipe in RECIPES.items()}


@pytest.fixture(scope="session")
def toys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, HeldOut]:
    folder = tmp_path_factory.mktemp("toys")
    two, three = (
        synthetic_recipes.classification(["no", "yes"], "yes"),
        synthetic_recipes.classification(["a", "b", "c"], "b"),
    )
    bands = ", ".join(
        f'{{ value = "{value}", low = {low}, high = {high}, tone = "middle" }}'
        for value, low, high in (("cheap", 0, 200), ("dear", 200, 1e6), ("never", 1e6, 1e9))
    )
    recipes = {
        "planted": (synthetic_recipes.regions("planted", planted=True), two, synthetic_recipes.REGION_FIELDS),
        "even": (synthetic_recipes.regions("even", planted=False), two, synthetic_recipes.REGION_FIELDS),
        "three": (synthetic_recipes.three_labels("three"), three, {"x": "number", "y": "number"}),
        "prices": (
            synthetic_recipes.prices("prices"),
            f'[output]\nkind = "regression"\nbands = [{bands}]\n',
            {"size": "number", "flag": "boolean"},
        ),
    }
    made = {}
    for name, (recipe, output, fields) in recipes.items():
        synthetic_recipes.publish_synthetic(recipe, synthetic_recipes.draft(name, output, fields), folder)
        made[name] = held_out(default_folder(folder, name), recipe)
    return made


def width(figure: Figure) -> float:
    return figure.high - figure.low
