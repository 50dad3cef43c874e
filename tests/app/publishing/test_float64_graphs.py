"""Promises of the float64 graphs: they give the numbers of scikit-learn, also where a decision of a tree changes."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest

from service.bundles.scorers.graph_metadata import SINGLE_ROW
from service.bundles.scorers.onnx_scorer import OnnxScorer
from service.fields.lookup import number_fields
from service.publishing.conversion.column_sources import UnknownStep
from service.publishing.conversion.float64_graph import to_float64_graph
from service.publishing.plain_rows import plain_rows
from service.publishing.split_edges import edge_rows, split_edges
from service.rows.checks import Checks
from service.schemas import Card
from tests.support import synthetic_recipes
from tests.support.conversion_check import compare
from tests.support.fitted_pipelines import card_of, scaled, table, truths, zoo

ZOO = zoo()
TOLERANCE = 1e-12


def fitted(name: str) -> tuple[Card, Any]:
    truth, make = ZOO[name]
    fields = table()
    return card_of(truth), make().fit(fields, truths(fields)[truth])


@pytest.mark.parametrize("name", ZOO)
def test_a_graph_equals_scikit_learn_on_rows_and_at_every_split(name: str, tmp_path: Path) -> None:
    card, pipeline = fitted(name)
    comparison = compare(card, pipeline, table(), tmp_path)
    assert comparison.difference <= TOLERANCE
    assert comparison.is_same_in_every_batch


@pytest.mark.parametrize(
    ("name", "is_exact"),
    [
        ("gradient boosting of a value", True),
        ("a tree", True),
        ("bagging of some columns", True),
        ("logistic regression of three labels", False),
    ],
)
def test_a_graph_without_products_says_that_a_row_alone_is_exact(name: str, is_exact: bool, tmp_path: Path) -> None:  # noqa: FBT001
    card, pipeline = fitted(name)
    compare(card, pipeline, table(), tmp_path)
    entries = {entry.key: entry.value for entry in onnx.load(tmp_path / "model.onnx").metadata_props}
    assert (entries.get(SINGLE_ROW) == "exact") == is_exact


def test_a_row_alone_gets_the_same_bits_from_many_trees_as_among_others(tmp_path: Path) -> None:
    from sklearn.ensemble import GradientBoostingClassifier
    from sklearn.pipeline import make_pipeline

    fields = table()
    model = make_pipeline(scaled(), GradientBoostingClassifier(n_estimators=120, max_depth=2, random_state=0))
    columns = Checks(card_of("two")).columns(plain_rows(card_of("two"), fields))
    graph = to_float64_graph(card_of("two"), model.fit(fields, truths(fields)["two"]), columns.numbers[0])
    (tmp_path / "model.onnx").write_bytes(graph)
    scorer = OnnxScorer(card_of("two"), tmp_path / "model.onnx")
    alone = [scorer.score(columns.select(np.array([at])))[0] for at in range(len(columns))]
    assert np.array_equal(scorer.score(columns), alone)


def test_the_edges_are_the_splits_of_a_tree_and_their_neighbours() -> None:
    card, pipeline = fitted("a tree")
    numbers = Checks(card).columns(plain_rows(card, table())).numbers
    model = to_float64_graph(card, pipeline, numbers[0])
    splits = {split for field, split in split_edges(model) if field == 0}
    weights = {row[0] for row in edge_rows(model, number_fields(card), numbers)} - set(numbers[:, 0])
    around = {np.nextafter(split, toward) for split in splits for toward in (-np.inf, np.inf)} | splits
    assert len(splits) > 10
    assert weights <= around
    assert all(np.nextafter(split, np.inf) in weights for split in splits)


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ("NMF", "NMF is not known to compute each column from one field"),
        ("NearestCentroid", "NearestCentroid has no converter"),
    ],
)
def test_a_step_that_cannot_be_converted_is_named(step: str, words: str) -> None:
    from sklearn.decomposition import NMF
    from sklearn.neighbors import NearestCentroid
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import MinMaxScaler
    from sklearn.tree import DecisionTreeClassifier

    made: dict[str, Any] = {
        "NMF": (MinMaxScaler(), NMF(2), DecisionTreeClassifier()),
        "NearestCentroid": (NearestCentroid(),),
    }
    truth, make = ZOO["a tree"]
    fields = table()
    first = make()[0].set_output(transform="default")
    pipeline = make_pipeline(first, *made[step]).fit(fields, truths(fields)[truth])
    numbers = Checks(card_of(truth)).columns(plain_rows(card_of(truth), fields)).numbers
    with pytest.raises(UnknownStep, match=words):
        to_float64_graph(card_of(truth), pipeline, numbers[0])


def test_a_class_of_the_same_name_that_is_not_of_scikit_learn_is_not_converted() -> None:
    from sklearn.linear_model import Ridge as Original

    class Ridge(Original):  # type: ignore[misc]
        def predict(self, X: Any) -> Any:  # noqa: N803 - the interface of scikit-learn
            return -super().predict(X)

    fields = table()[["weight", "rooms"]]
    card = synthetic_recipes.draft("toy", '[output]\nkind = "regression"\n', {"weight": "number", "rooms": "integer"})
    model = Ridge().fit(fields, fields["weight"])
    with pytest.raises(UnknownStep, match="Ridge has no converter"):
        to_float64_graph(card, model, np.array([1000.0, 3.0]))
