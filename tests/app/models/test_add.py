"""Promises of `python -m service.models add`: a fitted model becomes a bundle in one command, or a sentence says why not."""

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cloudpickle
import joblib
import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.cluster import DBSCAN
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_diabetes, load_wine
from sklearn.ensemble import HistGradientBoostingClassifier, IsolationForest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LinearRegression, LogisticRegression, RidgeClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from client import hand_over
from service.bundles.bundle_opening import open_model
from service.bundles.model import Model
from service.bundles.versions.bundle_folder import default_folder
from service.models.__main__ import main

WINE, KINDS = load_wine(return_X_y=True, as_frame=True)
NAMED_KINDS = KINDS.map({0: "barolo", 1: "grignolino", 2: "barbera"})
WINE_MODEL = make_pipeline(StandardScaler(), LogisticRegression()).fit(WINE, NAMED_KINDS)


@pytest.fixture
def bundles(tmp_path: Path) -> Path:
    folder = tmp_path / "bundles"
    folder.mkdir()
    return folder


@pytest.fixture
def wine_csv(tmp_path: Path) -> Path:
    file = tmp_path / "wine.csv"
    WINE.assign(kind=NAMED_KINDS).to_csv(file, index=False)
    return file


def written(tmp_path: Path, model: Any) -> str:
    joblib.dump(model, tmp_path / "model.joblib")
    return str(tmp_path / "model.joblib")


def add(bundles: Path, *arguments: Any) -> int:
    return main(["--bundles", str(bundles), "add", *map(str, arguments)])


