"""Add fitted linear models to a graph."""

from functools import partial
from typing import Any

import msgspec
import numpy as np

from service.publishing.conversion.column_graph import add_product, is_plain
from service.publishing.conversion.column_sources import UnknownStep
from service.publishing.conversion.graph import INPUT, Graph
from service.publishing.conversion.linear_table import linear_table
from service.publishing.conversion.outputs import (
    TWO_LABELS,
    add_both,
    add_exp,
    add_labels,
    add_logistic,
    add_shares,
    add_side,
    add_sigmoid,
)
from service.publishing.conversion.preprocessing import Floats, Preprocessing
from service.publishing.conversion.steps.step_graph import plain_matrix

REGRESSORS = (
    "LinearRegression",
    "Ridge",
    "RidgeCV",
    "Lasso",
    "LassoCV",
    "Lars",
    "LarsCV",
    "LassoLars",
    "LassoLarsCV",
    "LassoLarsIC",
    "ElasticNet",
    "ElasticNetCV",
    "BayesianRidge",
    "ARDRegression",
    "HuberRegressor",
    "QuantileRegressor",
    "TheilSenRegressor",
    "SGDRegressor",
    "LinearSVR",
    "OrthogonalMatchingPursuit",
    "OrthogonalMatchingPursuitCV",
    "PassiveAggressiveRegressor",
)
LOG_REGRESSORS = ("PoissonRegressor", "GammaRegressor")
CLASSIFIERS = ("LogisticRegression", "LogisticRegressionCV", "LinearDiscriminantAnalysis")
LABELLERS = ("LinearSVC", "RidgeClassifier", "RidgeClassifierCV", "Perceptron", "PassiveAggressiveClassifier")
"""Classifiers without probabilities."""


def add_linear(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    """Add the linear predictions: (rows, outputs). Raises UnknownStep."""
    weights = _weights(model)
    if weights.shape[0] != len(preprocessing.sources):
        raise UnknownStep(f"{type(model).__name__} has several outputs")
    if not is_plain(preprocessing):
        _, preprocessing = plain_matrix(graph, preprocessing)
    raw = _add_intercept(graph, model, add_product(graph, preprocessing, weights))
    if preprocessing.matrix_name == INPUT and weights.shape[1] == 1:
        graph.tables[raw] = partial(linear_table, preprocessing, weights[:, 0], float(np.ravel(model.intercept_)[0]))
    return raw


def _weights(model: Any) -> Floats:
    """Return the coefficients as a matrix (columns, outputs)."""
    return np.atleast_2d(np.asarray(model.coef_, dtype=np.float64)).T


def _add_intercept(graph: Graph, model: Any, product: str) -> str:
    return graph.add("Add", [product, graph.constant(np.reshape(model.intercept_, (1, -1)))])


def add_log_regressor(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    return add_exp(graph, add_linear(graph, model, preprocessing))


def add_partial_least_squares(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    """Add the values of PLSRegression, which subtracts the mean of each column."""
    matrix, _ = plain_matrix(graph, preprocessing)
    if len(model.coef_) > 1:
        raise UnknownStep("PLSRegression has several outputs")
    centred = graph.add("Sub", [matrix, graph.constant(model._x_mean[None])])
    return _add_intercept(graph, model, graph.add("MatMul", [centred, graph.constant(_weights(model))]))


def add_tweedie_regressor(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    has_log = model.link == "log" or (model.link == "auto" and model.power > 0)
    return (add_log_regressor if has_log else add_linear)(graph, model, preprocessing)


def add_linear_classifier(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    """Add the probabilities of each label."""
    raw, outputs = add_linear(graph, model, preprocessing), len(np.atleast_2d(model.coef_))
    if outputs > 1 and getattr(model, "solver", "") == "liblinear":  # one model for each label
        return add_shares(graph, add_sigmoid(graph, raw), outputs, of_zeros=np.nan)
    scores = add_logistic(graph, raw, outputs=outputs)
    if raw in graph.tables:
        graph.tables[scores] = lambda: msgspec.structs.replace(graph.tables[raw](), link="logistic")
    return scores


def add_linear_labels(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    """Add the label that the decision names."""
    raw, labels = add_linear(graph, model, preprocessing), len(model.classes_)
    return add_side(graph, raw) if labels == TWO_LABELS else add_labels(graph, raw, labels)


def add_sgd_classifier(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    if model.loss not in {"log_loss", "modified_huber"}:
        return add_linear_labels(graph, model, preprocessing)
    labels = len(model.classes_)
    raw = add_linear(graph, model, preprocessing)
    if model.loss == "log_loss":
        shares = add_sigmoid(graph, raw)
    elif labels == TWO_LABELS:
        inside = graph.add("Max", [graph.add("Min", [raw, graph.constant(1.0)]), graph.constant(-1.0)])
        shares = graph.add("Div", [graph.add("Add", [inside, graph.constant(1.0)]), graph.constant(2.0)])
    else:
        raise UnknownStep(f"SGDClassifier with the loss {model.loss} and {labels} labels has no converter")
    return add_both(graph, shares) if labels == TWO_LABELS else add_shares(graph, shares, labels, of_zeros=np.nan)
