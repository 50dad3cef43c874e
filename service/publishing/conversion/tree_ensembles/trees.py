"""Fitted decision trees of any library in one form: arrays with one entry for each node."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

LEAF = -1
"""The column of a leaf."""


@dataclass(frozen=True)
class Trees:
    """Trees that split on one column, by a threshold or by a set of categories. All shapes: (nodes, …)."""

    column: NDArray[np.int64]
    """The column that a node compares, or LEAF."""
    threshold: NDArray[np.float64]
    """A row goes to the left if its value is not greater."""
    categories: NDArray[np.object_]
    """The frozenset of whole numbers that go to the left, or None for a node with a threshold."""
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    missing_left: NDArray[np.bool_]
    values: NDArray[np.float64]
    """(nodes, outputs): what a leaf adds to each output."""
    roots: NDArray[np.int64]
    """The first node of each tree; its other nodes follow it."""
    single_precision: bool
    """The column is rounded to float32 before it is compared."""
    missing_from: NDArray[np.float64] | None = None
    missing_to: NDArray[np.float64] | None = None
    """Values of the column in this range count as missing at a node; a range whose end is below its start is empty. None: no
    node has a range."""

    def with_columns(self, columns: NDArray[np.int64]) -> "Trees":
        """Return the trees, which were fitted on some columns of a matrix, as trees over the matrix."""
        is_leaf = self.column == LEAF
        return replace(self, column=np.where(is_leaf, LEAF, columns[np.where(is_leaf, 0, self.column)]))

    def with_missing_range(self, start: float, end: float) -> "Trees":
        """Return the trees for which the values from `start` to `end` count as missing."""
        nodes = len(self.column)
        return replace(self, missing_from=np.full(nodes, start), missing_to=np.full(nodes, end))


def join_trees(parts: Sequence[Trees]) -> Trees:
    """Return all trees of the parts as one.

    The parts have the same number of outputs and the same precision; all or none have ranges of missing values.
    """
    starts = np.cumsum([0, *(len(part.column) for part in parts[:-1])])
    joined: dict[str, Any] = {name: np.concatenate([getattr(part, name) for part in parts]) for name in _of_nodes(parts[0])}
    moved: dict[str, Any] = {
        name: np.concatenate([getattr(part, name) + start for part, start in zip(parts, starts, strict=True)])
        for name in ("left", "right", "roots")
    }
    return replace(parts[0], **joined, **moved)


def _of_nodes(trees: Trees) -> list[str]:
    """Return the names of what has one entry for each node and does not name another node."""
    others = ("left", "right", "roots", "single_precision")
    return [each.name for each in fields(Trees) if each.name not in others and getattr(trees, each.name) is not None]


def used_nodes(trees: Trees, output: int) -> NDArray[np.int64]:
    """Return the nodes of those trees that add something to an output."""
    tree = np.searchsorted(trees.roots, np.arange(len(trees.column)), side="right") - 1
    adds = np.zeros(len(trees.roots), dtype=bool)
    adds[tree[(trees.column == LEAF) & (trees.values[:, output] != 0)]] = True
    return np.flatnonzero(adds[tree])


def select_nodes(trees: Trees, nodes: NDArray[np.int64], output: int) -> Trees:
    """Return whole trees, given by their nodes, with one output."""
    position = np.full(len(trees.column), -1, dtype=np.int64)
    position[nodes] = np.arange(len(nodes))
    roots = position[trees.roots]
    arrays = {name: getattr(trees, name)[nodes] for name in _of_nodes(trees)}
    arrays["values"] = arrays["values"][:, [output]]
    left, right = position[trees.left[nodes]], position[trees.right[nodes]]
    return replace(trees, **arrays, left=left, right=right, roots=roots[roots >= 0])