def refusal(capsys: pytest.CaptureFixture[str], bundles: Path, *arguments: Any) -> str:
    """Return the sentence of a command that is refused; it leaves nothing behind."""
    assert add(bundles, *arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert list(bundles.iterdir()) == []
    return err


def opened(bundles: Path, name: str) -> Model:
    return open_model(default_folder(bundles, name))


def test_a_model_and_a_csv_become_a_bundle_that_answers_as_the_model(
    tmp_path: Path, bundles: Path, wine_csv: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    skops.io.dump(WINE_MODEL, tmp_path / "wine.skops")
    assert add(bundles, tmp_path / "wine.skops", "--data", wine_csv, "--target", "kind", "--held-out") == 0
    summary = capsys.readouterr().out
    assert summary.startswith("wine, version ")
    assert "probabilities of 3 labels (barbera, barolo, grignolino)" in summary
    assert "LogisticRegression behind StandardScaler" in summary
    assert "accuracy" in summary
    model = opened(bundles, "wine")
    answers = model.predict(WINE.to_dict("records")).predictions
    probabilities = np.array([list(each.probabilities.values()) for each in answers])  # type: ignore[union-attr]
    assert np.abs(probabilities - WINE_MODEL.predict_proba(WINE)).max() < 1e-12
    assert model.card.evaluation_note == ""
    assert model.evaluation is not None


def test_a_pickle_is_opened_only_if_somebody_says_to_trust_it(
    tmp_path: Path, bundles: Path, wine_csv: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    class Bomb:
        def __reduce__(self) -> tuple[Any, ...]:
            return (Path.touch, (tmp_path / "run",))

    (tmp_path / "bomb.pkl").write_bytes(pickle.dumps(Bomb()))
    sentence = refusal(capsys, bundles, tmp_path / "bomb.pkl", "--data", wine_csv)
    assert "--trust-this-file" in sentence
    assert not (tmp_path / "run").exists()
    assert add(bundles, written(tmp_path, WINE_MODEL), "--data", wine_csv, "--target", "kind", "--trust-this-file") == 0


def test_a_folder_of_a_notebook_needs_no_other_option(tmp_path: Path, bundles: Path) -> None:
    folder = hand_over(WINE_MODEL, WINE, NAMED_KINDS.rename("kind"), "my-wine", folder=tmp_path)
    assert add(bundles, folder, "--trust-this-file") == 0
    model = opened(bundles, "my-wine")
    assert model.evaluation is not None
    assert [field.name for field in model.card.inputs] == list(WINE.columns)


def test_the_target_may_be_a_file_of_its_own(tmp_path: Path, bundles: Path) -> None:
    WINE.to_parquet(tmp_path / "wine.parquet")
    NAMED_KINDS.to_frame("kind").to_csv(tmp_path / "kinds.csv", index=False)
    model = written(tmp_path, WINE_MODEL)
    arguments = ("--data", tmp_path / "wine.parquet", "--target", tmp_path / "kinds.csv", "--trust-this-file")
    assert add(bundles, model, *arguments, "--name", "wine") == 0
    assert opened(bundles, "wine").evaluation is not None


def test_without_a_target_there_is_a_bundle_without_an_evaluation(
    tmp_path: Path, bundles: Path, wine_csv: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert add(bundles, written(tmp_path, WINE_MODEL), "--data", wine_csv, "--name", "wine", "--trust-this-file") == 0
    assert "not measured" in capsys.readouterr().out
    assert opened(bundles, "wine").evaluation is None


def test_card_toml_changes_the_card_and_is_printed_with_every_line(
    tmp_path: Path, bundles: Path, wine_csv: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = (
        written(tmp_path, WINE_MODEL),
        "--data",
        wine_csv,
        "--target",
        "kind",
        "--name",
        "wine",
        "--trust-this-file",
    )
    assert add(bundles, *arguments) == 0
    capsys.readouterr()
    assert main(["--bundles", str(bundles), "card", "wine"]) == 0
    drafted = capsys.readouterr().out
    (tmp_path / "card.toml").write_text(drafted.replace('title = "Wine"', 'title = "Which wine?"'), encoding="utf-8")
    assert add(bundles, *arguments, "--card", tmp_path / "card.toml") == 0
    assert opened(bundles, "wine").card.title == "Which wine?"


def test_two_additions_of_a_name_are_two_versions(tmp_path: Path, bundles: Path, wine_csv: Path) -> None:
    for model in (WINE_MODEL, make_pipeline(StandardScaler(), LogisticRegression(C=0.1)).fit(WINE, NAMED_KINDS)):
        file = written(tmp_path, model)
        assert add(bundles, file, "--data", wine_csv, "--target", "kind", "--name", "wine", "--trust-this-file") == 0
    assert len([folder for folder in bundles.iterdir() if folder.is_dir()]) == 2


def test_a_csv_is_read_as_the_options_say(tmp_path: Path, bundles: Path) -> None:
    frame = pd.DataFrame({"size": np.arange(60) + 0.5, "city": ["Łódź", "Kraków", "Gdańsk"] * 20})
    model = make_pipeline(
        make_column_transformer((OneHotEncoder(), ["city"]), remainder="passthrough"), LogisticRegression()
    ).fit(frame, frame.index % 2)
    lines = [f"{str(size).replace('.', ',')};{city}" for size, city in frame.itertuples(index=False)]
    (tmp_path / "cities.csv").write_text("\n".join(["size;city", *lines]), encoding="cp1250")
    options = ("--charset", "windows-1250", "--decimal", "comma", "--name", "cities", "--trust-this-file")
    assert add(bundles, written(tmp_path, model), "--data", tmp_path / "cities.csv", *options) == 0
    size, city = opened(bundles, "cities").card.inputs
    assert {category.value for category in city.categories} == {"Łódź", "Kraków", "Gdańsk"}
    assert size.seen == (0.5, 59.5)


def words() -> tuple[list[str], list[int]]:
    texts = [f"{word} {number} things happened today" for number in range(40) for word in ("good", "bad")]
    return texts, [text.startswith("good") for text in texts]


def mixed() -> tuple[pd.DataFrame, Any]:
    frame = pd.DataFrame({"size": np.arange(60.0), "colour": ["red", "green", "blue"] * 20})
    frame.loc[5, "size"] = np.nan
    model = make_pipeline(
        make_column_transformer((OneHotEncoder(), ["colour"]), remainder="passthrough"),
        HistGradientBoostingClassifier(max_iter=5),
    )
    return frame, model.fit(frame, frame.index % 2)


def boosted(kind: str, file: Path) -> Any:
    """Write the file of a boosting library; return its probabilities (rows, labels)."""
    import catboost
    import lightgbm
    import xgboost

    makers: dict[str, Callable[[], Any]] = {
        "lightgbm": lambda: lightgbm.LGBMClassifier(n_estimators=5, verbose=-1),
        "xgboost": lambda: xgboost.XGBClassifier(n_estimators=5),
        "catboost": lambda: catboost.CatBoostClassifier(iterations=5, verbose=False, allow_writing_files=False),
    }
    model = makers[kind]().fit(WINE, KINDS)
    (model.booster_ if kind == "lightgbm" else model).save_model(file)
    return model.predict_proba(WINE)


@pytest.mark.parametrize(
    ("kind", "file"),
    [("lightgbm", "m.txt"), ("xgboost", "m.json"), ("xgboost", "m.ubj"), ("catboost", "m.cbm"), ("catboost", "m.json")],
)
def test_the_file_of_a_boosting_library_needs_no_trust(kind: str, file: str, tmp_path: Path, bundles: Path) -> None:
    expected = boosted(kind, tmp_path / file)
    WINE.assign(kind=KINDS).to_parquet(tmp_path / "wine.parquet")
    assert add(bundles, tmp_path / file, "--data", tmp_path / "wine.parquet", "--target", "kind", "--name", "wine") == 0
    model = opened(bundles, "wine")
    answers: list[Any] = list(model.predict(WINE.to_dict("records")).predictions)
    probabilities = np.array([list(each.probabilities.values()) for each in answers])
    assert np.abs(probabilities - expected).max() < 1e-6
    assert model.card.scoring.scorer == "onnx"


DIABETES, PROGRESS = load_diabetes(return_X_y=True, as_frame=True)
KINDS_OF_MODELS: dict[str, Callable[[], tuple[Any, Any, Any]]] = {
    "regression": lambda: (LinearRegression().fit(DIABETES, PROGRESS), DIABETES, PROGRESS),
    "labels": lambda: (RidgeClassifier().fit(WINE, NAMED_KINDS), WINE, NAMED_KINDS),
    "outliers": lambda: (IsolationForest(n_estimators=10, random_state=0).fit(WINE), WINE, None),
    "texts": lambda: (make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(*words()), *words()),
    "mixed": lambda: (mixed()[1], mixed()[0], np.arange(60) % 2),
}


@pytest.mark.parametrize("kind", KINDS_OF_MODELS)
def test_models_of_every_kind_are_published(kind: str, tmp_path: Path, bundles: Path) -> None:
    model, rows, answers = KINDS_OF_MODELS[kind]()
    folder = hand_over(model, rows, answers, kind, folder=tmp_path)
    assert add(bundles, folder, "--trust-this-file") == 0
    opened(bundles, kind)


def test_what_cannot_be_published_is_refused_with_a_sentence(
    tmp_path: Path, bundles: Path, wine_csv: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = written(tmp_path, WINE_MODEL)
    data = ("--data", wine_csv)
    trusted = "--trust-this-file"
    assert "--data" in refusal(capsys, bundles, model, trusted)
    assert "no file" in refusal(capsys, bundles, tmp_path / "missing.joblib", *data, trusted)
    assert "'kin'" in refusal(capsys, bundles, model, *data, "--target", "kin", trusted)
    assert "not a model file" in refusal(capsys, bundles, wine_csv, *data, trusted)
    (tmp_path / "card.toml").write_text("title = ", encoding="utf-8")
    assert "TOML" in refusal(capsys, bundles, model, *data, "--card", tmp_path / "card.toml", trusted)
    WINE.drop(columns="hue").to_csv(tmp_path / "short.csv", index=False)
    assert "hue" in refusal(capsys, bundles, model, "--data", tmp_path / "short.csv", trusted)
    clusters = written(tmp_path, make_pipeline(StandardScaler(), DBSCAN()).fit(WINE))
    assert "DBSCAN" in refusal(capsys, bundles, clusters, *data, trusted)
    (tmp_path / "number.pkl").write_bytes(pickle.dumps(3))
    assert "predict" in refusal(capsys, bundles, tmp_path / "number.pkl", *data, trusted)


def test_a_model_of_dates_answers_as_the_model_through_the_whole_command(tmp_path: Path, bundles: Path) -> None:
    joined = pd.Series(pd.date_range("2021-03-01", periods=120, freq="5D"))
    left = joined + pd.to_timedelta(np.arange(120) % 50 * 7, unit="D")
    table = pd.DataFrame({"joined": joined, "left": left.mask(left.index % 9 == 0), "plan": ["basic", "pro", "team"] * 40})

    def days(dates: pd.DataFrame) -> Any:
        return np.column_stack([(dates[name] - pd.Timestamp("2021-01-01")).dt.days for name in dates])

    preparation = make_column_transformer(
        (FunctionTransformer(days), ["joined", "left"]), (OneHotEncoder(), ["plan"]), sparse_threshold=0
    )
    model = make_pipeline(preparation, HistGradientBoostingClassifier(max_iter=5, min_samples_leaf=5))
    model.fit(table, np.arange(120) % 50 > 20)
    (tmp_path / "dated.pkl").write_bytes(cloudpickle.dumps(model))
    written = table.assign(**{name: table[name].dt.strftime("%d/%m/%Y") for name in ("joined", "left")})
    written.assign(stayed=np.arange(120) % 50 > 20).to_csv(tmp_path / "dated.csv", sep=";", index=False)
    options = ("--target", "stayed", "--dates", "day_first", "--trust-this-file")
    assert add(bundles, tmp_path / "dated.pkl", "--data", tmp_path / "dated.csv", *options) == 0
    served = opened(bundles, "dated")
    assert [(field.type, field.nullable) for field in served.card.inputs[:2]] == [("date", False), ("date", True)]
    rows = [
        {
            "joined": str(joined.date()),
            "left": None if pd.isna(left) else str(left.date()),
            "plan": plan,
        }
        for joined, left, plan in table.itertuples(index=False)
    ]
    answers: list[Any] = list(served.predict(rows).predictions)
    assert [each.probabilities["True"] for each in answers] == model.predict_proba(table)[:, 1].tolist()
