"""Add votes, stacks and bags of models to a graph."""

from typing import Any

import numpy as np

from service.publishing.conversion.column_sources import UnknownStep
from service.publishing.conversion.combined_models.wrappers import add_mean, add_scores, without_first_of_two
from service.publishing.conversion.graph import TO_FLOAT64, Graph
from service.publishing.conversion.model_adders import add_estimator
from service.publishing.conversion.outputs import TWO_LABELS, add_labels, add_logistic
from service.publishing.conversion.preprocessing import Preprocessing, create_columns
from service.publishing.conversion.steps.step_graph import plain_matrix
from service.publishing.conversion.tree_models import add_votes_of_trees


def add_stacking(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    """Add a model over the answers of other models, and over the matrix that they read if it is passed through."""
    labels = len(getattr(model, "classes_", ()))
    answers, columns = [], 0
    for member, method in zip(model.estimators_, model.stack_method_, strict=True):
        if method == "predict" and labels:
            raise UnknownStep("a stack reads the labels of a model")
        if method == "predict_proba":
            answers.append(without_first_of_two(graph, add_estimator(graph, member, preprocessing), labels))
        else:
            answers.append((add_scores if labels else add_estimator)(graph, member, preprocessing))
        columns += labels if labels > TWO_LABELS else 1
    if model.passthrough:
        answers.append(plain_matrix(graph, preprocessing)[0])
        columns += len(preprocessing.sources)
    matrix = create_columns(graph.add("Concat", answers, axis=1), np.zeros(columns), np.zeros(columns, dtype=bool))
    return add_estimator(graph, model.final_estimator_, matrix)


def add_voting(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    """Add the mean of the members, or the label that most of them name."""
    members = [add_estimator(graph, each, preprocessing) for each in model.estimators_]
    given = model._weights_not_none
    weights = np.ones(len(members)) if given is None else np.array(given, dtype=np.float64)
    if getattr(model, "voting", "soft") == "soft":
        return add_mean(graph, members, weights)
    labels = len(model.classes_)
    votes = [add_labels(graph, each, labels) for each in members]
    return add_labels(graph, add_mean(graph, votes, weights), labels)


def add_bagging(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    members = [
        _with_all_labels(graph, add_estimator(graph, each, preprocessing.select(columns)), each, model)
        for each, columns in zip(model.estimators_, model.estimators_features_, strict=True)
    ]
    return add_mean(graph, members, np.ones(len(members)))


def add_weighted_median(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    """Add the values of AdaBoostRegressor: the least answer of a member up to which the members have half of all weight."""
    answers = graph.add("Concat", [add_estimator(graph, each, preprocessing) for each in model.estimators_], axis=1)
    weights = np.asarray(model.estimator_weights_[: len(model.estimators_)], dtype=np.float64)
    row, column = (graph.add("Unsqueeze", [answers, graph.constant([axis])]) for axis in (1, 2))
    is_reached = graph.add("Cast", [graph.add("LessOrEqual", [row, column])], to=TO_FLOAT64)  # (rows, members, members)
    reached = graph.add(
        "Squeeze", [graph.add("MatMul", [is_reached, graph.constant(weights[:, None])]), graph.constant([2])]
    )
    is_half = graph.add("GreaterOrEqual", [reached, graph.constant(0.5 * weights.sum())])
    candidates = graph.add("Where", [is_half, answers, graph.constant(np.inf)])
    return graph.add("ReduceMin", [candidates, graph.constant([1])], keepdims=1)


def add_adaptive_boosting(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    """Add the probabilities of AdaBoost: each member votes for one label with its weight.

    Source: Zhu and others, Multi-class AdaBoost, 2009.
    """
    labels = model.n_classes_
    is_of_trees = all(
        type(each).__name__ == "DecisionTreeClassifier" and len(each.classes_) == labels for each in model.estimators_
    )
    decision = (add_votes_of_trees if is_of_trees else _add_votes)(graph, model, preprocessing)
    if labels == TWO_LABELS:
        return add_logistic(graph, graph.add("Mul", [decision, graph.constant(2.0)]), outputs=1)
    return add_logistic(graph, graph.add("Div", [decision, graph.constant(labels - 1.0)]), outputs=labels)


def _add_votes(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    """Add the decision of AdaBoost over any classifiers: (rows, 1) for two labels, else (rows, labels)."""
    labels = model.n_classes_
    weights = model.estimator_weights_[: len(model.estimators_)] / model.estimator_weights_.sum()
    parts = []
    for member, weight in zip(model.estimators_, weights.tolist(), strict=True):
        named = add_labels(graph, add_estimator(graph, member, preprocessing), len(member.classes_))
        places = np.eye(labels)[np.searchsorted(model.classes_, member.classes_)]
        named = graph.add("MatMul", [named, graph.constant(places * weight * labels / (labels - 1))])
        parts.append(graph.add("Sub", [named, graph.constant(weight / (labels - 1))]))
    return without_first_of_two(graph, graph.add("Sum", parts), labels)


def _with_all_labels(graph: Graph, scores: str, member: Any, model: Any) -> str:
    """Add the scores of a member that has not seen every label: 0 for the others. It knows the labels by their position."""
    if not hasattr(model, "classes_") or len(member.classes_) == len(model.classes_):
        return scores
    places = np.eye(len(model.classes_))[np.asarray(member.classes_, dtype=np.int64)]
    return graph.add("MatMul", [scores, graph.constant(places)])
