"""Add support vector machines, kernel ridge and Gaussian processes to a graph."""

from collections.abc import Callable
from typing import Any

import numpy as np

from service.publishing.conversion.column_sources import UnknownStep
from service.publishing.conversion.graph import TO_FLOAT64, Graph
from service.publishing.conversion.matrix_models.distances import add_squared_distances, check_training_rows
from service.publishing.conversion.matrix_models.libsvm_probabilities import add_coupled_probabilities
from service.publishing.conversion.outputs import (
    TWO_LABELS,
    add_exp,
    add_labels,
    add_power,
    add_side,
    add_sigmoid,
    add_tanh,
)
from service.publishing.conversion.preprocessing import Floats, Preprocessing
from service.publishing.conversion.steps.step_graph import plain_matrix


def add_support_classifier(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    """Add the probabilities of SVC or NuSVC with two labels, or the label of one without probabilities."""
    labels = len(model.classes_)
    if not hasattr(model, "predict_proba"):
        return _add_votes(graph, model, preprocessing)
    if labels > TWO_LABELS:
        raise UnknownStep(f"{type(model).__name__} has probabilities of {labels} labels")
    decision = add_support_decision(graph, model, preprocessing)
    product = graph.add("Mul", [decision, graph.constant(-float(model._probA[0]))])
    second = add_sigmoid(graph, graph.add("Add", [product, graph.constant(float(model._probB[0]))]))
    return add_coupled_probabilities(graph, second)


def add_support_decision(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    """Add the decision function for two labels: (rows, 1)."""
    if len(model.classes_) > TWO_LABELS:
        raise UnknownStep(f"{type(model).__name__} decides between {len(model.classes_)} labels")
    return _add_sum(graph, _add_kernel_of(graph, model, preprocessing), model.dual_coef_.T, model.intercept_)


def _add_votes(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    """Add the label that wins most of the decisions between two labels."""
    labels = len(model.classes_)
    if labels == TWO_LABELS:
        return add_side(graph, add_support_decision(graph, model, preprocessing))
    if model.break_ties:
        raise UnknownStep(f"{type(model).__name__} breaks ties")
    ends = np.cumsum(model.n_support_)
    members = [slice(end - count, end) for end, count in zip(ends, model.n_support_, strict=True)]
    pairs = [(first, second) for first in range(labels) for second in range(first + 1, labels)]
    weights = np.zeros((ends[-1], len(pairs)))
    first_wins, second_wins = np.zeros((len(pairs), labels)), np.zeros((len(pairs), labels))
    for at, (first, second) in enumerate(pairs):
        weights[members[first], at] = model.dual_coef_[second - 1, members[first]]
        weights[members[second], at] = model.dual_coef_[first, members[second]]
        first_wins[at, first] = second_wins[at, second] = 1.0
    decisions = _add_sum(graph, _add_kernel_of(graph, model, preprocessing), weights, model.intercept_)
    is_first = graph.add("Cast", [graph.add("Greater", [decisions, graph.constant(0.0)])], to=TO_FLOAT64)
    votes = graph.add("MatMul", [is_first, graph.constant(first_wins - second_wins)])
    return add_labels(graph, graph.add("Add", [votes, graph.constant(second_wins.sum(axis=0)[None])]), labels)


def add_support_regressor(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    """Add the values of SVR or NuSVR, or the decision of OneClassSVM: (rows, 1)."""
    return _add_sum(graph, _add_kernel_of(graph, model, preprocessing), model.dual_coef_.T, model.intercept_)


def add_kernel_ridge(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    training_rows = check_training_rows(model.X_fit_, "KernelRidge")
    gamma = 1.0 / training_rows.shape[1] if model.gamma is None else model.gamma
    matrix, _ = plain_matrix(graph, preprocessing)
    kernel = add_kernel(graph, matrix, training_rows, model.kernel, gamma=gamma, degree=model.degree, shift=model.coef0)
    return graph.add("MatMul", [kernel, graph.constant(np.reshape(model.dual_coef_, (len(training_rows), -1)))])


def _add_sum(graph: Graph, kernel: str, weights: Any, intercept: Any) -> str:
    product = graph.add("MatMul", [kernel, graph.constant(np.asarray(weights))])
    return graph.add("Add", [product, graph.constant(np.reshape(intercept, (1, -1)))])


def _add_kernel_of(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    training_rows = check_training_rows(model.support_vectors_, type(model).__name__)
    matrix, _ = plain_matrix(graph, preprocessing)
    return add_kernel(graph, matrix, training_rows, model.kernel, gamma=model._gamma, degree=model.degree, shift=model.coef0)


def add_kernel(
    graph: Graph, matrix: str, training_rows: Floats, kernel: Any, *, gamma: float, degree: float, shift: float
) -> str:
    """Add a kernel between the rows of the matrix and training rows: (rows, training rows). Raises UnknownStep."""
    if kernel == "rbf":
        distances = add_squared_distances(graph, matrix, training_rows)
        return add_exp(graph, graph.add("Mul", [distances, graph.constant(-float(gamma))]))
    graph.note_width(len(training_rows))
    product = graph.add("MatMul", [matrix, graph.constant(training_rows.T)])
    if kernel == "linear":
        return product
    inner = graph.add("Add", [graph.add("Mul", [product, graph.constant(float(gamma))]), graph.constant(float(shift))])
    if kernel in {"poly", "polynomial"}:
        return add_power(graph, inner, float(degree))
    if kernel == "sigmoid":
        return add_tanh(graph, inner)
    raise UnknownStep(f"the kernel {kernel if isinstance(kernel, str) else 'of the user'} has no converter")


def add_gaussian_process(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    """Add the mean of a GaussianProcessRegressor: (rows, 1)."""
    training_rows = check_training_rows(model.X_train_, "GaussianProcessRegressor")
    matrix, _ = plain_matrix(graph, preprocessing)
    kernel = _add_process_kernel(graph, matrix, training_rows, model.kernel_)
    mean = graph.add("MatMul", [kernel, graph.constant(np.reshape(model.alpha_, (len(training_rows), -1)))])
    scaled = graph.add("Mul", [mean, graph.constant(np.reshape(model._y_train_std, (1, -1)))])
    return graph.add("Add", [scaled, graph.constant(np.reshape(model._y_train_mean, (1, -1)))])


def _add_process_kernel(graph: Graph, matrix: str, training_rows: Floats, kernel: Any) -> str:
    name = type(kernel).__name__
    if name in {"Sum", "Product"}:
        parts = [_add_process_kernel(graph, matrix, training_rows, part) for part in (kernel.k1, kernel.k2)]
        return graph.add("Add" if name == "Sum" else "Mul", parts)
    if name == "DotProduct":
        product = graph.add("MatMul", [matrix, graph.constant(training_rows.T)])
        return graph.add("Add", [product, graph.constant(float(kernel.sigma_0) ** 2)])
    if name in {"ConstantKernel", "WhiteKernel"}:  # white noise is between a row and itself only
        return graph.constant(np.full((1, len(training_rows)), kernel.constant_value if name == "ConstantKernel" else 0.0))
    if name not in _OF_DISTANCE:
        raise UnknownStep(f"the kernel {name} has no converter")
    scaled = graph.add("Div", [matrix, graph.constant(np.reshape(kernel.length_scale, (1, -1)))])
    return _OF_DISTANCE[name](graph, add_squared_distances(graph, scaled, training_rows / kernel.length_scale), kernel)


def _add_rbf(graph: Graph, squares: str, _kernel: Any) -> str:
    return add_exp(graph, graph.add("Mul", [squares, graph.constant(-0.5)]))


def _add_rational_quadratic(graph: Graph, squares: str, kernel: Any) -> str:
    base = graph.add("Add", [graph.add("Div", [squares, graph.constant(2.0 * kernel.alpha)]), graph.constant(1.0)])
    return add_power(graph, base, -float(kernel.alpha))


def _add_matern(graph: Graph, squares: str, kernel: Any) -> str:
    """Add a Matérn kernel with the smoothness 0.5, 1.5 or 2.5."""
    if kernel.nu not in {0.5, 1.5, 2.5}:
        raise UnknownStep(f"the kernel Matern with nu={kernel.nu} has no converter")
    distance = graph.add("Mul", [graph.add("Sqrt", [squares]), graph.constant(float(np.sqrt(2 * kernel.nu)))])
    decay = add_exp(graph, graph.add("Neg", [distance]))
    factor = graph.constant(1.0)
    if kernel.nu > 0.5:  # noqa: PLR2004 - the smoothness
        factor = graph.add("Add", [distance, factor])
    if kernel.nu > 1.5:  # noqa: PLR2004 - the smoothness
        third = graph.add("Div", [graph.add("Mul", [distance, distance]), graph.constant(3.0)])
        factor = graph.add("Add", [factor, third])
    return graph.add("Mul", [factor, decay])


_OF_DISTANCE: dict[str, Callable[[Graph, str, Any], str]] = {
    "RBF": _add_rbf,
    "RationalQuadratic": _add_rational_quadratic,
    "Matern": _add_matern,
}
