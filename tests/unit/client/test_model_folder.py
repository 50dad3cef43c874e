"""A model that is handed over in a notebook: a folder with everything that publishing it needs."""

import json
import pickle
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.datasets import load_wine
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from client import hand_over, model_folder

X, Y = load_wine(return_X_y=True, as_frame=True)
MODEL = make_pipeline(StandardScaler(), LogisticRegression()).fit(X, Y)


def manifest(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / "witryna.json").read_text(encoding="utf-8"))
    return content


def test_a_folder_has_the_model_the_sample_and_the_exact_versions(tmp_path: Path) -> None:
    folder = hand_over(MODEL, X, Y, "wine", folder=tmp_path)
    assert folder == tmp_path / "wine"
    said = manifest(folder)
    assert said["name"] == "wine"
    assert said["target"] == "target"
    assert said["python"] == f"{sys.version_info.major}.{sys.version_info.minor}"
    assert f"scikit-learn=={sklearn.__version__}" in said["requirements"]
    assert f"pandas=={pd.__version__}" in said["requirements"]
    sample = pd.read_parquet(folder / "sample.parquet")
    pd.testing.assert_frame_equal(sample.drop(columns="target"), X)
    assert sample["target"].tolist() == Y.tolist()
    opened = pickle.loads((folder / "model.pkl").read_bytes())  # noqa: S301 - the file of this test
    assert np.array_equal(opened.predict_proba(X), MODEL.predict_proba(X))


def test_answers_belong_to_rows_by_their_order_not_by_an_index(tmp_path: Path) -> None:
    shuffled = X.sample(frac=1, random_state=1)
    folder = hand_over(MODEL, shuffled, pd.Series(range(len(X)), name="right"), "wine", folder=tmp_path)
    sample = pd.read_parquet(folder / "sample.parquet")
    assert sample["right"].tolist() == list(range(len(X)))
    assert sample["alcohol"].tolist() == shuffled["alcohol"].tolist()


def test_a_target_does_not_overwrite_a_column_of_that_name(tmp_path: Path) -> None:
    frame = X.rename(columns={"hue": "target"})
    folder = hand_over(MODEL, frame, Y, "wine", folder=tmp_path)
    assert manifest(folder)["target"] == "target_2"
    assert pd.read_parquet(folder / "sample.parquet")["target"].tolist() == X["hue"].tolist()


def test_an_array_gets_names_by_position(tmp_path: Path) -> None:
    folder = hand_over(MODEL, X.to_numpy(), Y.to_numpy(), "wine", folder=tmp_path)
    sample = pd.read_csv(folder / "sample.csv")
    assert sample.columns.tolist() == [*(f"x{index}" for index in range(13)), "target"]
    assert np.array_equal(sample.drop(columns="target").to_numpy(), X.to_numpy())


def test_texts_are_one_column(tmp_path: Path) -> None:
    folder = hand_over(MODEL, ["one, two", 'with "quotes"', "line\nbreak"], [1, 0, 1], "texts", folder=tmp_path)
    assert pd.read_csv(folder / "sample.csv")["text"].tolist() == ["one, two", 'with "quotes"', "line\nbreak"]


def test_without_answers_there_is_no_target(tmp_path: Path) -> None:
    folder = hand_over(MODEL, X, name="wine", folder=tmp_path)
    assert manifest(folder)["target"] is None
    assert pd.read_parquet(folder / "sample.parquet").columns.tolist() == X.columns.tolist()


def test_of_a_large_sample_rows_are_drawn_with_their_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_folder, "MAX_ROWS", 50)
    frame = pd.DataFrame({"a": range(1000)})
    folder = hand_over(MODEL, frame, frame["a"] * 2, "many", folder=tmp_path)
    sample = pd.read_parquet(folder / "sample.parquet")
    assert len(sample) == 50
    assert sample.iloc[:, 1].tolist() == (sample["a"] * 2).tolist()
    assert sample["a"].max() > 500


def test_a_module_beside_a_notebook_goes_with_the_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "project_features.py").write_text("def doubled(X):\n    return 2 * X\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    import project_features  # type: ignore[import-not-found]

    model = make_pipeline(StandardScaler(), FunctionTransformer(project_features.doubled), LogisticRegression()).fit(X, Y)
    folder = hand_over(model, X, Y, "own", folder=tmp_path)
    (tmp_path / "project_features.py").unlink()
    monkeypatch.delitem(sys.modules, "project_features")
    assert pickle.loads((folder / "model.pkl").read_bytes()).predict(X[:1]).tolist() == [0]  # noqa: S301


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((MODEL, X, Y[:3], "wine"), "178 rows and y has 3"),
        ((MODEL, X, Y, "Wine Model"), "small letters"),
        ((MODEL, X, Y, "../wine"), "small letters"),
        ((StandardScaler(), X, Y, "wine"), "predict"),
    ],
)
def test_a_wrong_argument_is_refused_before_anything_is_written(
    tmp_path: Path, arguments: tuple[Any, ...], sentence: str
) -> None:
    with pytest.raises((TypeError, ValueError), match=sentence):
        hand_over(*arguments, folder=tmp_path)
    assert not list(tmp_path.iterdir())


def test_an_earlier_folder_is_replaced(tmp_path: Path) -> None:
    hand_over(MODEL, X, Y, "wine", folder=tmp_path)
    folder = hand_over(MODEL, X.to_numpy(), Y, "wine", folder=tmp_path)
    assert sorted(file.name for file in folder.iterdir()) == ["model.pkl", "sample.csv", "witryna.json"]
