"""Steps that make a matrix of a column of arrays: `np.stack` of its cells, then `np.reshape` of pictures to rows."""

from dataclasses import replace
from typing import Any

import numpy as np

from service.publishing.conversion.column_sources import UnknownStep, is_identity, is_passed_through
from service.publishing.conversion.graph import TO_FLOAT64, Graph
from service.publishing.conversion.preprocessing import ArrayInput, Preprocessing, create_array, create_columns


def add_to_array(graph: Graph, array: ArrayInput, step: Any) -> Preprocessing:
    """Return what a step makes of a column of pictures or vectors. Raises UnknownStep."""
    if is_passed_through(step):
        return create_array(array)
    if type(step).__name__ == "FunctionTransformer" and not step.validate:
        if is_identity(step):
            return create_array(array)
        if not array.is_stacked and step.func is np.stack and not step.kw_args:
            stacked = replace(array, is_stacked=True)
            return _matrix(graph, stacked) if len(array.shape) == 1 else create_array(stacked)
        if array.is_stacked and step.func is np.reshape and _is_flat(step.kw_args or {}, array.size):
            return _matrix(graph, array)
    raise UnknownStep(
        f"{type(step).__name__} reads the arrays of {array.name}: make a matrix of them first, "
        "with FunctionTransformer(np.stack) and FunctionTransformer(np.reshape)"
    )


def _is_flat(arguments: dict[str, Any], size: int) -> bool:
    """Return whether the arguments of `np.reshape` make one row of each array."""
    shape = arguments.get("shape", arguments.get("newshape"))
    return arguments.keys() <= {"shape", "newshape"} and shape is not None and tuple(shape) == (-1, size)


def _matrix(graph: Graph, array: ArrayInput) -> Preprocessing:
    matrix = graph.add("Cast", [graph.add_array(array.name, array.shape, is_whole=array.is_whole)], to=TO_FLOAT64)
    if len(array.shape) > 1:
        matrix = graph.add("Reshape", [matrix, graph.constant([-1, array.size])])
    return create_columns(matrix, np.zeros(array.size), np.zeros(array.size, dtype=bool))
