"""A model in a process with its own packages looks like an estimator: its facts, its scores, and its file in a bundle."""

import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LinearRegression, RidgeClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from model_worker.model_facts import model_facts
from service.errors import ModelFailed, RefusedModel
from service.model_files.model_source import ModelSource
from service.model_files.remote_model import RemoteModel
from service.model_process.environment_file import ModelEnvironment, read_environment

TABLE = pd.DataFrame({"size": np.arange(60.0), "colour": ["red", "green", None] * 20})
TABLE.loc[7, "size"] = np.nan
LABELS = np.where(TABLE.index % 2, "odd", "even")
MIXED = make_pipeline(
    make_column_transformer((OneHotEncoder(), ["colour"]), remainder="passthrough"),
    HistGradientBoostingClassifier(max_iter=5),
).fit(TABLE, LABELS)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Any]:
    """Return a function that opens an estimator in another process of this Python."""
    models: list[RemoteModel] = []

    def open_remote(estimator: Any, *, trusted: bool = True) -> RemoteModel:
        joblib.dump(estimator, tmp_path / "model.joblib")
        source = ModelSource(str(tmp_path / "model.joblib"), "pickle", ("toy==1.0",), python="3.10")
        models.append(RemoteModel(source, sys.executable, trusted=trusted))
        return models[-1]

    yield open_remote
    for model in models:
        model.close()


def test_it_gives_the_probabilities_labels_and_facts_of_the_model(opened: Any) -> None:
    remote = opened(MIXED)
    assert np.array_equal(remote.predict_proba(TABLE), MIXED.predict_proba(TABLE))
    assert remote.predict(TABLE).tolist() == MIXED.predict(TABLE).tolist()
    assert remote.facts == model_facts(MIXED)


def test_it_gives_values_and_labels_without_probabilities(opened: Any) -> None:
    numbers = TABLE[["size"]].fillna(0)
    line = LinearRegression().fit(numbers, 2 * numbers["size"] + 1)
    assert np.array_equal(opened(line).predict(numbers), line.predict(numbers))
    ridge = RidgeClassifier().fit(numbers, LABELS)
    assert opened(ridge).predict(numbers).tolist() == ridge.predict(numbers).tolist()


def test_many_rows_are_sent_in_parts(opened: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.model_files.remote_model._PART_ROWS", 7)
    assert np.array_equal(opened(MIXED).predict_proba(TABLE), MIXED.predict_proba(TABLE))


def test_rows_that_the_model_cannot_score_are_an_error_and_it_goes_on(opened: Any) -> None:
    remote = opened(MIXED)
    with pytest.raises(ModelFailed):
        remote.predict_proba(TABLE.drop(columns="colour"))
    assert np.array_equal(remote.predict_proba(TABLE), MIXED.predict_proba(TABLE))


def test_a_bundle_gets_the_file_as_it_came_and_what_it_needs(opened: Any, tmp_path: Path) -> None:
    folder = tmp_path / "bundle"
    folder.mkdir()
    opened(MIXED).write(folder)
    assert (folder / "model.pickle").read_bytes() == (tmp_path / "model.joblib").read_bytes()
    assert read_environment(folder) == ModelEnvironment(
        form="pickle", trusted=True, python="3.10", requirements=("toy==1.0",)
    )


def test_what_cannot_be_used_is_refused_with_a_sentence(opened: Any) -> None:
    with pytest.raises(RefusedModel, match="nobody has said to trust it"):
        opened(MIXED, trusted=False)
    with pytest.raises(RefusedModel, match="only transforms columns"):
        opened(StandardScaler().fit(TABLE[["size"]]))


RECIPE = """
import numpy as np
from recipe_parts import scale

class Model:
    def __init__(self, factor):
        self.factor = factor

    def predict(self, frame):
        return scale(frame["size"], self.factor).to_numpy()

def doubling():
    return Model(2.0)
"""


def test_a_function_of_python_runs_there_with_the_modules_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "my_recipe.py").write_text(RECIPE)
    (tmp_path / "recipe_parts.py").write_text("def scale(values, factor):\n    return values * factor\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    source = ModelSource("my_recipe:doubling", "recipe", ("toy==1.0",), python="3.10")
    remote = RemoteModel(source, sys.executable, trusted=True)
    numbers = TABLE[["size"]].fillna(0)
    folder = tmp_path / "bundle"
    folder.mkdir()
    try:
        assert remote.predict(numbers).tolist() == (2 * numbers["size"]).tolist()
        remote.write(folder)
    finally:
        remote.close()
    assert "my_recipe" not in sys.modules, "nothing of it has run in this process"
    environment = read_environment(folder)
    assert (environment.form, environment.function) == ("recipe", "my_recipe:doubling")
    with zipfile.ZipFile(folder / environment.model_file) as archive:
        assert archive.namelist() == ["my_recipe.py", "recipe_parts.py"]


def test_a_module_that_is_not_there_is_refused_with_a_sentence() -> None:
    with pytest.raises(RefusedModel, match="There is no module nowhere"):
        RemoteModel(ModelSource("nowhere:load", "recipe", ()), sys.executable, trusted=True)
