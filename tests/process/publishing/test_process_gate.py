"""Promises of the gate for models that are not converted: their process gives their numbers, and runs code only if trusted."""

import json
import os
from pathlib import Path
from typing import Any

import msgspec
import pytest

from service.bundles.bundle_files import write_card
from service.bundles.bundle_opening import open_model
from service.errors import BrokenBundle
from service.model_process.environment_file import ModelEnvironment, write_environment
from service.publishing.conversion.column_sources import UnknownStep
from service.publishing.data_split import Split
from service.publishing.gate import write_model
from service.schemas import Card, Scoring
from tests.support import synthetic_recipes
from tests.support.onnx_models import ROWS, toy_card

DRAFT = synthetic_recipes.draft("regression", '[output]\nkind = "regression"\n', {"x": "number", "y": "number"})


def split_of_rows() -> Split:
    return synthetic_recipes.three_labels("three").split()


def cannot_convert(_card: Card, _pipeline: Any, _numbers: Any) -> bytes:
    raise UnknownStep("a test converts nothing")


def own_class(answer: str) -> Any:
    """Return a model whose class no module has, as one of a notebook."""
    names: dict[str, Any] = {"os": os, "__name__": "a_notebook"}
    exec(f"class Own:\n    def predict(self, frame):\n        return {answer}\n", names)  # noqa: S102 - written above
    return names["Own"]()


def test_a_class_of_a_notebook_is_refused_unless_somebody_trusts_it(tmp_path: Path) -> None:
    model = own_class("(frame['x'] * 2 + frame['y']).to_numpy()")
    with pytest.raises(BrokenBundle, match="say that you trust it"):
        write_model(tmp_path, DRAFT, model, cannot_convert, split_of_rows())
    scoring = write_model(tmp_path, DRAFT, model, cannot_convert, split_of_rows(), trusted=True)
    assert (scoring.scorer, scoring.reason) == ("process", "cannot be converted: a test converts nothing")
    assert (scoring.gate_difference, scoring.gate_rows >= 1000) == (0.0, True)
    environment = json.loads((tmp_path / "environment.json").read_text())
    assert (environment["form"], environment["trusted"]) == ("pickle", True)
    assert not (tmp_path / "model.skops").exists()
    assert {each.partition("==")[0] for each in environment["requirements"]} >= {"numpy", "pandas"}


def test_a_model_that_gives_other_numbers_in_its_process_is_refused(tmp_path: Path) -> None:
    model = own_class("frame['x'].to_numpy() + ('PYTEST_CURRENT_TEST' in os.environ) * 1e-6")
    with pytest.raises(BrokenBundle, match="other numbers than the model itself"):
        write_model(tmp_path, DRAFT, model, cannot_convert, split_of_rows(), trusted=True)


def test_a_model_of_scikit_learn_is_saved_without_code_and_names_its_packages(tmp_path: Path) -> None:
    import sklearn

    recipe = synthetic_recipes.three_labels("three")
    draft = synthetic_recipes.draft(
        "three", synthetic_recipes.classification(["a", "b", "c"], "b"), {"x": "number", "y": "number"}
    )
    split = recipe.split()
    scoring = write_model(tmp_path, draft, recipe.fit(split.train), cannot_convert, split)
    environment = json.loads((tmp_path / "environment.json").read_text())
    assert (scoring.scorer, scoring.gate_difference) == ("process", 0.0)
    assert (environment["form"], environment["trusted"]) == ("skops", False)
    assert f"scikit-learn=={sklearn.__version__}" in environment["requirements"]


class Bomb:
    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> Any:
        return (Path.write_text, (self.mark, "executed"))


@pytest.mark.parametrize("trusted", [False, True])
def test_a_pickle_that_runs_code_does_so_nowhere_but_in_its_process(*, trusted: bool, tmp_path: Path) -> None:
    """In the process it can write nothing outside of its scratch folder."""
    import pickle

    mark = tmp_path / "executed"
    bundle = tmp_path / "bomb"
    bundle.mkdir()
    (bundle / "model.pickle").write_bytes(pickle.dumps(Bomb(mark)))
    write_environment(bundle, ModelEnvironment(form="pickle", trusted=trusted))
    card = toy_card("bomb", rows=ROWS)
    scoring = Scoring(scorer="process", gate_rows=0, gate_difference=0)
    write_card(bundle, msgspec.structs.replace(card, scoring=scoring))
    reason = "cannot be opened: PermissionError" if trusted else "nobody has said to trust it"
    with pytest.raises(BrokenBundle, match=reason):
        open_model(bundle)
    assert not mark.exists()
