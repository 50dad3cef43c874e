"""Promises of linear models that are published: those that add up fields are served from a table, which passes the gate."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import ElasticNet, GammaRegressor, LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, PolynomialFeatures, StandardScaler

from service.bundles.scorers.graph_metadata import TABLE
from service.bundles.scorers.table_scorer import LinearTable
from service.errors import BrokenBundle
from service.publishing.conversion.float64_graph import to_float64_graph
from service.publishing.data_split import split_rows
from service.publishing.gate import Converter, write_model
from service.schemas import Card
from tests.support.conversion_check import compare
from tests.support.fitted_pipelines import CATEGORIES, card_of, scaled, table, truths


def with_indicators() -> Any:
    """Return steps with indicators of missing values, also scaled, encoded counts and ordinal categories."""
    return make_column_transformer(
        (make_pipeline(SimpleImputer(add_indicator=True), StandardScaler()), ["weight", "income"]),
        (OneHotEncoder(handle_unknown="ignore", sparse_output=False), ["rooms"]),
        (OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-2), CATEGORIES),
        (OneHotEncoder(handle_unknown="ignore", sparse_output=False), CATEGORIES),
    )


LOGISTIC = LogisticRegression(max_iter=500)
TABLES: dict[str, tuple[str, Callable[[], Any]]] = {
    "a logistic regression": ("two", lambda: make_pipeline(scaled(), LOGISTIC)),
    "a regression": ("value", lambda: make_pipeline(scaled(), Ridge())),
    "no intercept": ("value", lambda: make_pipeline(scaled(), ElasticNet(0.01, fit_intercept=False))),
    "indicators": ("two", lambda: make_pipeline(with_indicators(), LOGISTIC)),
    "indicators in a regression": ("value", lambda: make_pipeline(with_indicators(), Ridge())),
    "a search": ("two", lambda: GridSearchCV(make_pipeline(scaled(), LOGISTIC), {"logisticregression__C": [0.1, 1]}, cv=2)),
}
GRAPHS: dict[str, tuple[str, Callable[[], Any]]] = {
    "three labels": ("three", lambda: make_pipeline(scaled(), LOGISTIC)),
    "products of columns": ("two", lambda: make_pipeline(scaled(), PolynomialFeatures(2), LOGISTIC)),
    "a logarithm": ("price", lambda: make_pipeline(scaled(), GammaRegressor())),
}


@pytest.mark.parametrize("name", TABLES | GRAPHS)
def test_a_model_that_adds_up_its_fields_has_a_table_equal_to_it(name: str, tmp_path: Path) -> None:
    truth, make = (TABLES | GRAPHS)[name]
    fields = table()
    comparison = compare(card_of(truth), make().fit(fields, truths(fields)[truth]), fields, tmp_path)
    assert comparison.has_table == (name in TABLES)
    assert comparison.difference <= 1e-12
    assert comparison.is_same_in_every_batch


def shifted(shift: float) -> Converter:
    """Return a conversion whose table, not its graph, is wrong by `shift`."""

    def convert(card: Card, pipeline: Any, typical: NDArray[np.float64]) -> bytes:
        model = onnx.load_from_string(to_float64_graph(card, pipeline, typical))
        (entry,) = [each for each in model.metadata_props if each.key == TABLE]
        decoded = msgspec.json.decode(entry.value, type=LinearTable)
        entry.value = msgspec.json.encode(msgspec.structs.replace(decoded, intercept=decoded.intercept + shift)).decode()
        return bytes(model.SerializeToString())

    return convert


def test_a_table_that_differs_from_the_model_does_not_pass_the_gate(tmp_path: Path) -> None:
    fields = table()
    truth = truths(fields)["two"]
    pipeline = TABLES["a logistic regression"][1]().fit(fields, truth)
    pipeline.unsafe = lambda: None  # no process may open it, so that there is no other way to serve it
    split = split_rows(fields, truth, fields[[]])
    assert write_model(tmp_path, card_of("two"), pipeline, shifted(0.0), split).scorer == "onnx"
    with pytest.raises(BrokenBundle, match="it cannot be converted"):
        write_model(tmp_path, card_of("two"), pipeline, shifted(1e-7), split)
