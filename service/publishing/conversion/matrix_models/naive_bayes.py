"""Add naive Bayes classifiers and quadratic discriminant analysis to a graph."""

from typing import Any

import numpy as np

from service.publishing.conversion.graph import TO_FLOAT64, Graph
from service.publishing.conversion.matrix_models.distances import add_row_sums
from service.publishing.conversion.outputs import add_softmax
from service.publishing.conversion.preprocessing import Floats, Preprocessing
from service.publishing.conversion.steps.step_graph import plain_matrix


def add_gaussian_bayes(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    """Add the probabilities of GaussianNB: each label has a normal distribution of each column."""
    labels, columns = model.theta_.shape
    difference = graph.add("Sub", [_rows_of_labels(graph, preprocessing), graph.constant(model.theta_[None])])
    share = graph.add("Div", [graph.add("Mul", [difference, difference]), graph.constant(model.var_[None])])
    constant = np.log(model.class_prior_) - 0.5 * np.log(2.0 * np.pi * model.var_).sum(axis=1)
    return _add_posterior(graph, add_row_sums(graph, share, columns), constant, labels)


def add_quadratic_discriminant(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    """Add the probabilities of QuadraticDiscriminantAnalysis: each label has a covariance of its own."""
    matrix, _ = plain_matrix(graph, preprocessing)
    distances = []
    for mean, rotation, scaling in zip(model.means_, model.rotations_, model.scalings_, strict=True):
        centred = graph.add("Sub", [matrix, graph.constant(mean[None])])
        rotated = graph.add("MatMul", [centred, graph.constant(rotation * scaling**-0.5)])
        ones = graph.constant(np.ones((len(scaling), 1)))
        distances.append(graph.add("MatMul", [graph.add("Mul", [rotated, rotated]), ones]))
    constant = np.log(model.priors_) - 0.5 * np.array([np.log(each).sum() for each in model.scalings_])
    return _add_posterior(graph, graph.add("Concat", distances, axis=1), constant, len(constant))


def _rows_of_labels(graph: Graph, preprocessing: Preprocessing) -> str:
    """Add the matrix with an axis for the labels: (rows, 1, columns)."""
    return graph.add("Unsqueeze", [plain_matrix(graph, preprocessing)[0], graph.constant([1])])


def _add_posterior(graph: Graph, distances: str, constant: Floats, labels: int) -> str:
    """Add the probabilities of squared distances to the labels: (rows, labels)."""
    half = graph.add("Mul", [distances, graph.constant(-0.5)])
    return add_softmax(graph, graph.add("Add", [half, graph.constant(constant[None])]), labels)


def add_multinomial_bayes(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    return _add_linear_bayes(graph, plain_matrix(graph, preprocessing)[0], model.feature_log_prob_, model.class_log_prior_)


def add_complement_bayes(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    weights = model.feature_log_prob_
    prior = model.class_log_prior_ if len(model.classes_) == 1 else np.zeros(len(weights))
    return _add_linear_bayes(graph, plain_matrix(graph, preprocessing)[0], weights, prior)


def add_bernoulli_bayes(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    matrix, _ = plain_matrix(graph, preprocessing)
    if model.binarize is not None:
        above = graph.add("Greater", [matrix, graph.constant(float(model.binarize))])
        matrix = graph.add("Cast", [above], to=TO_FLOAT64)
    absent = np.log(1 - np.exp(model.feature_log_prob_))
    prior = model.class_log_prior_ + absent.sum(axis=1)
    return _add_linear_bayes(graph, matrix, model.feature_log_prob_ - absent, prior)


def _add_linear_bayes(graph: Graph, matrix: str, weights: Floats, prior: Floats) -> str:
    total = graph.add("Add", [graph.add("MatMul", [matrix, graph.constant(weights.T)]), graph.constant(prior[None])])
    return add_softmax(graph, total, len(prior))
