"""Read the trees of scikit-learn's estimators."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.publishing.conversion.tree_ensembles.trees import LEAF, Trees, join_trees

_CATEGORIES = 256
"""HistGradientBoosting has at most so many categories in one column."""


def read_tree(tree: Any, values: NDArray[np.float64]) -> Trees:
    """Return one tree (`estimator.tree_`) whose leaves add `values` (nodes, outputs)."""
    is_leaf = tree.children_left == LEAF
    nodes = np.arange(tree.node_count)
    return Trees(
        column=np.where(is_leaf, LEAF, tree.feature),
        threshold=np.where(is_leaf, 0.0, tree.threshold),
        categories=np.full(tree.node_count, None, dtype=object),
        left=np.where(is_leaf, nodes, tree.children_left),
        right=np.where(is_leaf, nodes, tree.children_right),
        missing_left=tree.missing_go_to_left.astype(bool),
        values=values,
        roots=np.array([0]),
        single_precision=True,
    )


def read_histogram_trees(model: Any) -> Trees:
    """Return the trees of HistGradientBoosting; output k of a leaf is what it adds to the raw prediction k."""
    known = model._bin_mapper.make_known_categories_bitsets() if model.is_categorical_ is not None else None
    outputs = model.n_trees_per_iteration_
    return join_trees(
        [
            _read_predictor(predictor, known, output, outputs)
            for iteration in model._predictors
            for output, predictor in enumerate(iteration)
        ]
    )


def _read_predictor(predictor: Any, known: Any, output: int, outputs: int) -> Trees:
    nodes = predictor.nodes
    is_leaf = nodes["is_leaf"].astype(bool)
    numbers = np.arange(len(nodes))
    values = np.zeros((len(nodes), outputs))
    values[:, output] = np.where(is_leaf, nodes["value"], 0.0)
    categories = np.full(len(nodes), None, dtype=object)
    missing_left = nodes["missing_go_to_left"].astype(bool)
    for at in np.flatnonzero(nodes["is_categorical"].astype(bool) & ~is_leaf):
        left = _members(predictor.raw_left_cat_bitsets[nodes["bitset_idx"][at]])
        if missing_left[at]:  # a category that the fit did not see is treated as a missing value
            bitsets, positions = known
            left |= set(range(_CATEGORIES)) - _members(bitsets[positions[nodes["feature_idx"][at]]])
        categories[at] = frozenset(left)
    return Trees(
        column=np.where(is_leaf, LEAF, nodes["feature_idx"]).astype(np.int64),
        threshold=np.where(is_leaf, 0.0, nodes["num_threshold"]),
        categories=categories,
        left=np.where(is_leaf, numbers, nodes["left"]).astype(np.int64),
        right=np.where(is_leaf, numbers, nodes["right"]).astype(np.int64),
        missing_left=missing_left,
        values=values,
        roots=np.array([0]),
        single_precision=False,
    )


def _members(bitset: NDArray[np.uint32]) -> set[int]:
    """Return the numbers whose bits are set; number 0 is the lowest bit of the first word."""
    bits = np.unpackbits(np.asarray(bitset, dtype="<u4").view(np.uint8), bitorder="little")
    return set(np.flatnonzero(bits).tolist())
