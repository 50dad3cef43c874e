"""Add models that give each row the same answer to a graph."""

from typing import Any

import numpy as np

from service.publishing.conversion.column_sources import UnknownStep
from service.publishing.conversion.graph import INPUT, Graph
from service.publishing.conversion.preprocessing import Preprocessing


def add_dummy_classifier(graph: Graph, model: Any, _preprocessing: Preprocessing) -> str:
    """Add the probabilities of a DummyClassifier that does not draw."""
    if model.strategy not in {"prior", "most_frequent", "constant"} or model.n_outputs_ > 1:
        raise UnknownStep(f"DummyClassifier with the strategy {model.strategy} has no converter")
    (probabilities,) = model.predict_proba(np.zeros((1, 1)))
    return _add_constant(graph, probabilities)


def add_dummy_regressor(graph: Graph, model: Any, _preprocessing: Preprocessing) -> str:
    return _add_constant(graph, np.reshape(model.constant_, -1))


def add_constant_predictor(graph: Graph, model: Any, _preprocessing: Preprocessing) -> str:
    """Add both probabilities of a classifier that has seen one label only."""
    second = float(model.y_[0])
    return _add_constant(graph, [1.0 - second, second])


def add_constant_decision(graph: Graph, model: Any, _preprocessing: Preprocessing) -> str:
    return _add_constant(graph, model.y_)


def _add_constant(graph: Graph, row: Any) -> str:
    """Add a row for each row of the input, whatever it holds."""
    first = graph.add("IsNaN", [graph.add("Gather", [INPUT, graph.constant([0])], axis=1)])
    constant = graph.constant(np.asarray(row, dtype=np.float64)[None])
    return graph.add("Where", [first, constant, constant])
