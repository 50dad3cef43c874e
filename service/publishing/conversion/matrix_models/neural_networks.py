"""Add multi-layer perceptrons to a graph."""

from collections.abc import Callable
from typing import Any

from service.publishing.conversion.column_sources import UnknownStep
from service.publishing.conversion.graph import Graph
from service.publishing.conversion.outputs import TWO_LABELS, add_exp, add_logistic, add_sigmoid, add_tanh
from service.publishing.conversion.preprocessing import Preprocessing
from service.publishing.conversion.steps.step_graph import plain_matrix


def add_perceptron_network(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    """Add the probabilities of an MLPClassifier, or the values of an MLPRegressor."""
    value, _ = plain_matrix(graph, preprocessing)
    activation = _ACTIVATIONS[model.activation]
    last = len(model.coefs_) - 1
    for at, (weights, intercepts) in enumerate(zip(model.coefs_, model.intercepts_, strict=True)):
        value = graph.add("Add", [graph.add("MatMul", [value, graph.constant(weights)]), graph.constant(intercepts[None])])
        value = value if at == last else activation(graph, value)
    if not hasattr(model, "classes_"):
        return _with_link(graph, value, model.out_activation_)
    outputs = model.n_outputs_
    if outputs > 1 and model.out_activation_ != "softmax":
        raise UnknownStep("MLPClassifier has several outputs")
    return add_logistic(graph, value, outputs=1 if len(model.classes_) == TWO_LABELS else outputs)


def _with_link(graph: Graph, value: str, link: str) -> str:
    if link == "identity":
        return value
    if link == "exponential":
        return add_exp(graph, value)
    raise UnknownStep(f"MLPRegressor has the unknown output {link}")


_ACTIVATIONS: dict[str, Callable[[Graph, str], str]] = {
    "identity": lambda _graph, value: value,
    "logistic": add_sigmoid,
    "relu": lambda graph, value: graph.add("Max", [value, graph.constant(0.0)]),
    "tanh": add_tanh,
}
