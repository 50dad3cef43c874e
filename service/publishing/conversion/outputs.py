"""Turn raw predictions into probabilities or values.

The operators Exp, Sigmoid, Softmax and ReduceSum of ONNX Runtime 1.32 are not used: their last digit depends on the place of
a row in the batch. Pow, with e as the base, and MatMul give each row the same number in every batch.
"""

import math
from typing import Any

import numpy as np

from service.publishing.conversion.column_sources import UnknownStep
from service.publishing.conversion.graph import Graph

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


def add_softmax(graph: Graph, value: str, outputs: int) -> str:
    """Add the shares of e^value in the sum of a row: (rows, outputs)."""
    largest = graph.add("ReduceMax", [value, graph.constant([1])], keepdims=1)
    powers = add_exp(graph, graph.add("Sub", [value, largest]))
    return graph.add("Div", [powers, graph.add("MatMul", [powers, graph.constant(np.ones((outputs, 1)))])])


def add_both(graph: Graph, second: str) -> str:
    """Add the probabilities of both labels from that of the second: (rows, 1) → (rows, 2)."""
    return graph.add("Concat", [graph.add("Sub", [graph.constant([[1.0]]), second]), second], axis=1)


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


def add_inverse_target(graph: Graph, value: str, transformer: Any) -> str:
    """Add the values of a target that was transformed for the fit. Raises UnknownStep."""
    kind = type(transformer).__name__
    if kind == "StandardScaler":
        scale = 1.0 if transformer.scale_ is None else transformer.scale_
        mean = 0.0 if transformer.mean_ is None else transformer.mean_
        scaled = graph.add("Mul", [value, graph.constant(np.reshape(scale, (1, -1)))])
        return graph.add("Add", [scaled, graph.constant(np.reshape(mean, (1, -1)))])
    inverse = transformer.inverse_func if kind == "FunctionTransformer" else object()
    if inverse is None:
        return value
    if inverse is np.exp:
        return add_exp(graph, value)
    if inverse is np.expm1:
        return graph.add("Sub", [add_exp(graph, value), graph.constant([[1.0]])])
    if inverse is np.square:
        return graph.add("Mul", [value, value])
    raise UnknownStep(f"{kind} of the target has no converter")
