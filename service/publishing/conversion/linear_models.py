"""Add fitted linear models to a graph."""

from typing import Any

import numpy as np

from service.publishing.conversion.column_graph import add_product, is_plain
from service.publishing.conversion.column_sources import UnknownStep
from service.publishing.conversion.graph import Graph
from service.publishing.conversion.outputs import TWO_LABELS, add_both, add_exp, add_logistic, add_sigmoid
from service.publishing.conversion.preprocessing import Floats, Preprocessing
from service.publishing.conversion.steps.step_graph import plain_matrix

REGRESSORS = (
    "LinearRegression",
    "Ridge",
    "RidgeCV",
    "Lasso",
    "LassoCV",
    "LassoLars",
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
)
LOG_REGRESSORS = ("PoissonRegressor", "GammaRegressor")
CLASSIFIERS = ("LogisticRegression", "LogisticRegressionCV", "LinearDiscriminantAnalysis")


def add_linear(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    """Add the linear predictions: (rows, outputs). Raises UnknownStep."""
    weights = _weights(model)
    if weights.shape[0] != len(preprocessing.sources):
        raise UnknownStep(f"{type(model).__name__} has several outputs")
    if not is_plain(preprocessing):
        _, preprocessing = plain_matrix(graph, preprocessing)
    return _add_intercept(graph, model, add_product(graph, preprocessing, weights))


def _weights(model: Any) -> Floats:
    """Return the coefficients as a matrix (columns, outputs)."""
    return np.atleast_2d(np.asarray(model.coef_, dtype=np.float64)).T


def _add_intercept(graph: Graph, model: Any, product: str) -> str:
    return graph.add("Add", [product, graph.constant(np.reshape(model.intercept_, (1, -1)))])


def add_final(graph: Graph, model: Any, matrix: str) -> str:
    """Add the answer of a linear model to a matrix of the graph. Raises UnknownStep."""
    name = type(model).__name__
    if not type(model).__module__.startswith("sklearn.") or name not in (*CLASSIFIERS, *REGRESSORS):
        raise UnknownStep(f"{name} at the end of a stack has no converter")
    weights = _weights(model)
    raw = _add_intercept(graph, model, graph.add("MatMul", [matrix, graph.constant(weights)]))
    return add_logistic(graph, raw, outputs=weights.shape[1]) if name in CLASSIFIERS else raw


def add_log_regressor(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    return add_exp(graph, add_linear(graph, model, preprocessing))


def add_linear_classifier(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    """Add the probabilities of each label."""
    return add_logistic(graph, add_linear(graph, model, preprocessing), outputs=len(np.atleast_2d(model.coef_)))


def add_sgd_classifier(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    if model.loss != "log_loss" or len(model.classes_) != TWO_LABELS:
        raise UnknownStep(f"SGDClassifier with the loss {model.loss} and {len(model.classes_)} labels has no converter")
    return add_both(graph, add_sigmoid(graph, add_linear(graph, model, preprocessing)))
