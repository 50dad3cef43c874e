"""Add scalers, imputers and functions of single columns to a graph."""

from collections.abc import Callable
from typing import Any

import numpy as np

from service.publishing.conversion.column_sources import UnknownStep, is_identity
from service.publishing.conversion.graph import TO_FLOAT64, Graph
from service.publishing.conversion.outputs import add_exp, add_log


def add_scaler(graph: Graph, step: Any, matrix: str) -> str:
    """Add a StandardScaler, MaxAbsScaler or RobustScaler: the difference to a number of each column, divided by another."""
    shift = getattr(step, "center_" if type(step).__name__ == "RobustScaler" else "mean_", None)
    if shift is not None and getattr(step, "with_mean", True):
        matrix = graph.add("Sub", [matrix, graph.constant(np.reshape(shift, (1, -1)))])
    if step.scale_ is not None:
        matrix = graph.add("Div", [matrix, graph.constant(np.reshape(step.scale_, (1, -1)))])
    return _clipped(graph, matrix, (-1.0, 1.0)) if getattr(step, "clip", False) else matrix


def add_range_scaler(graph: Graph, step: Any, matrix: str) -> str:
    """Add a MinMaxScaler."""
    product = graph.add("Mul", [matrix, graph.constant(np.reshape(step.scale_, (1, -1)))])
    scaled = graph.add("Add", [product, graph.constant(np.reshape(step.min_, (1, -1)))])
    return _clipped(graph, scaled, step.feature_range) if step.clip else scaled


def _clipped(graph: Graph, matrix: str, ends: tuple[float, float]) -> str:
    low, high = (graph.constant(float(end)) for end in ends)
    return graph.add("Min", [graph.add("Max", [matrix, low]), high])


def add_imputer(graph: Graph, step: Any, matrix: str) -> str:
    """Add a SimpleImputer, with the indicators of missing values behind the columns."""
    if not (isinstance(step.missing_values, float) and np.isnan(step.missing_values)):
        raise UnknownStep("SimpleImputer has another mark than NaN for missing values")
    statistics = np.asarray(step.statistics_, dtype=np.float64)
    is_missing = graph.add("IsNaN", [matrix])
    filled = graph.add("Where", [is_missing, graph.constant(np.nan_to_num(statistics)[None]), matrix])
    empty = np.isnan(statistics)
    if empty.any() and not step.keep_empty_features:
        filled = graph.add("Gather", [filled, graph.constant(np.flatnonzero(~empty))], axis=1)
    if step.indicator_ is None:
        return filled
    indicated = graph.add("Gather", [is_missing, graph.constant(np.asarray(step.indicator_.features_))], axis=1)
    return graph.add("Concat", [filled, graph.add("Cast", [indicated], to=TO_FLOAT64)], axis=1)


def add_binarizer(graph: Graph, step: Any, matrix: str) -> str:
    above = graph.add("Greater", [matrix, graph.constant(float(step.threshold))])
    return graph.add("Cast", [above], to=TO_FLOAT64)


def add_normalizer(graph: Graph, step: Any, matrix: str) -> str:
    return add_unit_rows(graph, matrix, step.norm, step.n_features_in_)


def add_unit_rows(graph: Graph, matrix: str, kind: str, columns: int) -> str:
    """Divide each row by its norm (`l1`, `l2` or `max`); a row of zeros stays."""
    size = graph.add("Abs", [matrix])
    ones = graph.constant(np.ones((columns, 1)))
    if kind == "l2":
        norm = graph.add("Sqrt", [graph.add("MatMul", [graph.add("Mul", [matrix, matrix]), ones])])
    elif kind == "l1":
        norm = graph.add("MatMul", [size, ones])
    else:
        norm = graph.add("ReduceMax", [size, graph.constant([1])], keepdims=1)
    is_zero = graph.add("Equal", [norm, graph.constant(0.0)])
    return graph.add("Div", [matrix, graph.add("Where", [is_zero, graph.constant(1.0), norm])])


def add_function(graph: Graph, step: Any, matrix: str) -> str:
    """Add a FunctionTransformer with one of the functions of numpy that ONNX has too."""
    if is_identity(step):
        return matrix
    if step.kw_args or step.func not in _FUNCTIONS:
        raise UnknownStep(f"FunctionTransformer has the unknown function {getattr(step.func, '__name__', '')}")
    return _FUNCTIONS[step.func](graph, matrix)


def _add_log1p(graph: Graph, value: str) -> str:
    return add_log(graph, graph.add("Add", [value, graph.constant(1.0)]))


def _add_log_of_base(base: float) -> Callable[[Graph, str], str]:
    def add(graph: Graph, value: str) -> str:
        return graph.add("Div", [add_log(graph, value), graph.constant(float(np.log(base)))])

    return add


def _add_expm1(graph: Graph, value: str) -> str:
    return graph.add("Sub", [add_exp(graph, value), graph.constant(1.0)])


def _add_square(graph: Graph, value: str) -> str:
    return graph.add("Mul", [value, value])


def _add_operator(name: str) -> Callable[[Graph, str], str]:
    def add(graph: Graph, value: str) -> str:
        return graph.add(name, [value])

    return add


_FUNCTIONS: dict[Any, Callable[[Graph, str], str]] = {
    np.log: add_log,
    np.log1p: _add_log1p,
    np.log2: _add_log_of_base(2.0),
    np.log10: _add_log_of_base(10.0),
    np.exp: add_exp,
    np.expm1: _add_expm1,
    np.square: _add_square,
    np.sqrt: _add_operator("Sqrt"),
    np.abs: _add_operator("Abs"),
    np.sign: _add_operator("Sign"),
    np.reciprocal: _add_operator("Reciprocal"),
    np.negative: _add_operator("Neg"),
}
