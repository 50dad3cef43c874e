"""Rows at the splits of the trees in a graph: a wrong conversion shows first where a decision changes."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from service.fields.field_type import NumbersType

MAX_ROWS = 60_000
_UP_TO = 0
"""The mode of a node that sends numbers up to its split to one side."""


def split_edges(model: bytes) -> list[tuple[int, float]]:
    """Return each distinct (field, split) of the nodes `TreeEnsemble` of a model, in order."""
    import onnx
    from onnx import numpy_helper

    edges: set[tuple[int, float]] = set()
    for node in onnx.load_model_from_string(model).graph.node:
        if node.op_type == "TreeEnsemble":
            values = {each.name: each for each in node.attribute}
            modes, splits = (numpy_helper.to_array(values[name].t) for name in ("nodes_modes", "nodes_splits"))
            fields = np.array(values["nodes_featureids"].ints)
            used = (modes == _UP_TO) & np.isfinite(splits)
            edges |= set(zip(fields[used].tolist(), splits[used].tolist(), strict=True))
    return sorted(edges)


def edge_rows(model: bytes, fields: Sequence[NumbersType], numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return real rows (rows, fields) whose number of one field is a split, or its nearest neighbour above or below.

    Numbers that the field does not accept are left out. Of very many splits, some are drawn.
    """
    edges = [(at, split) for at, split in split_edges(model) if not fields[at].size]
    if len(edges) * 3 > MAX_ROWS:
        drawn = np.random.default_rng(0).choice(len(edges), MAX_ROWS // 3, replace=False)
        edges = [edges[index] for index in sorted(drawn)]
    if not edges:
        return numbers[:0]
    column = np.repeat([at for at, _ in edges], 3)
    split = np.array([split for _, split in edges])
    number = np.stack([np.nextafter(split, -np.inf), split, np.nextafter(split, np.inf)], axis=1).reshape(-1)
    low, high = (np.array([getattr(field, end) for field in fields])[column] for end in ("min_number", "max_number"))
    accepted = (low <= number) & (number <= high)
    rows = numbers[np.arange(len(column)) % len(numbers)]
    rows[np.arange(len(column)), column] = number
    kept: NDArray[np.float64] = rows[accepted]
    return kept
