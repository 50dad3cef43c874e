"""Add classifiers of many labels that are made of classifiers of two to a graph."""

from typing import Any

import numpy as np

from service.publishing.conversion.column_sources import UnknownStep
from service.publishing.conversion.combined_models.wrappers import add_scores, without_first_of_two
from service.publishing.conversion.graph import TO_FLOAT64, Graph
from service.publishing.conversion.model_adders import add_estimator
from service.publishing.conversion.outputs import TWO_LABELS, add_both, add_labels, add_shares, add_side
from service.publishing.conversion.preprocessing import Preprocessing


def add_one_against_rest(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    """Add a classifier for each label, or its label if they have no probabilities."""
    if model.multilabel_:
        raise UnknownStep("OneVsRestClassifier has several labels for a row")
    labels = len(model.classes_)
    if not hasattr(model, "predict_proba"):
        decisions = add_decisions(graph, model, preprocessing)
        return add_side(graph, decisions) if labels == TWO_LABELS else add_labels(graph, decisions, labels)
    seconds = [
        without_first_of_two(graph, add_estimator(graph, each, preprocessing), TWO_LABELS) for each in model.estimators_
    ]
    if labels == TWO_LABELS:
        return add_both(graph, seconds[0])
    return add_shares(graph, graph.add("Concat", seconds, axis=1), labels, of_zeros=0.0)


def add_decisions(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    """Add the decision of the classifier of each label."""
    decisions = [add_scores(graph, each, preprocessing) for each in model.estimators_]
    return decisions[0] if len(decisions) == 1 else graph.add("Concat", decisions, axis=1)


def add_one_against_one(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    """Add the label that wins most of the comparisons of two; the sum of their decisions breaks ties."""
    labels = len(model.classes_)
    indices = model.pairwise_indices_
    if indices is not None:
        raise UnknownStep("OneVsOneClassifier reads a matrix of comparisons")
    pairs = [(first, second) for first in range(labels) for second in range(first + 1, labels)]
    confidence = add_decisions(graph, model, preprocessing)
    thresholds = [0.0 if hasattr(each, "decision_function") else 0.5 for each in model.estimators_]
    above = graph.add("Greater", [confidence, graph.constant([thresholds])])
    wins = graph.add("Cast", [above], to=TO_FLOAT64)
    first, second = (np.array([np.eye(labels)[pair[side]] for pair in pairs]) for side in (0, 1))
    votes = graph.add("MatMul", [wins, graph.constant(second - first)])
    votes = graph.add("Add", [votes, graph.constant(first.sum(axis=0)[None])])
    total = graph.add("MatMul", [confidence, graph.constant(second - first)])
    size = graph.add("Add", [graph.add("Abs", [total]), graph.constant(1.0)])
    share = graph.add("Div", [total, graph.add("Mul", [size, graph.constant(3.0)])])
    result = graph.add("Add", [votes, share])
    if labels > TWO_LABELS:
        return add_labels(graph, result, labels)
    difference = graph.add("Sub", [without_first_of_two(graph, result, labels), graph.constant([thresholds])])
    return add_side(graph, difference)


def add_output_code(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    """Add the label whose code is the nearest to the answers of the classifiers."""
    answers = add_decisions(graph, model, preprocessing)
    codes = np.asarray(model.code_book_, dtype=np.float64)
    twice = graph.add("MatMul", [answers, graph.constant(2.0 * codes.T)])
    nearness = graph.add("Sub", [twice, graph.constant((codes * codes).sum(axis=1)[None])])
    return add_labels(graph, nearness, len(codes))
