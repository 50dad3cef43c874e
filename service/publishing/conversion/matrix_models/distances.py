"""Add distances and kernels between the rows of a matrix and the rows that a model keeps."""

import numpy as np

from service.publishing.conversion.column_sources import UnknownStep
from service.publishing.conversion.graph import Graph
from service.publishing.conversion.preprocessing import Floats

MAX_TRAINING_ROWS = 5000
"""A graph with more rows would take too much memory and time for each row that it scores."""


def check_training_rows(training_rows: Floats, name: str) -> Floats:
    """Return the rows that a model keeps as float64. Raises UnknownStep if they are too many or sparse."""
    if hasattr(training_rows, "toarray"):
        raise UnknownStep(f"{name} keeps sparse rows")
    if len(training_rows) > MAX_TRAINING_ROWS:
        raise UnknownStep(f"{name} keeps {len(training_rows):,} rows, and a graph at most {MAX_TRAINING_ROWS:,}")
    return np.asarray(training_rows, dtype=np.float64)


def add_squared_distances(graph: Graph, matrix: str, training_rows: Floats) -> str:
    """Add |x|² − 2 x·k + |k|² for each row x and each training row k: (rows, training rows). None is below 0."""
    graph.note_width(len(training_rows))
    ones = graph.constant(np.ones((training_rows.shape[1], 1)))
    own = graph.add("MatMul", [graph.add("Mul", [matrix, matrix]), ones])
    products = graph.add("MatMul", [matrix, graph.constant(-2.0 * training_rows.T)])
    total = graph.add(
        "Add", [graph.add("Add", [products, own]), graph.constant((training_rows * training_rows).sum(axis=1)[None])]
    )
    return graph.add("Max", [total, graph.constant(0.0)])


def add_row_sums(graph: Graph, tensor: str, size: int) -> str:
    """Add the sum over the last axis, which has so many entries; the axis is left out."""
    total = graph.add("MatMul", [tensor, graph.constant(np.ones((size, 1)))])
    return graph.add("Squeeze", [total, graph.constant([-1])])
