"""Add the way back from a target that was transformed for the fit."""

from collections.abc import Callable
from typing import Any

import numpy as np

from service.publishing.conversion.column_sources import UnknownStep
from service.publishing.conversion.graph import Graph
from service.publishing.conversion.line_pieces import add_line_pieces
from service.publishing.conversion.outputs import add_exp, add_power


def add_inverse_target(graph: Graph, value: str, transformer: Any) -> str:
    """Add the values (rows, 1) of a target that a fitted transformer has transformed. Raises UnknownStep."""
    kind = type(transformer).__name__
    if kind not in _INVERSES or not type(transformer).__module__.startswith("sklearn."):
        raise UnknownStep(f"{kind} of the target has no converter")
    return _INVERSES[kind](graph, value, transformer)


def _of_scaler(graph: Graph, value: str, transformer: Any) -> str:
    scale = 1.0 if transformer.scale_ is None else transformer.scale_
    shift = getattr(transformer, "center_" if type(transformer).__name__ == "RobustScaler" else "mean_", None)
    scaled = graph.add("Mul", [value, graph.constant(np.reshape(scale, (1, -1)))])
    return graph.add("Add", [scaled, graph.constant(np.reshape(0.0 if shift is None else shift, (1, -1)))])


def _of_range_scaler(graph: Graph, value: str, transformer: Any) -> str:
    shifted = graph.add("Sub", [value, graph.constant(np.reshape(transformer.min_, (1, -1)))])
    return graph.add("Div", [shifted, graph.constant(np.reshape(transformer.scale_, (1, -1)))])


def _of_function(graph: Graph, value: str, transformer: Any) -> str:
    inverse = transformer.inverse_func
    if inverse is None:
        return value
    if inverse not in _FUNCTIONS:
        raise UnknownStep(f"the target has the unknown function {getattr(inverse, '__name__', '')}")
    return _FUNCTIONS[inverse](graph, value)


def _add_expm1(graph: Graph, value: str) -> str:
    return graph.add("Sub", [add_exp(graph, value), graph.constant(1.0)])


def _of_power(graph: Graph, value: str, transformer: Any) -> str:
    """Add the inverse of a PowerTransformer. Source: Yeo and Johnson, A New Family of Power Transformations, 2000."""
    if transformer.standardize:
        value = _of_scaler(graph, value, transformer._scaler)
    (power,) = transformer.lambdas_.tolist()
    if transformer.method == "box-cox":
        return _add_inverse_box_cox(graph, value, power)
    zero, one = graph.constant(0.0), graph.constant(1.0)
    is_positive = graph.add("GreaterOrEqual", [value, zero])
    above = _add_inverse_box_cox(graph, graph.add("Max", [value, zero]), _rounded(power))
    below = _add_inverse_box_cox(graph, graph.add("Neg", [graph.add("Min", [value, zero])]), _rounded(2.0 - power))
    return graph.add("Where", [is_positive, graph.add("Sub", [above, one]), graph.add("Sub", [one, below])])


def _rounded(power: float) -> float:
    """Return 0 for a power that scikit-learn takes for 0."""
    return 0.0 if abs(power) < np.spacing(1.0) else power


def _add_inverse_box_cox(graph: Graph, value: str, power: float) -> str:
    if power == 0:
        return add_exp(graph, value)
    base = graph.add("Add", [graph.add("Mul", [value, graph.constant(power)]), graph.constant(1.0)])
    return add_power(graph, base, 1.0 / power)


def _of_quantiles(graph: Graph, value: str, transformer: Any) -> str:
    """Add the inverse of a QuantileTransformer to the uniform distribution: lines between the quantiles."""
    if transformer.output_distribution != "uniform":
        raise UnknownStep("QuantileTransformer makes the target normal")
    return add_line_pieces(graph, value, transformer.references_, transformer.quantiles_[:, 0])


_FUNCTIONS: dict[Any, Callable[[Graph, str], str]] = {
    np.exp: add_exp,
    np.expm1: _add_expm1,
    np.square: lambda graph, value: graph.add("Mul", [value, value]),
    np.sqrt: lambda graph, value: graph.add("Sqrt", [value]),
}
_INVERSES: dict[str, Callable[[Graph, str, Any], str]] = {
    "FunctionTransformer": _of_function,
    "MaxAbsScaler": _of_scaler,
    "MinMaxScaler": _of_range_scaler,
    "PowerTransformer": _of_power,
    "QuantileTransformer": _of_quantiles,
    "RobustScaler": _of_scaler,
    "StandardScaler": _of_scaler,
}
