"""Add fitted models of XGBoost to a graph.

XGBoost adds its trees one after the other in float32. The graph does the same, so the sum is the same number; what the
objective makes of it is computed in float64 and rounded. The type float32 of the answer says how exact it is.
"""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.publishing.conversion.boosting_libraries.category_codes import CategoryCodes
from service.publishing.conversion.boosting_libraries.tree_sum_outputs import (
    SumOutput,
    exponentials,
    one_value,
    sides,
    sigmoids,
    two_labels,
)
from service.publishing.conversion.boosting_libraries.xgboost_json import read_xgboost
from service.publishing.conversion.column_sources import UnknownStep
from service.publishing.conversion.graph import TO_FLOAT32, TO_FLOAT64, Graph
from service.publishing.conversion.outputs import add_softmax
from service.publishing.conversion.preprocessing import Preprocessing
from service.publishing.conversion.tree_ensembles.tree_node import add_each_tree
from service.publishing.conversion.tree_ensembles.trees import LEAF, Trees

Singles = NDArray[np.float32]


def add_xgboost(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    """Add the probabilities (rows, labels) or values (rows, 1) of a Booster or of an estimator. Raises UnknownStep."""
    is_booster = type(model).__name__ == "Booster"
    booster = model if is_booster else model.get_booster()
    read = read_xgboost(bytes(booster.save_raw("json")), None if is_booster else _rounds(booster))
    if read.objective not in _OUTPUTS:
        raise UnknownStep(f"XGBoost with the objective {read.objective} has no converter")
    is_sparse = preprocessing.is_sparse
    preprocessing = preprocessing.then(CategoryCodes(read.categories))
    if read.columns != len(preprocessing.sources):
        raise UnknownStep(f"XGBoost has {read.columns} columns, and {len(preprocessing.sources)} are known")
    missing = np.nan if is_booster else float(np.float32(model.missing))
    margin_of, add_answer = _OUTPUTS[read.objective]
    parts = []
    for output, trees in enumerate(read.groups):
        values = _values(
            trees, margin_of(read.base[output : output + 1]), None if read.weights is None else read.weights[output]
        )
        marked = _with_missing(replace(trees, values=values[:, None]), missing, is_sparse=is_sparse)
        parts.append(_add_sum(graph, add_each_tree(graph, marked, preprocessing)))
    raw = parts[0] if len(parts) == 1 else graph.add("Concat", parts, axis=1)
    answer = add_answer(graph, graph.add("Cast", [raw], to=TO_FLOAT64), len(parts))
    graph.is_single_precision = True
    return answer


def _rounds(booster: Any) -> int | None:
    """Return the rounds up to the best one of an early stopping, which the estimators use."""
    best = booster.attributes().get("best_iteration")
    return None if best is None else int(best) + 1


def _with_missing(trees: Trees, missing: float, *, is_sparse: bool) -> Trees:
    """Return the trees with what counts as missing: a number of the user, or the zeros of a sparse matrix."""
    if not is_sparse:
        return trees if math.isnan(missing) else trees.with_missing_range(missing, missing)
    if not math.isnan(missing):
        raise UnknownStep("XGBoost has a number for missing values and reads a sparse matrix")
    return trees.with_missing_range(0.0, 0.0)


def _values(trees: Trees, margin: Singles, weights: Singles | None) -> NDArray[np.float64]:
    """Return what each leaf adds, the first tree with what the sum begins with."""
    values = trees.values[:, 0].astype(np.float32)
    tree = np.searchsorted(trees.roots, np.arange(len(values)), side="right") - 1
    if weights is not None:
        values = ((margin + values) - margin) * weights[tree]
    start = np.where((tree == 0) & (trees.column == LEAF), margin.astype(np.float64), 0.0)
    return values.astype(np.float64) + start


def _add_sum(graph: Graph, values: str) -> str:
    """Add the sum of each row in float32, from the first column to the last."""
    sums = graph.add("CumSum", [graph.add("Cast", [values], to=TO_FLOAT32), graph.constant(1)])
    return graph.add("Gather", [sums, graph.constant([-1])], axis=1)


def _same(base: Singles) -> Singles:
    return base


def _logit(base: Singles) -> Singles:
    odds: Singles = np.float32(1.0) / base - np.float32(1.0)
    return -np.log(odds)


Margin = Callable[[Singles], Singles]
_OUTPUTS: dict[str, tuple[Margin, SumOutput]] = {
    "binary:logistic": (_logit, two_labels),
    "binary:hinge": (_same, sides),
    "reg:logistic": (_logit, sigmoids),
    **dict.fromkeys(("multi:softprob", "multi:softmax"), (_same, add_softmax)),
    **dict.fromkeys(("count:poisson", "reg:gamma", "reg:tweedie"), (np.log, exponentials)),
    **dict.fromkeys(
        ("reg:squarederror", "reg:squaredlogerror", "reg:pseudohubererror", "reg:absoluteerror", "reg:quantileerror"),
        (_same, one_value),
    ),
}
"""Objective → (what the sum begins with, from the base score), (what the sum becomes)."""
