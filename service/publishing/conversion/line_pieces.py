"""Add a function that is a line between two knots each to a graph."""

import numpy as np

from service.publishing.conversion.graph import TO_FLOAT64, TO_INT64, Graph
from service.publishing.conversion.preprocessing import Floats


def add_line_pieces(graph: Graph, value: str, knots: Floats, values: Floats) -> str:
    """Add the line between the two knots around each value (rows, 1); beyond the knots, the nearest knot counts."""
    value = graph.add("Max", [graph.add("Min", [value, graph.constant(knots[-1:])]), graph.constant(knots[:1])])
    is_above = graph.add("Cast", [graph.add("Less", [graph.constant(knots[1:-1][None]), value])], to=TO_FLOAT64)
    passed = graph.add("MatMul", [is_above, graph.constant(np.ones((len(knots) - 2, 1)))])
    piece = graph.add("Cast", [passed], to=TO_INT64)
    slopes = np.diff(values) / np.diff(knots)
    start, slope, base = (
        graph.add("Gather", [graph.constant(each), piece], axis=0) for each in (knots[:-1], slopes, values[:-1])
    )
    return graph.add("Add", [graph.add("Mul", [slope, graph.add("Sub", [value, start])]), base])
