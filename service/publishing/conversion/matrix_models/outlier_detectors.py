"""Add outlier detectors to a graph: a typical row has the scores (1, 0), an unusual one (0, 1)."""

from typing import Any

import numpy as np

from service.publishing.conversion.graph import TO_FLOAT64, Graph
from service.publishing.conversion.matrix_models.distances import add_row_sums
from service.publishing.conversion.matrix_models.kernel_machines import add_support_regressor
from service.publishing.conversion.matrix_models.neighbors import add_nearest
from service.publishing.conversion.outputs import add_both
from service.publishing.conversion.preprocessing import Preprocessing
from service.publishing.conversion.steps.step_graph import plain_matrix
from service.publishing.conversion.tree_ensembles.sklearn_trees import read_tree
from service.publishing.conversion.tree_ensembles.tree_node import add_trees
from service.publishing.conversion.tree_ensembles.trees import join_trees

_LEAST_REACH = 1e-10
"""What LocalOutlierFactor adds to a mean reach, which may be 0."""


def add_isolation_forest(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    """Add whether a row is separated by few splits. Source: Liu, Ting and Zhou, Isolation Forest, 2008."""
    from sklearn.ensemble._iforest import _average_path_length

    parts = zip(
        model.estimators_,
        model.estimators_features_,
        model._decision_path_lengths,
        model._average_path_length_per_tree,
        strict=True,
    )
    trees = []
    for member, columns, lengths, rest in parts:
        read = read_tree(member.tree_, np.reshape(lengths + rest - 1.0, (-1, 1)))
        trees.append(read.with_columns(np.asarray(columns)))
    depth = add_trees(graph, join_trees(trees), preprocessing)
    longest = len(model.estimators_) * float(_average_path_length([model._max_samples])[0])
    share = graph.add("Div", [graph.add("Neg", [depth]), graph.constant([[longest]])])
    score = graph.add("Neg", [graph.add("Pow", [graph.constant(2.0), share])])
    return _add_side(graph, score, float(model.offset_))


def add_elliptic_envelope(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    """Add whether a row is far from the centre, in the units of a robust covariance."""
    matrix, _ = plain_matrix(graph, preprocessing)
    centred = graph.add("Sub", [matrix, graph.constant(model.location_[None])])
    weighted = graph.add("MatMul", [centred, graph.constant(model.get_precision())])
    ones = graph.constant(np.ones((len(model.location_), 1)))
    distance = graph.add("MatMul", [graph.add("Mul", [weighted, centred]), ones])
    return _add_side(graph, graph.add("Neg", [distance]), float(model.offset_))


def add_one_class_machine(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    """Add whether the decision is positive."""
    decision = add_support_regressor(graph, model, preprocessing)
    unusual = graph.add("LessOrEqual", [decision, graph.constant(0.0)])
    return add_both(graph, graph.add("Cast", [unusual], to=TO_FLOAT64))


def add_local_outlier_factor(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    """Add whether the neighbours of a row are denser than the row. Source: Breunig and others, LOF, 2000."""
    count = model.n_neighbors_
    neighbors, distances = add_nearest(graph, model, preprocessing, count)
    reach_of = graph.constant(model._distances_fit_X_[:, count - 1])
    reach = graph.add("Max", [distances, graph.add("Gather", [reach_of, neighbors], axis=0)])
    mean = graph.add("Div", [add_row_sums(graph, reach, count), graph.constant(float(count))])
    density = graph.add("Gather", [graph.constant(model._lrd), neighbors], axis=0)
    mean_density = graph.add("Div", [add_row_sums(graph, density, count), graph.constant(float(count))])
    factor = graph.add("Mul", [mean_density, graph.add("Add", [mean, graph.constant(_LEAST_REACH)])])
    score = graph.add("Neg", [graph.add("Unsqueeze", [factor, graph.constant([1])])])
    return _add_side(graph, score, float(model.offset_))


def _add_side(graph: Graph, score: str, offset: float) -> str:
    """Add both labels from a score (rows, 1): a row below the offset is unusual."""
    difference = graph.add("Sub", [score, graph.constant(offset)])
    unusual = graph.add("Less", [difference, graph.constant(0.0)])
    return add_both(graph, graph.add("Cast", [unusual], to=TO_FLOAT64))
