"""Add fitted models of decision trees to a graph."""

from typing import Any

import numpy as np

from service.publishing.conversion.column_sources import UnknownStep
from service.publishing.conversion.graph import Graph
from service.publishing.conversion.outputs import TWO_LABELS, add_both, add_inverse_link, add_logistic
from service.publishing.conversion.preprocessing import Preprocessing
from service.publishing.conversion.tree_ensembles.sklearn_trees import read_histogram_trees, read_tree
from service.publishing.conversion.tree_ensembles.tree_node import add_trees
from service.publishing.conversion.tree_ensembles.trees import join_trees


def add_tree(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    return _add_mean(graph, [model], preprocessing)


def add_forest(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    return _add_mean(graph, model.estimators_, preprocessing)


def _add_mean(graph: Graph, members: list[Any], preprocessing: Preprocessing) -> str:
    """Add the mean of trees. For two labels, only the probability of the second is in the leaves."""
    values = [member.tree_.value for member in members]
    if values[0].shape[1] > 1:
        raise UnknownStep("a tree has several outputs")
    is_binary = values[0].shape[2] == TWO_LABELS
    trees = join_trees(
        [
            read_tree(member.tree_, value[:, 0, 1:] if is_binary else value[:, 0, :])
            for member, value in zip(members, values, strict=True)
        ]
    )
    mean = graph.add("Div", [add_trees(graph, trees, preprocessing), graph.constant([[float(len(members))]])])
    return add_both(graph, mean) if is_binary else mean


def add_votes_of_trees(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    """Add the decision of AdaBoost over trees that have seen every label: (rows, 1) for two labels, else (rows, labels)."""
    labels, total = model.n_classes_, model.estimator_weights_.sum()
    parts = []
    for member, weight in zip(model.estimators_, model.estimator_weights_[: len(model.estimators_)], strict=True):
        is_vote = np.eye(labels)[member.tree_.value[:, 0, :].argmax(axis=1)]
        votes = np.where(is_vote > 0, weight, -weight / (labels - 1)) / total
        parts.append(read_tree(member.tree_, votes[:, 1:] if labels == TWO_LABELS else votes))
    return add_trees(graph, join_trees(parts), preprocessing)


def add_histogram_boosting(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    raw = add_histogram_raw(graph, model, preprocessing)
    if hasattr(model, "classes_"):
        return add_logistic(graph, raw, outputs=model.n_trees_per_iteration_)
    return add_inverse_link(graph, raw, model._loss)


def add_histogram_raw(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    """Add the raw predictions of HistGradientBoosting: (rows, trees of an iteration)."""
    if model._preprocessor is not None:
        preprocessing = preprocessing.then(model._preprocessor)
    raw = add_trees(graph, read_histogram_trees(model), preprocessing)
    return graph.add("Add", [raw, graph.constant(model._baseline_prediction)])


def add_gradient_boosting(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    raw = add_gradient_raw(graph, model, preprocessing)
    if not hasattr(model, "classes_"):
        return raw
    if model.loss == "exponential":
        raw = graph.add("Mul", [raw, graph.constant([[2.0]])])
    return add_logistic(graph, raw, outputs=model.estimators_.shape[1])


def add_gradient_raw(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    """Add the raw predictions of GradientBoosting: (rows, trees of an iteration)."""
    if model.init_ != "zero" and type(model.init_).__name__ not in ("DummyClassifier", "DummyRegressor"):
        raise UnknownStep("GradientBoosting starts from the predictions of another estimator")
    outputs = model.estimators_.shape[1]
    trees = join_trees(
        [
            read_tree(member.tree_, member.tree_.value[:, 0, :] * model.learning_rate * np.eye(outputs)[output])
            for iteration in model.estimators_
            for output, member in enumerate(iteration)
        ]
    )
    first = model._raw_predict_init(np.zeros((1, model.n_features_in_), dtype=np.float32))
    return graph.add("Add", [add_trees(graph, trees, preprocessing), graph.constant(first)])
