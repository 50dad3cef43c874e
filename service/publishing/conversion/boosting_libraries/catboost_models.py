"""Add fitted models of CatBoost to a graph."""

import json
import tempfile
from pathlib import Path
from typing import Any

from service.publishing.conversion.boosting_libraries.catboost_json import read_catboost
from service.publishing.conversion.boosting_libraries.tree_sum_outputs import (
    SumOutput,
    exponentials,
    one_value,
    sigmoids,
    two_labels,
)
from service.publishing.conversion.column_sources import UnknownStep
from service.publishing.conversion.graph import Graph
from service.publishing.conversion.outputs import add_softmax
from service.publishing.conversion.preprocessing import Preprocessing
from service.publishing.conversion.tree_ensembles.tree_node import add_trees


def add_catboost(graph: Graph, model: Any, preprocessing: Preprocessing) -> str:
    """Add the probabilities (rows, labels) or values (rows, 1) of a model. Raises UnknownStep."""
    loss = str(model.get_all_params().get("loss_function", "")).partition(":")[0]
    if loss not in _OUTPUTS:
        raise UnknownStep(f"CatBoost with the loss {loss or 'of the user'} has no converter")
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "model.json"
        model.save_model(str(file), format="json")
        read = read_catboost(json.loads(file.read_bytes()))
    if read.columns != len(preprocessing.sources):
        raise UnknownStep(f"CatBoost has {read.columns} columns, and {len(preprocessing.sources)} are known")
    sums = add_trees(graph, read.trees, preprocessing)
    scaled = sums if read.scale == 1 else graph.add("Mul", [sums, graph.constant([[read.scale]])])
    raw = graph.add("Add", [scaled, graph.constant(read.bias[None])])
    return _OUTPUTS[loss](graph, raw, read.trees.values.shape[1])


_OUTPUTS: dict[str, SumOutput] = {
    "CrossEntropy": two_labels,
    "Logloss": two_labels,
    "MultiClass": add_softmax,
    "MultiClassOneVsAll": sigmoids,
    **dict.fromkeys(("Poisson", "Tweedie"), exponentials),
    **dict.fromkeys(("Expectile", "Huber", "LogCosh", "MAE", "MAPE", "Quantile", "RMSE"), one_value),
}
