"""Read the trees of LightGBM from the text form of a model.

Source of the form and of the decisions: the repository lightgbm-org/LightGBM, src/io/tree.cpp and include/LightGBM/tree.h.
"""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.publishing.conversion.column_sources import UnknownStep
from service.publishing.conversion.tree_ensembles.trees import LEAF, Trees, join_trees

_IS_CATEGORY, _DEFAULT_LEFT = 1, 2
_ZERO, _NAN = 1, 2
"""What counts as missing at a node: zeros, or NaN. Otherwise NaN is read as 0."""
_ZERO_THRESHOLD = float(np.float32(1e-35))
"""Numbers that are not further from 0 are zeros."""
_WORD_BITS = 32


@dataclass(frozen=True)
class LightgbmModel:
    trees: Trees
    """Tree t adds to output t modulo the number of outputs."""
    objective: str
    """The name, or "" if it is a function of the user."""
    parameters: dict[str, str]
    columns: int
    is_mean: bool
    """A random forest: the answer is the mean of the trees."""
    categories: list[list[Any]]
    """The values of each pandas column of the type category, in the order of their codes."""


def read_lightgbm(text: str) -> LightgbmModel:
    """Return a model from its text form. Raises UnknownStep."""
    head, *blocks = text.partition("\nend of trees")[0].split("\nTree=")
    header = _entries(head)
    outputs = int(header["num_tree_per_iteration"])
    if not blocks:
        raise UnknownStep("the model of LightGBM has no trees")
    name, *parameters = header.get("objective", "").split() or [""]
    return LightgbmModel(
        trees=join_trees([_tree(_entries(block), at % outputs, outputs) for at, block in enumerate(blocks)]),
        objective=name,
        parameters=dict(_pair(each, ":") for each in parameters),
        columns=int(header["max_feature_idx"]) + 1,
        is_mean="average_output" in header,
        categories=_pandas_categories(text),
    )


def _entries(block: str) -> dict[str, str]:
    return dict(_pair(line, "=") for line in block.splitlines())


def _pair(text: str, sign: str) -> tuple[str, str]:
    name, _, value = text.partition(sign)
    return name, value


def _pandas_categories(text: str) -> list[list[Any]]:
    listed = text.rpartition("\npandas_categorical:")[2].partition("\n")[0]
    return json.loads(listed) or [] if listed else []


def _tree(entries: dict[str, str], output: int, outputs: int) -> Trees:
    """Return one tree: its splits, and behind them its leaves."""
    if entries.get("is_linear", "0") != "0":
        raise UnknownStep("LightGBM has linear models in its leaves (linear_tree)")
    leaves = int(entries["num_leaves"])
    splits, nodes = leaves - 1, 2 * leaves - 1

    def integers(name: str) -> NDArray[np.int64]:
        return np.array(entries[name].split() if splits else [], dtype=np.int64)

    decision = integers("decision_type")
    is_category, default_left, kind = decision & _IS_CATEGORY > 0, decision & _DEFAULT_LEFT > 0, decision >> 2 & 3
    number = np.array(entries["threshold"].split() if splits else [], dtype=np.float64)
    threshold = _beside_zero(number)
    missing_left = ~is_category & np.where((kind == _NAN) | (kind == _ZERO), default_left, threshold >= 0)
    is_zero_missing = ~is_category & (kind == _ZERO)
    categories = np.full(nodes, None, dtype=object)
    if is_category.any():
        starts, words = integers("cat_boundaries"), integers("cat_threshold")
        for at in np.flatnonzero(is_category).tolist():
            which = int(number[at])
            categories[at] = _members(words[starts[which] : starts[which + 1]])
    values = np.zeros((nodes, outputs))
    values[splits:, output] = np.array(entries["leaf_value"].split(), dtype=np.float64)
    left, right = (
        np.where(child < 0, splits + ~child, child) for child in (integers("left_child"), integers("right_child"))
    )
    own = np.arange(splits, nodes)
    return Trees(
        column=np.append(integers("split_feature"), np.full(leaves, LEAF)),
        threshold=np.append(np.where(is_category, 0.0, threshold), np.zeros(leaves)),
        categories=categories,
        left=np.append(left, own),
        right=np.append(right, own),
        missing_left=np.append(missing_left, np.zeros(leaves, dtype=bool)),
        values=values,
        roots=np.array([0]),
        single_precision=False,
        missing_from=np.append(np.where(is_zero_missing, -_ZERO_THRESHOLD, np.inf), np.full(leaves, np.inf)),
        missing_to=np.append(np.where(is_zero_missing, _ZERO_THRESHOLD, -np.inf), np.full(leaves, -np.inf)),
    )


def _beside_zero(threshold: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return thresholds for which it makes no difference that LightGBM takes numbers as small as these for 0."""
    is_negative = (threshold >= -_ZERO_THRESHOLD) & (threshold < 0)
    is_positive = (threshold >= 0) & (threshold < _ZERO_THRESHOLD)
    below = np.nextafter(-_ZERO_THRESHOLD, -np.inf)
    return np.where(is_negative, below, np.where(is_positive, _ZERO_THRESHOLD, threshold))


def _members(words: NDArray[np.int64]) -> frozenset[int]:
    """Return the numbers whose bits are set; number 0 is the lowest bit of the first word."""
    bits = (words[:, None] >> np.arange(_WORD_BITS)) & 1
    return frozenset(np.flatnonzero(bits.reshape(-1)).tolist())
