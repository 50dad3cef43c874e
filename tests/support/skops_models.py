"""A scikit-learn model that never answers some rows, in a bundle that the service opens without a complaint."""

from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from service.bundles.bundle_files import write_card
from service.schemas import Scoring
from tests.support.onnx_models import HANGING_ROW, ROWS, toy_card


def write_hanging_tree(folder: Path, name: str, rows: list[dict[str, float]] = ROWS) -> Path:
    """Write the bundle of a decision tree with a node that is its own child: it never answers `HANGING_ROW`.

    It hangs in compiled code, so that Python cannot end its thread.
    """
    import pandas as pd
    import skops.io
    from sklearn.pipeline import Pipeline
    from sklearn.tree import DecisionTreeRegressor
    from sklearn.tree._tree import Tree

    table = pd.DataFrame([*ROWS, HANGING_ROW, HANGING_ROW])
    model: Any = DecisionTreeRegressor(max_depth=3).fit(table, [*(row["a"] for row in ROWS), 1000.0, 1000.0])
    state = model.tree_.__getstate__()
    leaf = int(model.apply(table)[-1])
    state["nodes"]["left_child"][leaf] = state["nodes"]["right_child"][leaf] = leaf
    state["nodes"]["feature"][leaf] = 0
    model.tree_ = Tree(2, np.array([1], dtype=np.intp), 1)
    model.tree_.__setstate__(state)
    card = toy_card(name, rows=rows)
    bundle = folder / name
    bundle.mkdir(parents=True)
    skops.io.dump(Pipeline([("model", model)]), bundle / "model.skops")
    write_card(bundle, msgspec.structs.replace(card, scoring=Scoring(scorer="process", gate_rows=0, gate_difference=0)))
    return bundle
