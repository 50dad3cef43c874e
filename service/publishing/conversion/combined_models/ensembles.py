"""Add votes, stacks and bags of models to a graph."""

from typing import Any

import numpy as np

from service.publishing.conversion.column_sources import UnknownStep
from service.publishing.conversion.combined_models.wrappers import add_mean, add_scores, without_first_of_two
from service.publishing.conversion.graph import TO_FLOAT64, Graph
from service.publishing.conversion.model_adders import add_estimator
from service.publishing.conversion.outputs import TWO_LABELS, add_labels
from service.publishing.conversion.preprocessing import Preprocessing, create_columns
from service.publishing.conversion.steps.step_graph import plain_matrix


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


def _with_all_labels(graph: Graph, scores: str, member: Any, model: Any) -> str:
    """Add the scores of a member that has not seen every label: 0 for the others. It knows the labels by their position."""
    if not hasattr(model, "classes_") or len(member.classes_) == len(model.classes_):
        return scores
    places = np.eye(len(model.classes_))[np.asarray(member.classes_, dtype=np.int64)]
    return graph.add("MatMul", [scores, graph.constant(places)])
