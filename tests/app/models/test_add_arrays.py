"""Promises to people whose models read pictures or vectors: the notebook of the documentation becomes models that answer."""

import io
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import skops.io
from PIL import Image
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from client import hand_over
from model_worker.model_calls import scores
from service.bundles.bundle_opening import open_model
from service.bundles.model import Model
from service.bundles.versions.bundle_folder import default_folder
from service.models.__main__ import main
from service.publishing.drafting.draft import draft
from service.publishing.drafting.facts import facts_of
from tests.support.conversion_check import compare
from tests.support.documentation import read
from wire.row_values import data_url


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Run the code of the documentation; return its names, with the folder in which it ran."""
    names: dict[str, Any] = {"folder": tmp_path_factory.mktemp("notebook")}
    section = read("docs/own-model.md").partition("## Pictures and embeddings")[2].partition("\n## ")[0]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(names["folder"])
        for code in re.findall(r"```python\n(.*?)```", section, re.DOTALL):
            exec(code, names)  # noqa: S102 - our own documentation
    (names["folder"] / "bundles").mkdir()
    return names


def added(notebook: dict[str, Any], *arguments: Any, name: str) -> Model:
    bundles = notebook["folder"] / "bundles"
    assert main(["--bundles", str(bundles), "add", *map(str, arguments)]) == 0
    return open_model(default_folder(bundles, name))


@pytest.fixture(scope="module")
def photos(notebook: dict[str, Any]) -> Model:
    return added(notebook, notebook["folder"] / "my-photos", "--trust-this-file", name="my-photos")


def answers(model: Model, rows: list[dict[str, Any]]) -> Any:
    predictions: list[Any] = list(model.predict(rows).predictions)
    return np.array([list(each.probabilities.values()) for each in predictions])


def png(pixels: Any) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def picture_rows(pictures: Any) -> list[dict[str, Any]]:
    return [{"picture": data_url(png(each))} for each in pictures]


def test_the_pictures_of_the_notebook_are_a_model_that_answers_as_scikit_learn(
    notebook: dict[str, Any], photos: Model
) -> None:
    test = notebook["X"][1000:]
    assert np.abs(answers(photos, picture_rows(test["picture"])) - notebook["model"].predict_proba(test)).max() < 1e-12
    card = photos.card
    field = card.inputs[0]
    assert (field.type, field.width, field.height, field.colours, card.scoring.scorer) == ("image", 8, 8, "grey", "onnx")
    accuracy = next(each.value for each in card.metrics if each.name == "accuracy")
    assert accuracy == pytest.approx(notebook["model"].score(test, notebook["digits"].target[1000:]))
    real = {png(each) for each in test["picture"]}
    shown = [*(example.row for example in card.examples), *card.real_rows]
    assert {row["picture"] for row in shown} <= {data_url(each) for each in real}


def test_a_picture_that_no_digit_resembles_gets_a_warning_and_a_digit_gets_none(
    notebook: dict[str, Any], photos: Model
) -> None:
    chess = (np.indices((8, 8)).sum(axis=0) % 2 * 255).astype(np.uint8)
    of_chess, *of_digits = photos.predict(picture_rows([chess, *notebook["X"]["picture"][1000:1100]])).predictions
    assert [each.code for each in of_chess.warnings] == ["unlike_training"]
    assert sum(bool(each.warnings) for each in of_digits) <= 5


def test_the_embeddings_of_the_notebook_are_a_model_that_answers_as_scikit_learn(notebook: dict[str, Any]) -> None:
    model = added(notebook, notebook["folder"] / "my-embeddings", "--trust-this-file", name="my-embeddings")
    test = notebook["table"][1000:]
    rows = [{"embedding": vector.tolist(), "ink": ink} for vector, ink in test.itertuples(index=False)]
    assert np.abs(answers(model, rows) - notebook["large"].predict_proba(test)).max() < 1e-12
    assert [(field.type, field.length) for field in model.card.inputs] == [("vector", 64), ("number", 0)]
    assert model.card.scoring.scorer == "onnx"


def test_a_model_of_a_matrix_gets_the_picture_from_a_step_in_front_of_it(notebook: dict[str, Any], tmp_path: Path) -> None:
    model, test = notebook["from_matrix"], notebook["X"][1000:1200]
    expected = notebook["fitted"].predict_proba(notebook["pixels_of_rows"][1000:1200])
    facts = facts_of(model)
    drafted = draft(test, None, facts, lambda table: scores(model, table, facts.answer), name="front")
    assert [field.type for field in drafted.card.inputs] == ["image"]
    assert np.abs(model.predict_proba(test) - expected).max() < 1e-12
    assert compare(drafted.card, model, test, tmp_path).difference < 1e-12


def test_a_step_of_ones_own_runs_in_a_process_and_answers_the_same(notebook: dict[str, Any], tmp_path: Path) -> None:
    class ScaledPixels(TransformerMixin, BaseEstimator):  # type: ignore[misc] # goes with the model, as one of a notebook
        def fit(self, _table: Any, _truth: Any = None) -> Any:
            return self

        def transform(self, table: Any) -> Any:
            return np.stack(table["picture"]).reshape(len(table), -1) / 255

    table, truth = notebook["X"][:100], notebook["digits"].target[:100]
    own = make_pipeline(ScaledPixels(), LogisticRegression()).fit(table, truth)
    model = added(notebook, hand_over(own, table, truth, "own", folder=tmp_path), "--trust-this-file", name="own")
    assert np.abs(answers(model, picture_rows(table["picture"][:20])) - own.predict_proba(table[:20])).max() < 1e-12
    assert model.card.scoring.scorer == "process"
    assert "ScaledPixels" in model.card.scoring.reason


def test_files_of_pictures_in_parquet_and_its_own_card_make_the_same_bundle(
    notebook: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = notebook["X"][1000:1200]
    sample = pd.DataFrame({"picture": list(map(png, table["picture"])), "target": notebook["digits"].target[1000:1200]})
    sample.to_parquet(tmp_path / "photos.parquet")
    skops.io.dump(notebook["model"], tmp_path / "photos.skops")
    arguments = (tmp_path / "photos.skops", "--data", tmp_path / "photos.parquet", "--target", "target")
    first = added(notebook, *arguments, name="photos")
    capsys.readouterr()
    assert main(["--bundles", str(notebook["folder"] / "bundles"), "card", "photos"]) == 0
    (tmp_path / "card.toml").write_text(capsys.readouterr().out, encoding="utf-8")
    again = added(notebook, *arguments, "--card", tmp_path / "card.toml", name="photos")
    assert again.card.inputs == first.card.inputs
    assert again.card.examples == first.card.examples
