"""Add fitted models of LightGBM to a graph."""

from collections.abc import Callable
from typing import Any

from service.publishing.conversion.boosting_libraries.category_codes import CategoryCodes
from service.publishing.conversion.boosting_libraries.lightgbm_text import LightgbmModel, read_lightgbm
from service.publishing.conversion.column_sources import UnknownStep
from service.publishing.conversion.graph import Graph
from service.publishing.conversion.outputs import add_both, add_exp, add_sigmoid, add_softmax
from service.publishing.conversion.preprocessing import Preprocessing
from service.publishing.conversion.tree_ensembles.tree_node import add_trees


def add_lightgbm(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    """Add the probabilities (rows, labels) or values (rows, 1) of a Booster or of an estimator. Raises UnknownStep."""
    booster = model if type(model).__name__ == "Booster" else model.booster_
    read = read_lightgbm(booster.model_to_string())
    raw = _add_raw(graph, read, preprocessing)
    if read.objective not in _OUTPUTS and not hasattr(model, "classes_"):
        return raw
    if read.objective not in _OUTPUTS:
        raise UnknownStep(f"LightGBM with the objective {read.objective or 'of the user'} has no probabilities")
    answer = _OUTPUTS[read.objective](graph, raw, read)
    is_share = read.objective == "cross_entropy" and hasattr(model, "classes_")
    return add_both(graph, answer) if is_share else answer


def _add_raw(graph: Graph, read: LightgbmModel, preprocessing: Preprocessing) -> str:
    preprocessing = preprocessing.then(CategoryCodes(read.categories))
    if read.columns != len(preprocessing.sources):
        raise UnknownStep(f"LightGBM has {read.columns} columns, and {len(preprocessing.sources)} are known")
    raw = add_trees(graph, read.trees, preprocessing)
    if not read.is_mean:
        return raw
    iterations = len(read.trees.roots) / read.trees.values.shape[1]
    return graph.add("Div", [raw, graph.constant([[iterations]])])


def _add_binary(graph: Graph, raw: str, read: LightgbmModel) -> str:
    return add_both(graph, _add_steep_sigmoid(graph, raw, read))


def _add_steep_sigmoid(graph: Graph, raw: str, read: LightgbmModel) -> str:
    steepness = float(read.parameters.get("sigmoid", 1.0))
    return add_sigmoid(graph, raw if steepness == 1 else graph.add("Mul", [raw, graph.constant([[steepness]])]))


def _add_multiclass(graph: Graph, raw: str, read: LightgbmModel) -> str:
    return add_softmax(graph, raw, read.trees.values.shape[1])


def _add_value(graph: Graph, raw: str, read: LightgbmModel) -> str:
    if "sqrt" not in read.parameters:
        return raw
    return graph.add("Mul", [raw, graph.add("Abs", [raw])])


def _add_exp(graph: Graph, raw: str, _read: LightgbmModel) -> str:
    return add_exp(graph, raw)


def _add_cross_entropy(graph: Graph, raw: str, _read: LightgbmModel) -> str:
    return add_sigmoid(graph, raw)


_OUTPUTS: dict[str, Callable[[Graph, str, LightgbmModel], str]] = {
    "binary": _add_binary,
    "multiclass": _add_multiclass,
    "multiclassova": _add_steep_sigmoid,
    "cross_entropy": _add_cross_entropy,
    **dict.fromkeys(("regression", "regression_l1", "huber", "fair", "quantile", "mape"), _add_value),
    **dict.fromkeys(("poisson", "gamma", "tweedie"), _add_exp),
}
