"""Add projections and polynomials, whose columns mix fields, to a graph."""

from typing import Any

import numpy as np

from service.publishing.conversion.column_sources import UnknownStep
from service.publishing.conversion.graph import Graph


def add_pca(graph: Graph, step: Any, matrix: str) -> str:
    """Add a PCA, with the components divided by their standard deviation if it whitens."""
    if step.mean_ is not None:
        matrix = graph.add("Sub", [matrix, graph.constant(step.mean_[None])])
    projected = graph.add("MatMul", [matrix, graph.constant(step.components_.T)])
    if not step.whiten:
        return projected
    deviation = np.sqrt(step.explained_variance_)
    least = np.finfo(deviation.dtype).eps
    return graph.add("Div", [projected, graph.constant(np.where(deviation < least, least, deviation)[None])])


def add_truncated_svd(graph: Graph, step: Any, matrix: str) -> str:
    return graph.add("MatMul", [matrix, graph.constant(step.components_.T)])


def add_fast_ica(graph: Graph, step: Any, matrix: str) -> str:
    if step.whiten:
        matrix = graph.add("Sub", [matrix, graph.constant(step.mean_[None])])
    return graph.add("MatMul", [matrix, graph.constant(step.components_.T)])


def add_discriminant_projection(graph: Graph, step: Any, matrix: str) -> str:
    """Add the projection of a LinearDiscriminantAnalysis that is a step."""
    if step.solver == "lsqr":
        raise UnknownStep("LinearDiscriminantAnalysis with the solver lsqr does not transform")
    if step.solver == "svd":
        matrix = graph.add("Sub", [matrix, graph.constant(step.xbar_[None])])
    scalings = step.scalings_[:, : step._max_components]
    return graph.add("MatMul", [matrix, graph.constant(scalings)])


def add_polynomials(graph: Graph, step: Any, matrix: str) -> str:
    """Add the products of powers of columns, one factor after the other."""
    powers = np.asarray(step.powers_)
    columns = powers.shape[1]
    factors = [np.repeat(np.arange(columns), row) for row in powers]
    degree = max((len(each) for each in factors), default=0)
    index = np.full((len(factors), max(degree, 1)), columns)
    for at, each in enumerate(factors):
        index[at, : len(each)] = each
    first = graph.add("Gather", [matrix, graph.constant([0])], axis=1)
    is_same = graph.add("Mul", [first, graph.constant(0.0)])
    one = graph.add("Add", [is_same, graph.constant(1.0)])
    extended = graph.add("Concat", [matrix, one], axis=1)
    product = graph.add("Gather", [extended, graph.constant(index[:, 0])], axis=1)
    for factor in index.T[1:]:
        product = graph.add("Mul", [product, graph.add("Gather", [extended, graph.constant(factor)], axis=1)])
    return product
