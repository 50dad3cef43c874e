"""Write trees as one node `TreeEnsemble` of ONNX, whose thresholds and leaves are float64.

The operator is described at https://onnx.ai/onnx/operators/onnx_aionnxml_TreeEnsemble.html.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.publishing.conversion.column_sources import UnknownStep
from service.publishing.conversion.graph import Graph, tensor
from service.publishing.conversion.preprocessing import Preprocessing
from service.publishing.conversion.steps.step_graph import plain_matrix
from service.publishing.conversion.tree_ensembles.split_folding import Splits, fold_splits
from service.publishing.conversion.tree_ensembles.trees import LEAF, Trees, select_nodes, used_nodes

_LEQ, _EQ, _MEMBER = 0, 4, 6
_SUM, _NO_TRANSFORM = 1, 0
Integers = NDArray[np.int64]


def add_trees(graph: Graph, trees: Trees, preprocessing: Preprocessing) -> str:
    """Add the sum of all trees: (rows, outputs). Raises UnknownStep.

    Each output is a separate node. In a node of several outputs, ONNX Runtime 1.32 takes splits of the modes EQ or MEMBER
    that follow each other for one, if what is behind them has the same weights, though they belong to different outputs.
    """
    matrix, splits, split = _add_splits(graph, trees, preprocessing)
    parts = [
        graph.add("TreeEnsemble", [matrix], domain="ai.onnx.ml", **_attributes_of_output(trees, splits, split, output))
        for output in range(trees.values.shape[1])
    ]
    return parts[0] if len(parts) == 1 else graph.add("Concat", parts, axis=1)


def add_each_tree(graph: Graph, trees: Trees, preprocessing: Preprocessing) -> str:
    """Add the value of each tree by itself: (rows, trees). The trees have one output. Raises UnknownStep."""
    matrix, splits, split = _add_splits(graph, trees, preprocessing)
    is_leaf = trees.column == LEAF
    tree = np.searchsorted(trees.roots, np.flatnonzero(is_leaf), side="right") - 1
    branches = _branches(trees, splits, split)
    attributes = _attributes(branches, trees.values[is_leaf, 0], tree.astype(np.int64), len(trees.roots))
    return graph.add("TreeEnsemble", [matrix], domain="ai.onnx.ml", **attributes)


def _add_splits(graph: Graph, trees: Trees, preprocessing: Preprocessing) -> tuple[str, Splits, Integers]:
    """Return the matrix that the trees read, the splits on its columns, and the index of the split of each node.

    If the splits cannot be moved to the fields, the matrix is that of the preprocessing.
    """
    try:
        splits, split = fold_splits(trees, preprocessing)
    except UnknownStep:
        if not preprocessing.steps:
            raise
        _, preprocessing = plain_matrix(graph, preprocessing)
        splits, split = fold_splits(trees, preprocessing)
    return *_add_input(graph, preprocessing, splits), split


def _attributes_of_output(trees: Trees, splits: Splits, split: Integers, output: int) -> dict[str, Any]:
    nodes = used_nodes(trees, output)
    if not len(nodes):  # a model without a single split and with the value 0: any tree adds nothing
        nodes = np.flatnonzero(np.arange(len(trees.column)) < np.append(trees.roots, len(trees.column))[1])
    selected = select_nodes(trees, nodes, output)
    weights = selected.values[selected.column == LEAF, 0]
    return _attributes(_branches(selected, splits, split[nodes]), weights, np.zeros(len(weights), dtype=np.int64), 1)


def _add_input(graph: Graph, preprocessing: Preprocessing, splits: Splits) -> tuple[str, Splits]:
    """Return the matrix that the trees read, and the splits on its columns.

    They are the fields, and behind them one more column for each range of numbers that count as missing.
    """
    fields = preprocessing.matrix_name
    has_range = np.flatnonzero(splits.above < splits.up_to)
    if not len(has_range):
        return fields, splits
    keys = list(zip(*(part[has_range].tolist() for part in (splits.field, splits.above, splits.up_to)), strict=True))
    distinct = {key: at for at, key in enumerate(dict.fromkeys(keys))}
    field, above, up_to = zip(*distinct, strict=True)
    value = graph.add("Gather", [fields, graph.constant(field)], axis=1)
    is_above = graph.add("Greater", [value, graph.constant([above])])
    is_missing = graph.add("And", [is_above, graph.add("LessOrEqual", [value, graph.constant([up_to])])])
    column = splits.field.copy()
    column[has_range] = [len(preprocessing.fields) + distinct[key] for key in keys]
    copies = graph.add("Where", [is_missing, graph.constant(np.nan), value])
    return graph.add("Concat", [fields, copies], axis=1), replace(splits, field=column)


@dataclass(frozen=True)
class _Branches:
    """The nodes that split. All shapes: (nodes,); a child is the position of a node, or of a leaf if the mask says so."""

    field: Integers
    mode: NDArray[np.uint8]
    limit: NDArray[np.float64]
    members: list[NDArray[np.float64]]
    """For each node of the mode MEMBER, its numbers and a final NaN."""
    missing_true: NDArray[np.bool_]
    true: Integers
    true_is_leaf: NDArray[np.bool_]
    false: Integers
    false_is_leaf: NDArray[np.bool_]
    roots: Integers


def _branches(trees: Trees, splits: Splits, split: Integers) -> _Branches:
    """Return the nodes that split, in a form that ONNX Runtime reads as it should."""
    is_leaf = trees.column == LEAF
    inner = np.flatnonzero(~is_leaf)
    position = np.where(is_leaf, np.cumsum(is_leaf) - 1, np.cumsum(~is_leaf) - 1)
    of = split[inner]
    inside_left = splits.inside_left[of]
    true = np.where(inside_left, trees.left[inner], trees.right[inner])
    false = np.where(inside_left, trees.right[inner], trees.left[inner])
    members = splits.members[of]
    sizes = np.array([-1 if each is None else len(each) for each in members], dtype=np.int64)
    one = np.array([min(each) if each else np.nan for each in members])  # no number equals NaN
    branches = _Branches(
        field=splits.field[of],
        mode=np.select([sizes < 0, sizes <= 1], [_LEQ, _EQ], _MEMBER).astype(np.uint8),
        limit=np.select([sizes < 0, sizes <= 1], [splits.limit[of], one], 0.0),
        members=[np.array([*sorted(each), np.nan]) for each, size in zip(members, sizes, strict=True) if size > 1],
        missing_true=splits.missing_left[of] == inside_left,
        true=position[true],
        true_is_leaf=is_leaf[true],
        false=position[false],
        false_is_leaf=is_leaf[false],
        roots=position[trees.roots],
    )
    return _separated(_rooted(branches, is_leaf[trees.roots]))


def _rooted(branches: _Branches, root_is_leaf: NDArray[np.bool_]) -> _Branches:
    """Put a node above each root that is a leaf: the operator starts at a node."""
    bare = np.flatnonzero(root_is_leaf)
    roots = branches.roots.copy()
    extended = _with_idle_nodes(branches, roots[bare], is_leaf=True)
    roots[bare] = np.arange(len(branches.field), len(extended.field))
    return replace(extended, roots=roots)


def _separated(branches: _Branches) -> _Branches:
    """Put a node between two nodes of the modes EQ or MEMBER on one field that send a missing value to different sides.

    ONNX Runtime 1.32 takes them for one if what is behind them has the same weights, and forgets the side of the second.
    """
    is_choice = branches.mode != _LEQ
    upper = np.flatnonzero(is_choice & ~branches.false_is_leaf)
    lower = branches.false[upper]
    is_pair = is_choice[lower] & (branches.field[lower] == branches.field[upper])
    upper, lower = upper[is_pair], lower[is_pair]
    differ = branches.missing_true[upper] != branches.missing_true[lower]
    extended = _with_idle_nodes(branches, lower[differ], is_leaf=False)
    false = extended.false.copy()
    false[upper[differ]] = np.arange(len(branches.field), len(extended.field))
    return replace(extended, false=false)


def _with_idle_nodes(branches: _Branches, children: Integers, *, is_leaf: bool) -> _Branches:
    """Append a node for each of the children that sends every row to it."""
    count = len(children)
    zeros, yes = np.zeros(count, dtype=np.int64), np.ones(count, dtype=bool)
    return replace(
        branches,
        field=np.append(branches.field, zeros),
        mode=np.append(branches.mode, np.full(count, _LEQ, dtype=np.uint8)),
        limit=np.append(branches.limit, np.full(count, np.inf)),
        missing_true=np.append(branches.missing_true, yes),
        true=np.append(branches.true, children),
        true_is_leaf=np.append(branches.true_is_leaf, yes if is_leaf else ~yes),
        false=np.append(branches.false, zeros),
        false_is_leaf=np.append(branches.false_is_leaf, yes),
    )


def _attributes(branches: _Branches, weights: NDArray[np.float64], targets: Integers, outputs: int) -> dict[str, Any]:
    """Return the attributes of a node; `weights` are those of the leaves, `targets` the outputs that they are added to."""
    tensors: dict[str, NDArray[Any]] = {
        "nodes_modes": branches.mode,
        "nodes_splits": branches.limit,
        "leaf_weights": weights,
    }
    if branches.members:
        tensors["membership_values"] = np.concatenate(branches.members)
    integers = {
        "nodes_featureids": branches.field,
        "nodes_missing_value_tracks_true": branches.missing_true,
        "nodes_truenodeids": branches.true,
        "nodes_trueleafs": branches.true_is_leaf,
        "nodes_falsenodeids": branches.false,
        "nodes_falseleafs": branches.false_is_leaf,
        "tree_roots": branches.roots,
        "leaf_targetids": targets,
    }
    return {
        **{name: tensor(name, values) for name, values in tensors.items()},
        **{name: values.astype(np.int64).tolist() for name, values in integers.items()},
        "n_targets": outputs,
        "aggregate_function": _SUM,
        "post_transform": _NO_TRANSFORM,
    }
