"""Add models of the nearest neighbours to a graph."""

from typing import Any

import numpy as np

from service.publishing.conversion.column_sources import UnknownStep
from service.publishing.conversion.graph import TO_FLOAT64, Graph
from service.publishing.conversion.matrix_models.distances import add_row_sums, add_squared_distances, check_training_rows
from service.publishing.conversion.preprocessing import Floats, Preprocessing
from service.publishing.conversion.steps.step_graph import plain_matrix


def add_neighbors(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    """Add the shares of the labels among the neighbours of a row, or the mean of their values."""
    if np.ndim(model._y) > 1 and np.shape(model._y)[1] > 1:
        raise UnknownStep(f"{type(model).__name__} has several outputs")
    truth = np.asarray(model._y).reshape(-1)
    answers = np.eye(len(model.classes_))[truth] if hasattr(model, "classes_") else truth.astype(np.float64)[:, None]
    neighbors, distances = add_nearest(graph, model, preprocessing, model.n_neighbors)
    weights = _add_weights(graph, model, distances)
    values = graph.add("Gather", [graph.constant(answers), neighbors], axis=0)  # (rows, neighbours, outputs)
    total = graph.add("MatMul", [graph.add("Unsqueeze", [weights, graph.constant([1])]), values])
    weight = graph.add("Unsqueeze", [add_row_sums(graph, weights, model.n_neighbors), graph.constant([1])])
    return graph.add("Div", [graph.add("Squeeze", [total, graph.constant([1])]), weight])


def add_nearest(graph: Graph, model: Any, preprocessing: Preprocessing, count: int) -> tuple[str, str]:
    """Add the positions of the nearest training rows, the nearest first, and their distances: (rows, neighbours).

    Raises UnknownStep for another metric than the Euclidean one.
    """
    if model.effective_metric_ != "euclidean":
        raise UnknownStep(f"{type(model).__name__} with the metric {model.effective_metric_} has no converter")
    training_rows = check_training_rows(model._fit_X, type(model).__name__)
    matrix, _ = plain_matrix(graph, preprocessing)
    negative = graph.add("Neg", [add_squared_distances(graph, matrix, training_rows)])
    _, neighbors = graph.add_pair("TopK", [negative, graph.constant([count])], axis=1)
    return neighbors, _add_distances(graph, matrix, training_rows, neighbors)


def _add_distances(graph: Graph, matrix: str, training_rows: Floats, neighbors: str) -> str:
    """Add the distances to a few training rows from the differences of the columns, which are exact near 0."""
    rows = graph.add("Gather", [graph.constant(training_rows), neighbors], axis=0)  # (rows, neighbours, columns)
    difference = graph.add("Sub", [graph.add("Unsqueeze", [matrix, graph.constant([1])]), rows])
    return graph.add("Sqrt", [add_row_sums(graph, graph.add("Mul", [difference, difference]), training_rows.shape[1])])


def _add_weights(graph: Graph, model: Any, distances: str) -> str:
    """Add a weight for each neighbour. If a neighbour is the row itself, only such neighbours count."""
    if model.weights == "uniform":
        return graph.add("Cast", [graph.add("GreaterOrEqual", [distances, graph.constant(0.0)])], to=TO_FLOAT64)
    if model.weights != "distance":
        raise UnknownStep(f"{type(model).__name__} has weights of the user")
    is_zero = graph.add("Equal", [distances, graph.constant(0.0)])
    matches = graph.add("Cast", [is_zero], to=TO_FLOAT64)
    has_match = graph.add(
        "Greater", [graph.add("ReduceMax", [matches, graph.constant([1])], keepdims=1), graph.constant(0.5)]
    )
    inverse = graph.add("Div", [graph.constant(1.0), graph.add("Where", [is_zero, graph.constant(1.0), distances])])
    return graph.add("Where", [has_match, matches, inverse])
