"""Add a fitted estimator of scikit-learn to a graph, with all that it is made of."""

from collections.abc import Callable
from typing import Any

import numpy as np

from service.publishing.conversion import linear_models, tree_models
from service.publishing.conversion.boosting_libraries.catboost_models import add_catboost
from service.publishing.conversion.boosting_libraries.lightgbm_models import add_lightgbm
from service.publishing.conversion.boosting_libraries.xgboost_models import add_xgboost
from service.publishing.conversion.calibration import add_calibration
from service.publishing.conversion.column_sources import UnknownStep
from service.publishing.conversion.graph import Graph
from service.publishing.conversion.outputs import TWO_LABELS, add_inverse_target
from service.publishing.conversion.preprocessing import Floats, Preprocessing
from service.publishing.conversion.steps.step_graph import add_step

Adder = Callable[[Graph, Any, Preprocessing], str]
"""(graph, fitted model, preprocessing in front of it) → the name of a matrix (rows, outputs). Raises UnknownStep."""


def add_estimator(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    """Add (rows, labels) probabilities of a classifier, or (rows, 1) values of a regressor. Raises UnknownStep."""
    return _adder(_ADDERS, model)(graph, model, preprocessing)


def _adder(adders: dict[str, Adder], model: Any) -> Adder:
    name, library = type(model).__name__, type(model).__module__.partition(".")[0]
    if library in _LIBRARIES:
        return _LIBRARIES[library]
    if library != "sklearn" or name not in adders:
        raise UnknownStep(f"{name} has no converter")
    return adders[name]


def _add_pipeline(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    return add_estimator(graph, model.steps[-1][1], _in_front(graph, model, preprocessing))


def _in_front(graph: Graph, pipeline: Any, preprocessing: Preprocessing) -> Preprocessing:
    for _, step in pipeline.steps[:-1]:
        preprocessing = add_step(graph, preprocessing, step)
    return preprocessing


def _add_transformed_target(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    return add_inverse_target(graph, add_estimator(graph, model.regressor_, preprocessing), model.transformer_)


def _add_calibrated(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    """Add the mean of the calibrated classifiers."""
    members = [
        add_calibration(graph, each, _add_scores(graph, each.estimator, preprocessing))
        for each in model.calibrated_classifiers_
    ]
    return _add_mean(graph, members, np.ones(len(members)))


def _add_scores(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    """Add what a calibration reads: the decision function, else the probabilities; of two labels only the second's."""
    if type(model).__name__ == "Pipeline":
        return _add_scores(graph, model.steps[-1][1], _in_front(graph, model, preprocessing))
    if hasattr(model, "decision_function"):
        return _adder(_DECISIONS, model)(graph, model, preprocessing)
    return _without_first_of_two(graph, add_estimator(graph, model, preprocessing), len(model.classes_))


def _without_first_of_two(graph: Graph, probabilities: str, labels: int) -> str:
    if labels > TWO_LABELS:
        return probabilities
    return graph.add("Gather", [probabilities, graph.constant([1])], axis=1)


def _add_stacking(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    """Add a linear model over the answers of other models."""
    if model.passthrough:
        raise UnknownStep("a stack passes its fields through")
    labels = len(getattr(model, "classes_", ()))
    answers = []
    for member, method in zip(model.estimators_, model.stack_method_, strict=True):
        if method == "predict_proba":
            answers.append(_without_first_of_two(graph, add_estimator(graph, member, preprocessing), labels))
        elif method == "decision_function":
            answers.append(_add_scores(graph, member, preprocessing))
        elif not labels:
            answers.append(add_estimator(graph, member, preprocessing))
        else:
            raise UnknownStep("a stack reads the labels of a model")
    return linear_models.add_final(graph, model.final_estimator_, graph.add("Concat", answers, axis=1))


def _add_voting(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    if getattr(model, "voting", "soft") != "soft":
        raise UnknownStep("a vote by labels has no probabilities")
    members = [add_estimator(graph, each, preprocessing) for each in model.estimators_]
    given = model._weights_not_none
    return _add_mean(graph, members, np.ones(len(members)) if given is None else np.array(given, dtype=np.float64))


def _add_bagging(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    members = [
        add_estimator(graph, each, preprocessing.select(columns))
        for each, columns in zip(model.estimators_, model.estimators_features_, strict=True)
    ]
    return _add_mean(graph, members, np.ones(len(members)))


def _add_mean(graph: Graph, members: list[str], weights: Floats) -> str:
    """Add the mean of matrices with weights."""
    parts = [graph.add("Mul", [each, graph.constant([[weight]])]) for each, weight in zip(members, weights, strict=True)]
    return graph.add("Div", [graph.add("Sum", parts), graph.constant([[weights.sum()]])])


_TREES, _FORESTS = ("DecisionTree", "ExtraTree"), ("RandomForest", "ExtraTrees")
_ADDERS: dict[str, Adder] = {
    "Pipeline": _add_pipeline,
    "TransformedTargetRegressor": _add_transformed_target,
    "CalibratedClassifierCV": _add_calibrated,
    "AdaBoostClassifier": tree_models.add_adaptive_boosting,
    "SGDClassifier": linear_models.add_sgd_classifier,
    **dict.fromkeys(linear_models.REGRESSORS, linear_models.add_linear),
    **dict.fromkeys(linear_models.LOG_REGRESSORS, linear_models.add_log_regressor),
    **dict.fromkeys(linear_models.CLASSIFIERS, linear_models.add_linear_classifier),
}
for _kind in ("Classifier", "Regressor"):
    _ADDERS |= dict.fromkeys((name + _kind for name in _TREES), tree_models.add_tree)
    _ADDERS |= dict.fromkeys((name + _kind for name in _FORESTS), tree_models.add_forest)
    _ADDERS |= {
        f"HistGradientBoosting{_kind}": tree_models.add_histogram_boosting,
        f"GradientBoosting{_kind}": tree_models.add_gradient_boosting,
        f"Voting{_kind}": _add_voting,
        f"Bagging{_kind}": _add_bagging,
        f"Stacking{_kind}": _add_stacking,
    }
_LIBRARIES: dict[str, Adder] = {"lightgbm": add_lightgbm, "xgboost": add_xgboost, "catboost": add_catboost}
"""Boosting libraries: each of their estimators, and the Booster itself."""
_DECISIONS: dict[str, Adder] = {
    "HistGradientBoostingClassifier": tree_models.add_histogram_raw,
    "GradientBoostingClassifier": tree_models.add_gradient_raw,
    **dict.fromkeys((*linear_models.CLASSIFIERS, "SGDClassifier", "LinearSVC", "RidgeClassifier"), linear_models.add_linear),
}
"""The decision functions of classifiers: (rows, 1) of two labels, else (rows, labels)."""
