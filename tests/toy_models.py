"""Small models made for a test: their data are drawn here, so what is true of them is known."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from service.training import build
from service.training.conversion import log_target_to_onnx, matrix_to_onnx
from service.training.recipe import Part, Recipe, split_rows

ROWS = 8000
WEAK_REGION = 2
SIGNALS = [f"signal_{place}" for place in range(8)]
LABELS = ["no", "yes"]
_TRAINING = '[training]\ndata = "drawn"\nsource = "a test"\nlicence = "MIT"\n'


def put_card(monkeypatch: pytest.MonkeyPatch, folder: Path, name: str, output: str, fields: dict[str, str]) -> None:
    """Let `build` find the texts of a toy where those of the bundled models are."""
    inputs = "".join(f'[[inputs]]\nname = "{field}"\ntype = "{kind}"\n' for field, kind in fields.items())
    head = f'name = "{name}"\ntitle = "Toy"\nquestion = "?"\n'
    (folder / f"{name}.toml").write_text(f"{head}{output}{_TRAINING}{inputs}", encoding="utf-8")
    monkeypatch.setattr(build, "CARDS", folder)


def classification(labels: list[str], focus: str, bands: str = "") -> str:
    listed = ", ".join(f'{{ value = "{label}" }}' for label in labels)
    return f'[output]\nkind = "classification"\nfocus = "{focus}"\nlabels = [{listed}]\n{bands}'


def _recipe(name: str, fields: pd.DataFrame, answer: NDArray[Any], fit: Callable[[Part], Any], **more: Any) -> Recipe:
    aside = pd.DataFrame(index=fields.index)
    calibrate = more.pop("calibrate", 0.0)
    return Recipe(card=name, split=lambda: split_rows(fields, answer, aside, calibrate=calibrate), fit=fit, **more)


def _logistic(train: Part) -> Any:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import Pipeline

    return Pipeline([("model", LogisticRegression(max_iter=1000))]).fit(train.fields, train.answer)


def regions(name: str, *, planted: bool, seed: int = 1) -> Recipe:
    """Eight equal signals and a region; where `planted`, the signals say nothing in one region. `unused` says nothing."""
    random = np.random.default_rng(seed)
    fields = pd.DataFrame({signal: random.normal(size=ROWS) for signal in SIGNALS})
    fields["region"] = random.integers(0, 4, ROWS)
    fields["unused"] = random.normal(size=ROWS)
    strength = np.where(planted & (fields["region"] == WEAK_REGION), 0.0, 0.8)
    chance = 1 / (1 + np.exp(-strength * fields[SIGNALS].sum(axis=1)))
    answer = (random.random(ROWS) < chance).to_numpy(int)
    return _recipe(name, fields, answer, _logistic, to_onnx=matrix_to_onnx)


REGION_FIELDS = dict.fromkeys(SIGNALS, "number") | {"region": "integer", "unused": "number"}


def three_labels(name: str) -> Recipe:
    random = np.random.default_rng(2)
    fields = pd.DataFrame({"x": random.normal(size=ROWS), "y": random.normal(size=ROWS)})
    utility = np.column_stack([np.zeros(ROWS), 2 * fields["x"], fields["y"]]) + random.gumbel(size=(ROWS, 3))
    return _recipe(name, fields, utility.argmax(axis=1), _logistic, to_onnx=matrix_to_onnx)


def prices(name: str) -> Recipe:
    """A price that grows with size; twice as noisy where the flag is up."""
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.linear_model import LinearRegression
    from sklearn.pipeline import Pipeline

    random = np.random.default_rng(3)
    fields = pd.DataFrame({"size": random.uniform(0, 3, ROWS), "flag": random.integers(0, 2, ROWS).astype(bool)})
    noise = np.where(fields["flag"], 0.4, 0.1) * random.normal(size=ROWS)
    answer = np.exp(4 + fields["size"] + noise).to_numpy()

    def fit(train: Part) -> Any:
        model = TransformedTargetRegressor(Pipeline([("model", LinearRegression())]), func=np.log, inverse_func=np.exp)
        return model.fit(train.fields.astype(float), train.answer)

    return _recipe(name, fields, answer, fit, to_onnx=log_target_to_onnx, calibrate=0.1)
