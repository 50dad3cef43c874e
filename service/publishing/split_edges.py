"""Rows at the splits of the trees in a graph: a wrong conversion shows first where a decision changes."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.fields.field_type import NumbersType, RangeType
from service.publishing.conversion.graph import INPUT

MAX_ROWS = 60_000
_UP_TO = 0
"""The mode of a node that sends numbers up to its split to one side."""


def split_edges(model: bytes) -> list[tuple[int, float]]:
    """Return each distinct (field, split) of the nodes `TreeEnsemble` of a model that read its input, in order.

    Nodes that read what the graph computes have no splits on fields.
    """
    import onnx
    from onnx import numpy_helper

    graph = onnx.load_model_from_string(model).graph
    columns = _field_columns(graph)
    edges: set[tuple[int, float]] = set()
    for node in graph.node:
        if node.op_type == "TreeEnsemble" and node.input[0] in columns:
            values = {each.name: each for each in node.attribute}
            modes, splits = (numpy_helper.to_array(values[name].t) for name in ("nodes_modes", "nodes_splits"))
            fields = columns[node.input[0]][values["nodes_featureids"].ints]
            used = (modes == _UP_TO) & np.isfinite(splits)
            edges |= set(zip(fields[used].tolist(), splits[used].tolist(), strict=True))
    return sorted(edges)


def _field_columns(graph: Any) -> dict[str, NDArray[np.int64]]:
    """Return the field of each column of each matrix that trees read: the input, or this with copies of fields behind it.

    A copy is made by a node Gather, and a node Where makes some of its numbers missing.
    """
    from onnx import numpy_helper

    widths = {each.name: each.type.tensor_type.shape.dim[1].dim_value for each in graph.input}
    if INPUT not in widths:
        return {}
    count = np.arange(widths[INPUT])
    makers = {node.output[0]: node for node in graph.node}
    constants = {each.name: each for each in graph.initializer}
    columns = {INPUT: count}
    for node in graph.node:
        if node.op_type == "Concat" and node.input[0] == INPUT and len(node.input) == 2:  # noqa: PLR2004
            mask = makers.get(node.input[1])
            copies = makers.get(mask.input[2]) if mask is not None and mask.op_type == "Where" else None
            if copies is not None and copies.op_type == "Gather" and copies.input[0] == INPUT:
                columns[node.output[0]] = np.append(count, numpy_helper.to_array(constants[copies.input[1]]))
    return columns


def edge_rows(model: bytes, fields: Sequence[NumbersType], numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return real rows (rows, fields) whose number of one field is a split, or its nearest neighbour above or below.

    For a field of whole numbers, these are the nearest of them. Numbers that the field does not accept are left out. Of very
    many splits, some are drawn.
    """
    edges = [(at, split) for at, split in split_edges(model) if not fields[at].size]
    if len(edges) * 3 > MAX_ROWS:
        drawn = np.random.default_rng(0).choice(len(edges), MAX_ROWS // 3, replace=False)
        edges = [edges[index] for index in sorted(drawn)]
    if not edges:
        return numbers[:0]
    column = np.repeat([at for at, _ in edges], 3)
    split = np.array([split for _, split in edges])
    below, above = np.nextafter(split, -np.inf), np.nextafter(split, np.inf)
    whole_fields = [isinstance(field, RangeType) and field.is_integral for field in fields]
    is_whole = np.array([whole_fields[at] for at, _ in edges])
    below, split, above = (
        np.where(is_whole, whole(each), each) for whole, each in ((np.floor, below), (np.floor, split), (np.ceil, above))
    )
    number = np.stack([below, split, above], axis=1).reshape(-1)
    low, high = (np.array([getattr(field, end) for field in fields])[column] for end in ("min_number", "max_number"))
    accepted = (low <= number) & (number <= high)
    rows = numbers[np.arange(len(column)) % len(numbers)]
    rows[np.arange(len(column)), column] = number
    inside: NDArray[np.float64] = rows[accepted]
    return inside
