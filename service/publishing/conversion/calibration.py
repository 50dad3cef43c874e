"""Add calibrated probabilities of scores to a graph."""

from typing import Any

import numpy as np

from service.publishing.conversion.column_sources import UnknownStep
from service.publishing.conversion.graph import TO_FLOAT64, TO_INT64, Graph
from service.publishing.conversion.outputs import TWO_LABELS, add_both, add_sigmoid


def add_calibration(graph: Graph, member: Any, scores: str) -> str:
    """Add the probabilities of one calibrated classifier from its scores: (rows, 1) for two labels, else (rows, labels).

    Raises UnknownStep.
    """
    labels = len(member.classes)
    if len(member.estimator.classes_) != labels:
        raise UnknownStep("a part of the calibration has not seen every label")
    add = _ADDERS.get(member.method, _refuse)
    parts = graph.split_columns(scores, len(member.calibrators))
    columns = [add(graph, calibrator, part) for calibrator, part in zip(member.calibrators, parts, strict=True)]
    if labels == TWO_LABELS:
        return add_both(graph, columns[0])
    return _add_shares(graph, graph.add("Concat", columns, axis=1), labels)


def _add_shares(graph: Graph, values: str, labels: int) -> str:
    """Add the share of each value in the sum of its row; equal shares if the sum is 0."""
    total = graph.add("MatMul", [values, graph.constant(np.ones((labels, 1)))])
    is_zero = graph.add("Equal", [total, graph.constant(0.0)])
    divisor = graph.add("Where", [is_zero, graph.constant(1.0), total])
    return graph.add("Where", [is_zero, graph.constant(1 / labels), graph.add("Div", [values, divisor])])


def _add_sigmoid_calibration(graph: Graph, calibrator: Any, score: str) -> str:
    """Add 1 / (1 + e^(a·score + b)). Source: Platt, Probabilistic Outputs for Support Vector Machines, 1999."""
    product = graph.add("Mul", [score, graph.constant(-float(calibrator.a_))])
    return add_sigmoid(graph, graph.add("Add", [product, graph.constant(-float(calibrator.b_))]))


def _add_isotonic_calibration(graph: Graph, calibrator: Any, score: str) -> str:
    """Add the line between the two knots around each score; scores beyond the knots have the value of the nearest."""
    knots, values = calibrator.X_thresholds_, calibrator.y_thresholds_
    if calibrator.out_of_bounds != "clip" or len(knots) < 2:  # noqa: PLR2004 - a line has two ends
        raise UnknownStep("an isotonic calibration has no line")
    score = graph.add("Max", [graph.add("Min", [score, graph.constant(knots[-1:])]), graph.constant(knots[:1])])
    is_above = graph.add("Less", [graph.constant(knots[1:-1][None]), score])
    passed = graph.add(
        "MatMul", [graph.add("Cast", [is_above], to=TO_FLOAT64), graph.constant(np.ones((len(knots) - 2, 1)))]
    )
    piece = graph.add("Cast", [passed], to=TO_INT64)
    slopes = np.diff(values) / np.diff(knots)
    start, slope, base = (
        graph.add("Gather", [graph.constant(each), piece], axis=0) for each in (knots[:-1], slopes, values[:-1])
    )
    return graph.add("Add", [graph.add("Mul", [slope, graph.add("Sub", [score, start])]), base])


def _refuse(_graph: Graph, calibrator: Any, _score: str) -> str:
    raise UnknownStep(f"the calibration {type(calibrator).__name__} has no converter")


_ADDERS = {"sigmoid": _add_sigmoid_calibration, "isotonic": _add_isotonic_calibration}
