"""Add calibrated probabilities of scores to a graph."""

from typing import Any

from service.publishing.conversion.column_sources import UnknownStep
from service.publishing.conversion.graph import Graph
from service.publishing.conversion.line_pieces import add_line_pieces
from service.publishing.conversion.outputs import TWO_LABELS, add_both, add_log, add_shares, add_sigmoid, add_softmax

_LEAST_SHARE = 1e-12
"""What a temperature adds to a probability before its logarithm."""


def add_calibration(graph: Graph, member: Any, scores: str) -> str:
    """Add the probabilities of one calibrated classifier from its scores: (rows, 1) for two labels, else (rows, labels).

    Raises UnknownStep.
    """
    labels = len(member.classes)
    if len(member.estimator.classes_) != labels:
        raise UnknownStep("a part of the calibration has not seen every label")
    if member.method == "temperature":
        return _add_temperature(graph, member, scores)
    add = _ADDERS.get(member.method, _refuse)
    parts = graph.split_columns(scores, len(member.calibrators))
    columns = [add(graph, calibrator, part) for calibrator, part in zip(member.calibrators, parts, strict=True)]
    if labels == TWO_LABELS:
        return add_both(graph, columns[0])
    return add_shares(graph, graph.add("Concat", columns, axis=1), labels, of_zeros=1 / labels)


def _add_temperature(graph: Graph, member: Any, scores: str) -> str:
    """Add the softmax of logits times a number.

    Decisions of two labels become (−x, x); probabilities become their logarithms. Source: Guo and others, On Calibration of
    Modern Neural Networks, 2017.
    """
    labels = len(member.classes)
    if hasattr(member.estimator, "decision_function"):
        logits = scores
        if labels == TWO_LABELS:
            logits = graph.add("Concat", [graph.add("Neg", [scores]), scores], axis=1)
    else:
        shares = add_both(graph, scores) if labels == TWO_LABELS else scores
        logits = add_log(graph, graph.add("Add", [shares, graph.constant(_LEAST_SHARE)]))
    scaled = graph.add("Mul", [logits, graph.constant(float(member.calibrators[0].beta_))])
    return add_softmax(graph, scaled, labels)


def _add_sigmoid_calibration(graph: Graph, calibrator: Any, score: str) -> str:
    """Add 1 / (1 + e^(a·score + b)). Source: Platt, Probabilistic Outputs for Support Vector Machines, 1999."""
    product = graph.add("Mul", [score, graph.constant(-float(calibrator.a_))])
    return add_sigmoid(graph, graph.add("Add", [product, graph.constant(-float(calibrator.b_))]))


def _add_isotonic_calibration(graph: Graph, calibrator: Any, score: str) -> str:
    """Add the line between the two knots around each score; scores beyond the knots have the value of the nearest."""
    knots, values = calibrator.X_thresholds_, calibrator.y_thresholds_
    if calibrator.out_of_bounds != "clip" or len(knots) < 2:  # noqa: PLR2004 - a line has two ends
        raise UnknownStep("an isotonic calibration has no line")
    return add_line_pieces(graph, score, knots, values)


def _refuse(_graph: Graph, calibrator: Any, _score: str) -> str:
    raise UnknownStep(f"the calibration {type(calibrator).__name__} has no converter")


_ADDERS = {"sigmoid": _add_sigmoid_calibration, "isotonic": _add_isotonic_calibration}
