"""Add models around one model to a graph: pipelines, searches, calibrations, transformed targets."""

from typing import Any

import numpy as np

from service.publishing.conversion.combined_models.calibration import add_calibration
from service.publishing.conversion.combined_models.target_transforms import add_inverse_target
from service.publishing.conversion.graph import Graph
from service.publishing.conversion.model_adders import add_decision, add_estimator
from service.publishing.conversion.outputs import TWO_LABELS
from service.publishing.conversion.preprocessing import Floats, Preprocessing
from service.publishing.conversion.steps.step_graph import add_step


def add_pipeline(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    return add_estimator(graph, model.steps[-1][1], _in_front(graph, model, preprocessing))


def _in_front(graph: Graph, pipeline: Any, preprocessing: Preprocessing) -> Preprocessing:
    for _, step in pipeline.steps[:-1]:
        preprocessing = add_step(graph, preprocessing, step)
    return preprocessing


def add_inner(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    """Add the model inside a search over parameters, a choice of a threshold, or a frozen estimator.

    A threshold changes the label that is named, not the probabilities.
    """
    return add_estimator(graph, _inner(model), preprocessing)


def add_inner_decision(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    return add_scores(graph, _inner(model), preprocessing)


def _inner(model: Any) -> Any:
    return next(getattr(model, name) for name in ("best_estimator_", "estimator_", "estimator") if hasattr(model, name))


def add_selected(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    """Add an elimination of columns (RFE) together with the model that is fitted on the rest."""
    return add_estimator(graph, model.estimator_, preprocessing.then(model))


def add_transformed_target(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    return add_inverse_target(graph, add_estimator(graph, model.regressor_, preprocessing), model.transformer_)


def add_calibrated(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    """Add the mean of the calibrated classifiers."""
    members = [
        add_calibration(graph, each, add_scores(graph, each.estimator, preprocessing))
        for each in model.calibrated_classifiers_
    ]
    return add_mean(graph, members, np.ones(len(members)))


def add_scores(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    """Add what a calibration reads: the decision function, else the probabilities; of two labels only the second's."""
    if type(model).__name__ == "Pipeline":
        return add_scores(graph, model.steps[-1][1], _in_front(graph, model, preprocessing))
    if hasattr(model, "decision_function"):
        return add_decision(graph, model, preprocessing)
    return without_first_of_two(graph, add_estimator(graph, model, preprocessing), len(model.classes_))


def without_first_of_two(graph: Graph, probabilities: str, labels: int) -> str:
    if labels > TWO_LABELS:
        return probabilities
    return graph.add("Gather", [probabilities, graph.constant([1])], axis=1)


def add_mean(graph: Graph, members: list[str], weights: Floats) -> str:
    """Add the mean of matrices with weights."""
    parts = [graph.add("Mul", [each, graph.constant([[weight]])]) for each, weight in zip(members, weights, strict=True)]
    return graph.add("Div", [graph.add("Sum", parts), graph.constant([[weights.sum()]])])
