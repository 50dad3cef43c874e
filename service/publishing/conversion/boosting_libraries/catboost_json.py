"""Read the trees of CatBoost from the JSON form of a model.

Source of the form: https://catboost.ai/docs/en/concepts/python-reference_catboost_save_model, `format="json"`.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.publishing.conversion.column_sources import UnknownStep
from service.publishing.conversion.tree_ensembles.trees import LEAF, Trees, join_trees

_NAN_IS_GREATER = "AsTrue"


@dataclass(frozen=True)
class CatboostModel:
    trees: Trees
    scale: float
    bias: NDArray[np.float64]
    columns: int


def read_catboost(model: dict[str, Any]) -> CatboostModel:
    """Return a model from its JSON form. Raises UnknownStep."""
    info = model["features_info"]
    for kind in ("categorical", "text", "embedding"):
        if info.get(f"{kind}_features"):
            raise UnknownStep(f"CatBoost with {kind} features has no converter")
    features = info["float_features"]
    scale, bias = model["scale_and_bias"]
    bias = np.atleast_1d(np.array(bias, dtype=np.float64))
    if "oblivious_trees" in model:
        trees = [_oblivious_tree(each, features) for each in model["oblivious_trees"]]
    else:
        trees = [_free_tree(each, features) for each in model["trees"]]
    if not trees:
        raise UnknownStep("the model of CatBoost has no trees")
    return CatboostModel(join_trees(trees), float(scale), bias, max(each["flat_feature_index"] for each in features) + 1)


def _oblivious_tree(tree: dict[str, Any], features: list[dict[str, Any]]) -> Trees:
    """Return a tree whose nodes of one level have one split. Split k decides bit k of the number of the leaf."""
    splits = (tree.get("splits") or [])[::-1]
    leaves = 2 ** len(splits)
    inner = leaves - 1
    values = np.array(tree["leaf_values"], dtype=np.float64).reshape(leaves, -1)
    level = np.floor(np.log2(np.arange(1, leaves))).astype(np.int64)
    column, border, missing_left = _splits(splits, features)
    own = np.arange(inner + leaves)
    child = 2 * np.arange(inner)
    return _create(
        column=np.append(column[level], np.full(leaves, LEAF)),
        threshold=np.append(border[level], np.zeros(leaves)),
        left=np.append(child + 1, own[inner:]),
        right=np.append(child + 2, own[inner:]),
        missing_left=np.append(missing_left[level], np.zeros(leaves, dtype=bool)),
        values=np.concatenate([np.zeros((inner, values.shape[1])), values]),
    )


def _free_tree(tree: dict[str, Any], features: list[dict[str, Any]]) -> Trees:
    """Return a tree that has a split of its own in each node."""
    nodes = [tree]
    children: list[tuple[int, int]] = []
    for at, node in enumerate(nodes):  # the list grows
        if "split" in node:
            children.append((len(nodes), len(nodes) + 1))
            nodes += [node["left"], node["right"]]
        else:
            children.append((at, at))
    is_leaf = np.array(["split" not in node for node in nodes])
    column, border, missing_left = _splits([node["split"] for node in nodes if "split" in node], features)
    width = max(np.size(node["value"]) for node in nodes if "split" not in node)
    values = np.array([np.zeros(width) if "split" in node else np.atleast_1d(node["value"]) for node in nodes])
    inner = np.cumsum(~is_leaf) - 1
    some = len(column) > 0
    return _create(
        column=np.where(is_leaf, LEAF, column[inner] if some else LEAF),
        threshold=np.where(is_leaf, 0.0, border[inner] if some else 0.0),
        left=np.array(children)[:, 0],
        right=np.array(children)[:, 1],
        missing_left=~is_leaf & (missing_left[inner] if some else is_leaf),
        values=values,
    )


def _splits(
    splits: list[dict[str, Any]], features: list[dict[str, Any]]
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.bool_]]:
    """Return the column and the border of each split, and whether a missing value goes to the left."""
    if any(split["split_type"] != "FloatFeature" for split in splits):
        raise UnknownStep("CatBoost splits by another feature than a number")
    read = [features[split["float_feature_index"]] for split in splits]
    column = np.array([feature["flat_feature_index"] for feature in read], dtype=np.int64)
    border = np.array([split["border"] for split in splits], dtype=np.float32).astype(np.float64)
    missing_left = np.array([feature["nan_value_treatment"] != _NAN_IS_GREATER for feature in read], dtype=bool)
    return column, border, missing_left


def _create(**arrays: NDArray[Any]) -> Trees:
    nodes = len(arrays["column"])
    return Trees(**arrays, categories=np.full(nodes, None, dtype=object), roots=np.array([0]), single_precision=True)
