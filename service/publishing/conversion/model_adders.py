"""The converter of each kind of estimator, by the name of its class."""

from collections.abc import Callable
from typing import Any

import numpy as np

from service.publishing.conversion.column_sources import UnknownStep
from service.publishing.conversion.graph import Graph
from service.publishing.conversion.preprocessing import Preprocessing

Adder = Callable[[Graph, Any, Preprocessing], str]
"""(graph, fitted model, preprocessing in front of it) → the name of a matrix (rows, outputs). Raises UnknownStep."""

ADDERS: dict[str, Adder] = {}
"""Estimators of scikit-learn. A classifier without probabilities has the score 1 for its label, 0 for the others."""
DECISIONS: dict[str, Adder] = {}
"""The decision functions of classifiers of scikit-learn: (rows, 1) of two labels, else (rows, labels)."""
LIBRARIES: dict[str, Adder] = {}
"""Boosting libraries, by the name of the package: each of their estimators, and the Booster itself."""


def add_estimator(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    """Add (rows, labels) scores of a classifier, or (rows, 1) values of a regressor. Raises UnknownStep."""
    if not hasattr(model, "steps") and _has_several_outputs(model):
        raise UnknownStep(f"{type(model).__name__} has several outputs")
    return _adder(ADDERS, model)(graph, model, preprocessing)


def add_decision(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    """Add the decision function of a classifier. Raises UnknownStep."""
    return _adder(DECISIONS, model)(graph, model, preprocessing)


def _adder(adders: dict[str, Adder], model: Any) -> Adder:
    name, library = type(model).__name__, type(model).__module__.partition(".")[0]
    if library in LIBRARIES and adders is ADDERS:
        return LIBRARIES[library]
    if library != "sklearn" or name not in adders:
        raise UnknownStep(f"{name} has no converter")
    return adders[name]


def _has_several_outputs(model: Any) -> bool:
    classes = getattr(model, "classes_", None)
    if classes is not None:
        return isinstance(classes, list) and len(classes) > 0 and hasattr(classes[0], "dtype")
    coefficients = getattr(model, "coef_", np.zeros(0))
    return getattr(model, "n_outputs_", 1) > 1 or (np.ndim(coefficients) > 1 and len(coefficients) > 1)
