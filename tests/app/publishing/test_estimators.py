"""Promises of the graphs of scikit-learn's other estimators and steps: they give the numbers of scikit-learn."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from service.publishing.conversion.column_sources import UnknownStep
from service.publishing.conversion.float64_graph import to_float64_graph
from service.publishing.plain_rows import plain_rows
from service.rows.checks import Checks
from tests.support.conversion_check import compare
from tests.support.estimator_models import Models, estimators, steps
from tests.support.fitted_pipelines import card_of, scaled, table, truths, with_labels_only

MODELS: Models = {**estimators(), **steps()}
TOLERANCE = 1e-10


@pytest.mark.filterwarnings(
    "ignore::sklearn.exceptions.ConvergenceWarning",
    "ignore:Bins whose width",
    "ignore:The covariance matrix",
    "ignore:Determinant has increased",
    "ignore:The `probability` parameter",
)
@pytest.mark.parametrize("name", MODELS)
def test_a_graph_equals_scikit_learn_on_rows_and_at_every_split(name: str, tmp_path: Path) -> None:
    truth, make = MODELS[name]
    fields = table()
    model = make().fit(fields, truths(fields).get(truth))
    card = with_labels_only(card_of(truth), model)
    comparison = compare(card, model, fields, tmp_path)
    assert comparison.difference <= TOLERANCE
    assert comparison.is_same_in_every_batch


def test_an_outlier_detector_answers_in_the_order_of_the_labels_of_its_card(tmp_path: Path) -> None:
    truth, make = MODELS["an isolation forest"]
    fields = table()
    model = make().fit(fields)
    first, second = card_of(truth), card_of(truth, ["-1", "1"])
    one = compare(with_labels_only(first, model), model, fields, tmp_path)
    other = compare(with_labels_only(second, model), model, fields, tmp_path)
    assert one.difference == other.difference == 0
    assert 0 < one.scorer.score(one.columns)[:, 1].mean() < 0.5
    assert (one.scorer.score(one.columns) == other.scorer.score(other.columns)[:, ::-1]).all()


def test_a_graph_that_keeps_rows_takes_so_few_rows_at_a_time_that_memory_stays_bounded(tmp_path: Path) -> None:
    import onnx

    truth, make = MODELS["nearest neighbours"]
    fields = table()
    comparison = compare(card_of(truth), make().fit(fields, truths(fields)[truth]), fields, tmp_path)
    (width,) = onnx.load(tmp_path / "model.onnx").metadata_props
    assert (width.key, width.value) == ("width", str(len(fields)))
    many = comparison.columns.select(np.arange(6000) % len(fields))
    assert np.array_equal(comparison.scorer.score(many)[-100:], comparison.scorer.score(comparison.columns)[-100:])


def _several_outputs() -> Any:
    from sklearn.multioutput import MultiOutputClassifier

    return MultiOutputClassifier(_line())


def _line() -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(max_iter=300)


def _drawn() -> Any:
    from sklearn.dummy import DummyClassifier

    return DummyClassifier(strategy="stratified")


def _manhattan() -> Any:
    from sklearn.neighbors import KNeighborsClassifier

    return KNeighborsClassifier(metric="manhattan")


def _centroids() -> Any:
    from sklearn.neighbors import NearestCentroid

    return NearestCentroid()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (_several_outputs, "MultiOutputClassifier has several outputs"),
        (_drawn, "DummyClassifier with the strategy stratified"),
        (_manhattan, "KNeighborsClassifier with the metric manhattan"),
        (_centroids, "NearestCentroid has no converter"),
    ],
)
def test_an_estimator_that_cannot_be_converted_is_named(make: Callable[[], Any], words: str) -> None:
    from sklearn.pipeline import make_pipeline

    fields = table()
    truth = truths(fields)["two"]
    y = truth[:, None].repeat(2, axis=1) if make is _several_outputs else truth
    model = make_pipeline(scaled(), make()).fit(fields, y)
    numbers = Checks(card_of("two")).columns(plain_rows(card_of("two"), fields)).numbers
    with pytest.raises(UnknownStep, match=words):
        to_float64_graph(card_of("two"), model, numbers[0])
