"""Add steps that bend each column, or make several columns of it, to a graph: powers, quantiles, bins, splines."""

from typing import Any

import numpy as np

from service.publishing.conversion.column_sources import UnknownStep
from service.publishing.conversion.graph import TO_FLOAT64, TO_INT64, Graph
from service.publishing.conversion.outputs import add_log, add_power
from service.publishing.conversion.steps.scaling_steps import add_scaler


def add_power_transform(graph: Graph, step: Any, matrix: str) -> str:
    """Add a PowerTransformer. Source: Yeo and Johnson, A New Family of Power Transformations, 2000."""
    add = _add_yeo_johnson if step.method == "yeo-johnson" else _add_box_cox
    columns = [
        add(graph, column, float(power))
        for column, power in zip(graph.split_columns(matrix, len(step.lambdas_)), step.lambdas_, strict=True)
    ]
    bent = columns[0] if len(columns) == 1 else graph.add("Concat", columns, axis=1)
    return add_scaler(graph, step._scaler, bent) if step.standardize else bent


def _add_box_cox(graph: Graph, value: str, power: float) -> str:
    """Add (value^power − 1) / power, or the logarithm for the power 0."""
    if power == 0:
        return add_log(graph, value)
    less_one = graph.add("Sub", [add_power(graph, value, power), graph.constant(1.0)])
    return graph.add("Div", [less_one, graph.constant(power)])


def _add_yeo_johnson(graph: Graph, value: str, power: float) -> str:
    """Add the Box-Cox transform of 1 + value, and for negative values that of 1 − value with the power 2 − power."""
    zero, one = graph.constant(0.0), graph.constant(1.0)
    is_positive = graph.add("GreaterOrEqual", [value, zero])
    upper = graph.add("Add", [graph.add("Max", [value, zero]), one])
    lower = graph.add("Sub", [one, graph.add("Min", [value, zero])])
    above = _add_box_cox(graph, upper, 0.0 if abs(power) < np.spacing(1.0) else power)
    rest = 0.0 if abs(power - 2) <= np.spacing(1.0) else 2 - power
    below = graph.add("Neg", [_add_box_cox(graph, lower, rest)])
    return graph.add("Where", [is_positive, above, below])


def add_bins(graph: Graph, step: Any, matrix: str) -> str:
    """Add the number of the bin of each value of a KBinsDiscretizer, or one column for each bin."""
    parts = []
    for column, edges in zip(graph.split_columns(matrix, len(step.bin_edges_)), step.bin_edges_, strict=True):
        number = _add_count(graph, edges[1:-1], column)
        if step.encode.startswith("onehot"):
            bins = graph.constant(np.arange(len(edges) - 1.0)[None])
            number = graph.add("Cast", [graph.add("Equal", [number, bins])], to=TO_FLOAT64)
        parts.append(number)
    return parts[0] if len(parts) == 1 else graph.add("Concat", parts, axis=1)


def _add_count(graph: Graph, edges: Any, column: str) -> str:
    """Add the count of the edges that a value is not below: (rows, 1)."""
    if not len(edges):
        return graph.add("Mul", [column, graph.constant(0.0)])
    reached = graph.add("LessOrEqual", [graph.constant(np.reshape(edges, (1, -1))), column])
    return graph.add("MatMul", [graph.add("Cast", [reached], to=TO_FLOAT64), graph.constant(np.ones((len(edges), 1)))])


def add_splines(graph: Graph, step: Any, matrix: str) -> str:
    """Add the B-splines of a SplineTransformer: on each piece between two knots, each is a polynomial."""
    if step.extrapolation != "constant":
        raise UnknownStep(f"SplineTransformer extrapolates ({step.extrapolation})")
    parts = [
        _add_spline(graph, spline, column, drop_last=not step.include_bias)
        for column, spline in zip(graph.split_columns(matrix, len(step.bsplines_)), step.bsplines_, strict=True)
    ]
    return parts[0] if len(parts) == 1 else graph.add("Concat", parts, axis=1)


def _add_spline(graph: Graph, spline: Any, column: str, *, drop_last: bool) -> str:
    """Add the splines of one column; values beyond the outer knots have the splines of these."""
    from scipy.interpolate import PPoly

    degree = spline.k
    knots = spline.t[degree : len(spline.t) - degree]
    count = spline.c.shape[1] - int(drop_last)
    pieces = np.stack(  # (powers, pieces, splines), the highest power first
        [
            PPoly.from_spline((spline.t, spline.c[:, at], degree)).c[:, degree : degree + len(knots) - 1]
            for at in range(count)
        ],
        axis=2,
    )
    low, high = graph.constant(knots[:1]), graph.constant(knots[-1:])
    inside = graph.add("Max", [graph.add("Min", [column, high]), low])
    piece = graph.add("Cast", [_add_count(graph, knots[1:-1], inside)], to=TO_INT64)
    flat = graph.add("Squeeze", [piece, graph.constant([1])])
    start = graph.add("Gather", [graph.constant(knots[:-1]), piece], axis=0)
    distance = graph.add("Sub", [inside, start])
    value = graph.add("Gather", [graph.constant(pieces[0]), flat], axis=0)
    for coefficients in pieces[1:]:
        next_one = graph.add("Gather", [graph.constant(coefficients), flat], axis=0)
        value = graph.add("Add", [graph.add("Mul", [value, distance]), next_one])
    return value
