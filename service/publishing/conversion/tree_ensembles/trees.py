"""Fitted decision trees of any library in one form: arrays with one entry for each node."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

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


def join_trees(parts: Sequence[Trees]) -> Trees:
    """Return all trees of the parts as one. The parts have the same number of outputs and the same precision."""
    starts = np.cumsum([0, *(len(part.column) for part in parts[:-1])])
    joined = {
        each.name: np.concatenate([getattr(part, each.name) for part in parts])
        for each in fields(Trees)
        if each.name not in ("left", "right", "roots", "single_precision")
    }
    moved = {
        name: np.concatenate([getattr(part, name) + start for part, start in zip(parts, starts, strict=True)])
        for name in ("left", "right", "roots")
    }
    return Trees(**joined, **moved, single_precision=parts[0].single_precision)


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
    return Trees(
        column=trees.column[nodes],
        threshold=trees.threshold[nodes],
        categories=trees.categories[nodes],
        left=position[trees.left[nodes]],
        right=position[trees.right[nodes]],
        missing_left=trees.missing_left[nodes],
        values=trees.values[nodes][:, [output]],
        roots=roots[roots >= 0],
        single_precision=trees.single_precision,
    )
