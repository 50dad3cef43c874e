"""Promises of the graphs of LightGBM, XGBoost and CatBoost: they give the numbers of these libraries."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sklearn.pipeline import Pipeline, make_pipeline

from model_worker.model_file import open_model
from service.publishing.conversion.column_sources import UnknownStep
from service.publishing.conversion.float64_graph import to_float64_graph
from service.publishing.plain_rows import plain_rows
from service.rows.checks import Checks
from tests.support import synthetic_recipes
from tests.support.boosted_pipelines import boosted
from tests.support.conversion_check import compare
from tests.support.fitted_pipelines import card_of, missing_kept, sparse, table, truths

MODELS = boosted()
NUMBERS = {"weight": "number", "rooms": "integer"}
TOLERANCE = {"tensor(double)": 1e-12, "tensor(float)": 3e-7}
"""XGBoost itself adds in float32; what is left is the last digit of its exponential function."""


@pytest.mark.parametrize("name", MODELS)
def test_a_graph_equals_the_library_on_rows_and_at_every_split(name: str, tmp_path: Path) -> None:
    truth, make = MODELS[name]
    fields = table()
    comparison = compare(card_of(truth), make().fit(fields, truths(fields)[truth]), fields, tmp_path)
    assert comparison.difference <= TOLERANCE[comparison.scorer.output_type]
    assert comparison.is_same_in_every_batch
    assert (comparison.scorer.output_type == "tensor(float)") == name.startswith("XGBoost")


def stopped_early(name: str) -> tuple[Any, int]:
    """Return a pipeline whose model has more trees than it uses, and the number of those that it uses."""
    fields = table()
    steps = missing_kept().fit(fields)
    matrix, truth = steps.transform(fields), truths(fields)["two"]
    part, rest = (matrix[:300], truth[:300]), (matrix[300:], truth[300:])
    if name == "LightGBM":
        import lightgbm

        model: Any = lightgbm.LGBMClassifier(n_estimators=200, learning_rate=0.1, verbose=-1, n_jobs=1)
        model.fit(*rest, eval_X=part[0], eval_y=part[1], callbacks=[lightgbm.early_stopping(5, verbose=False)])
        best = model.best_iteration_
    else:
        from xgboost import XGBClassifier

        model = XGBClassifier(n_estimators=200, learning_rate=0.1, n_jobs=1, early_stopping_rounds=5)
        model.fit(*rest, eval_set=[part], verbose=False)
        best = model.best_iteration + 1
    return Pipeline([("steps", steps), ("model", model)]), best


@pytest.mark.filterwarnings("ignore:X does not have valid feature names")
@pytest.mark.parametrize("name", ["LightGBM", "XGBoost"])
def test_a_model_that_stopped_early_uses_the_trees_up_to_the_best_round(name: str, tmp_path: Path) -> None:
    pipeline, best = stopped_early(name)
    assert 1 < best < 100
    comparison = compare(card_of("two"), pipeline, table(), tmp_path)
    assert comparison.difference <= TOLERANCE[comparison.scorer.output_type]


def _linear_leaves() -> Any:
    from lightgbm import LGBMClassifier

    return make_pipeline(missing_kept(), LGBMClassifier(n_estimators=3, linear_tree=True, verbose=-1, n_jobs=1))


def _linear_booster() -> Any:
    from xgboost import XGBClassifier

    return make_pipeline(missing_kept(), XGBClassifier(n_estimators=3, booster="gblinear"))


def _two_marks() -> Any:
    from xgboost import XGBClassifier

    return make_pipeline(sparse(), XGBClassifier(n_estimators=3, missing=3))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (_linear_leaves, "linear models in its leaves"),
        (_linear_booster, "the booster gblinear has no trees"),
        (_two_marks, "a number for missing values and reads a sparse matrix"),
    ],
)
def test_what_cannot_be_converted_is_said(make: Callable[[], Any], words: str) -> None:
    fields = table()
    pipeline = make().fit(fields, truths(fields)["two"])
    numbers = Checks(card_of("two")).columns(plain_rows(card_of("two"), fields)).numbers
    with pytest.raises(UnknownStep, match=words):
        to_float64_graph(card_of("two"), pipeline, numbers[0])


def saved(library: str, folder: Path, columns: Any, truth: Any) -> Path:
    """Fit a model of two labels and write the library's own file."""
    if library == "lightgbm":
        import lightgbm

        data = lightgbm.Dataset(columns, truth)
        lightgbm.train({"objective": "binary", "verbose": -1, "num_threads": 1}, data, 10).save_model(folder / "model.txt")
        return folder / "model.txt"
    if library == "xgboost":
        from xgboost import XGBClassifier

        XGBClassifier(n_estimators=10, n_jobs=1).fit(columns, truth).save_model(folder / "model.json")
        return folder / "model.json"
    from catboost import CatBoostClassifier

    model = CatBoostClassifier(n_estimators=10, verbose=0, thread_count=1, allow_writing_files=False)
    model.fit(columns, truth).save_model(str(folder / "model.cbm"))
    return folder / "model.cbm"


@pytest.mark.parametrize("library", ["lightgbm", "xgboost", "catboost"])
def test_the_own_file_of_a_library_is_converted(library: str, tmp_path: Path) -> None:
    fields = table()
    card = synthetic_recipes.draft("toy", synthetic_recipes.classification(["0", "1"], "1"), NUMBERS)
    file = saved(library, tmp_path, fields[list(NUMBERS)].to_numpy(), truths(fields)["two"])
    model = open_model(str(file), library, function="", trusted=False, is_classifier=True, scratch=str(tmp_path))
    comparison = compare(card, model, fields, tmp_path)
    assert comparison.difference <= TOLERANCE[comparison.scorer.output_type]
