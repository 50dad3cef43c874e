"""Read the trees of a graph as nested conditions.

The operator TreeEnsemble is described at https://onnx.ai/onnx/operators/onnx_aionnxml_TreeEnsemble.html.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.exports.expressions.nodes import Condition, Expression, Number
from service.exports.expressions.simplification import choose, compare, either, every, is_missing, total
from service.exports.refusals import NotExportable

_LEQ, _MEMBER = 0, 6
_COMPARATORS: dict[int, Any] = {0: "<=", 1: "<", 2: ">=", 3: ">", 4: "=="}
_SUM = 1


def read_trees(cells: NDArray[Any], attributes: dict[str, NDArray[Any]]) -> NDArray[Any]:
    """Return the sum of the trees for each output (1, outputs). Raises NotExportable."""
    if int(attributes["aggregate_function"]) != _SUM or int(attributes["post_transform"]):
        raise NotExportable("its trees are joined in a way that no form of code has")
    trees = _Trees(cells[0], attributes)
    outputs: list[list[Expression]] = [[] for _ in range(int(attributes["n_targets"]))]
    for root in attributes["tree_roots"].tolist():
        for target, expression in trees.read(root).items():
            outputs[target].append(expression)
    result = np.empty((1, len(outputs)), dtype=object)
    result[0] = [total(parts) for parts in outputs]
    return result


class _Trees:
    def __init__(self, cells: NDArray[Any], attributes: dict[str, NDArray[Any]]) -> None:
        self._cells = cells
        self._column = attributes["nodes_featureids"].tolist()
        self._mode = attributes["nodes_modes"].tolist()
        self._split = attributes["nodes_splits"].tolist()
        self._children = {
            True: (attributes["nodes_truenodeids"].tolist(), attributes["nodes_trueleafs"].tolist()),
            False: (attributes["nodes_falsenodeids"].tolist(), attributes["nodes_falseleafs"].tolist()),
        }
        none = np.zeros(len(self._column), dtype=np.int64)
        self._missing = attributes.get("nodes_missing_value_tracks_true", none).tolist()
        self._weights = attributes["leaf_weights"].tolist()
        self._targets = attributes["leaf_targetids"].tolist()
        self._members = _member_sets(self._mode, attributes.get("membership_values", np.zeros(0)))

    def read(self, root: int) -> dict[int, Expression]:
        """Return output → the expression of the tree below a node."""
        yes, no = self._child(root, side=True), self._child(root, side=False)
        condition = self._condition(root)
        zero = Number(0.0)
        return {target: choose(condition, yes.get(target, zero), no.get(target, zero)) for target in {**yes, **no}}

    def _child(self, node: int, *, side: bool) -> dict[int, Expression]:
        positions, leaf_flags = self._children[side]
        position = positions[node]
        if leaf_flags[node]:
            return {self._targets[position]: Number(self._weights[position])}
        return self.read(position)

    def _condition(self, node: int) -> Condition:
        cell, mode = self._cells[self._column[node]], self._mode[node]
        if mode == _MEMBER:
            inside = either([compare("==", cell, Number(value)) for value in self._members[node]])
        elif mode == _LEQ and np.isinf(self._split[node]) and self._split[node] > 0:
            inside = every([])
        else:
            inside = compare(_COMPARATORS[mode], cell, Number(self._split[node]))
        return either([is_missing(cell), inside]) if self._missing[node] else inside


def _member_sets(modes: list[int], values: NDArray[Any]) -> dict[int, list[float]]:
    """Return node → the numbers that it tests for. They follow each other, each set with a NaN behind it."""
    nodes = [node for node, mode in enumerate(modes) if mode == _MEMBER]
    ends = np.flatnonzero(np.isnan(values))
    sets = np.split(values, ends + 1)
    return {node: each[:-1].tolist() for node, each in zip(nodes, sets, strict=False)}
