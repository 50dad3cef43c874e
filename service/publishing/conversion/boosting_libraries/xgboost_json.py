"""Read the trees of XGBoost from the JSON form of a model.

Source of the form: https://xgboost.readthedocs.io/en/stable/tutorials/saving_model.html.
"""

import json
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.publishing.conversion.column_sources import UnknownStep
from service.publishing.conversion.tree_ensembles.trees import LEAF, Trees, join_trees

_CATEGORICAL = 1


@dataclass(frozen=True)
class XgboostModel:
    groups: list[Trees]
    """The trees of each output, one value in each leaf."""
    objective: str
    base: NDArray[np.float32]
    """What the answer of each output begins with, in the units of the answer."""
    weights: list[NDArray[np.float32]] | None
    """The weight of each tree of each output (dart), or None."""
    columns: int
    categories: list[list[Any]]
    """The values of each pandas column of the type category, in the order of their codes."""


def read_xgboost(raw: bytes, rounds: int | None) -> XgboostModel:
    """Return a model from its JSON form, with the trees of so many rounds (None: of all). Raises UnknownStep."""
    learner = json.loads(raw)["learner"]
    booster = learner["gradient_booster"]
    weights = booster.get("weight_drop")
    model = booster["gbtree"]["model"] if "gbtree" in booster else booster.get("model", {})
    if "trees" not in model:
        raise UnknownStep(f"XGBoost with the booster {booster['name']} has no trees")
    output_of = np.array(model["tree_info"], dtype=np.int64)
    outputs = max(
        int(learner["learner_model_param"]["num_class"]), int(learner["learner_model_param"].get("num_target", 1)), 1
    )
    tree_count = len(output_of)
    if rounds is not None:
        parallel = int(model["gbtree_model_param"].get("num_parallel_tree", 1))
        tree_count = model["iteration_indptr"][rounds] if "iteration_indptr" in model else rounds * parallel * outputs
    trees = [_tree(each) for each in model["trees"][:tree_count]]
    positions = [np.flatnonzero(output_of[:tree_count] == output) for output in range(outputs)]
    if any(not len(each) for each in positions):
        raise UnknownStep("an output of the XGBoost model has no trees")
    base = np.array(json.loads(_as_list(learner["learner_model_param"]["base_score"])), dtype=np.float32)
    return XgboostModel(
        groups=[join_trees([trees[at] for at in each]) for each in positions],
        objective=learner["objective"]["name"],
        base=np.broadcast_to(base, outputs),
        weights=None if weights is None else [np.array(weights, dtype=np.float32)[each] for each in positions],
        columns=int(learner["learner_model_param"]["num_feature"]),
        categories=[_categories(each) for each in model.get("cats", {}).get("enc", []) if each["values"]],
    )


def _categories(listed: dict[str, Any]) -> list[Any]:
    """Return the values of a column: numbers, or texts as their bytes behind each other. Raises UnknownStep."""
    if "offsets" not in listed:
        return list(listed["values"])
    text = bytes(byte % 256 for byte in listed["values"])
    try:
        return [text[start:end].decode() for start, end in pairwise(listed["offsets"])]
    except UnicodeDecodeError as error:  # XGBoost 3.2 cuts names that are not plain ASCII, and then finds none of them
        raise UnknownStep("XGBoost has lost the names of its categories, because some are not ASCII") from error


def _as_list(text: str) -> str:
    return text if text.startswith("[") else f"[{text}]"


def _tree(tree: dict[str, Any]) -> Trees:
    """Return one tree. Its left is that of XGBoost, or of a split by categories the side of those that are listed."""
    if int(tree["tree_param"].get("size_leaf_vector", 1)) > 1:
        raise UnknownStep("XGBoost has trees of several outputs (multi_strategy)")
    left, right = (np.array(tree[f"{side}_children"], dtype=np.int64) for side in ("left", "right"))
    own = np.arange(len(left))
    is_leaf = left < 0
    conditions = np.array(tree["split_conditions"], dtype=np.float32)
    missing_left = np.array(tree["default_left"], dtype=np.int64) > 0
    is_listed = ~is_leaf & (np.array(tree.get("split_type", np.zeros(len(left))), dtype=np.int64) == _CATEGORICAL)
    categories = np.full(len(left), None, dtype=object)
    for node, start, size in zip(
        *(tree.get(f"categories_{name}", []) for name in ("nodes", "segments", "sizes")), strict=True
    ):
        categories[node] = frozenset(tree["categories"][start : start + size])
    return Trees(
        column=np.where(is_leaf, LEAF, np.array(tree["split_indices"], dtype=np.int64)),
        threshold=np.where(is_leaf | is_listed, 0.0, np.nextafter(conditions, np.float32(-np.inf)).astype(np.float64)),
        categories=categories,
        left=np.where(is_leaf, own, np.where(is_listed, right, left)),
        right=np.where(is_leaf, own, np.where(is_listed, left, right)),
        missing_left=missing_left != is_listed,
        values=np.where(is_leaf, conditions, 0.0).astype(np.float64)[:, None],
        roots=np.array([0]),
        single_precision=True,
    )
