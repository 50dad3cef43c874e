"""Turn raw predictions into probabilities or values.

The operators Exp, Sigmoid, Softmax and ReduceSum of ONNX Runtime 1.32 are not used: their last digit depends on the place of
a row in the batch. Pow, with e as the base, and MatMul give each row the same number in every batch.
"""

import math
from typing import Any

import numpy as np

from service.publishing.conversion.column_sources import UnknownStep
from service.publishing.conversion.graph import TO_FLOAT64, Graph

_VECTOR = 8
"""The greatest number of float64 values that a vector instruction takes."""
TWO_LABELS = 2
"""A classifier of so many labels has one raw prediction, that of the second label."""


def add_exp(graph: Graph, value: str) -> str:
    """Add e to the power of each value."""
    return graph.add("Pow", [graph.constant(math.e), value])


def add_power(graph: Graph, value: str, power: float) -> str:
    """Add each value to a power."""
    return graph.add("Pow", [value, graph.constant(power)])


def add_log(graph: Graph, value: str) -> str:
    """Add the natural logarithm of each value.

    Each value is repeated as often as the vector instructions take values at once, so that all are computed in the same way.
    """
    extended = graph.add("Unsqueeze", [value, graph.constant([-1])])
    repeated = graph.add("Mul", [extended, graph.constant(np.ones(_VECTOR))])
    return graph.add("ReduceMax", [graph.add("Log", [repeated]), graph.constant([-1])], keepdims=0)


def add_sigmoid(graph: Graph, value: str) -> str:
    """Add 1 / (1 + e^−value)."""
    one = graph.constant(1.0)
    return graph.add("Div", [one, graph.add("Add", [add_exp(graph, graph.add("Neg", [value])), one])])


def add_tanh(graph: Graph, value: str) -> str:
    """Add 2 / (1 + e^(−2 value)) − 1."""
    double = graph.add("Mul", [value, graph.constant(2.0)])
    twice = graph.add("Mul", [add_sigmoid(graph, double), graph.constant(2.0)])
    return graph.add("Sub", [twice, graph.constant(1.0)])


def add_softmax(graph: Graph, value: str, outputs: int) -> str:
    """Add the shares of e^value in the sum of a row: (rows, outputs)."""
    largest = graph.add("ReduceMax", [value, graph.constant([1])], keepdims=1)
    powers = add_exp(graph, graph.add("Sub", [value, largest]))
    return graph.add("Div", [powers, graph.add("MatMul", [powers, graph.constant(np.ones((outputs, 1)))])])


def add_both(graph: Graph, second: str) -> str:
    """Add the probabilities of both labels from that of the second: (rows, 1) → (rows, 2)."""
    return graph.add("Concat", [graph.add("Sub", [graph.constant([[1.0]]), second]), second], axis=1)


def add_shares(graph: Graph, values: str, labels: int, *, of_zeros: float) -> str:
    """Add the share of each value in the sum of its row, or `of_zeros` if the sum is 0."""
    total = graph.add("MatMul", [values, graph.constant(np.ones((labels, 1)))])
    is_zero = graph.add("Equal", [total, graph.constant(0.0)])
    divisor = graph.add("Where", [is_zero, graph.constant(1.0), total])
    return graph.add("Where", [is_zero, graph.constant(of_zeros), graph.add("Div", [values, divisor])])


def add_side(graph: Graph, decision: str) -> str:
    """Add 1 for the label that a decision (rows, 1) names, 0 for the other: the second of two if it is positive."""
    above = graph.add("Greater", [decision, graph.constant(0.0)])
    return add_both(graph, graph.add("Cast", [above], to=TO_FLOAT64))


def add_labels(graph: Graph, decisions: str, labels: int) -> str:
    """Add 1 for the label with the greatest decision, 0 for the others: (rows, labels)."""
    greatest = graph.add("ArgMax", [decisions], axis=1, keepdims=1)
    equal = graph.add("Equal", [greatest, graph.constant(np.arange(labels)[None])])
    return graph.add("Cast", [equal], to=TO_FLOAT64)


def add_logistic(graph: Graph, raw: str, *, outputs: int) -> str:
    """Add the probabilities of raw predictions: one output for two labels, or one for each label."""
    return add_both(graph, add_sigmoid(graph, raw)) if outputs == 1 else add_softmax(graph, raw, outputs)


def add_inverse_link(graph: Graph, raw: str, loss: Any) -> str:
    """Add the values of raw predictions of a loss with the identity or the logarithm as link. Raises UnknownStep."""
    link = type(loss.link).__name__
    if link == "LogLink":
        return add_exp(graph, raw)
    if link != "IdentityLink":
        raise UnknownStep(f"the loss has the unknown link {link}")
    return raw
