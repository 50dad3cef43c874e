"""Small models of pictures and vectors, whose truth is known: the value is a weighted sum of pixels or numbers."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from service.publishing.data_split import LabelledRows
from service.schemas import Card
from tests.support.synthetic_recipes import draft, not_converted, prepared, publish_synthetic, synthetic_recipe

SIDE, LENGTH = 8, 5
ROWS = 1300
VALUE = '[output]\nkind = "regression"\nunit = "points"\n'
PICTURE = f'[[inputs]]\nname = "picture"\ntype = "image"\nwidth = {SIDE}\nheight = {SIDE}\ncolours = "grey"\n'
VECTOR = f'[[inputs]]\nname = "embedding"\ntype = "vector"\nlength = {LENGTH}\n'
NUMBER = '[[inputs]]\nname = "size"\ntype = "number"\n'


def pixel_weights() -> NDArray[np.float64]:
    """Return the weight of each pixel (SIDE, SIDE): only the upper left quarter counts."""
    weights = np.zeros((SIDE, SIDE))
    weights[: SIDE // 2, : SIDE // 2] = 0.25
    return weights


def number_weights() -> NDArray[np.float64]:
    return np.arange(1.0, LENGTH + 1)


def publish_pictures(name: str, folder: Path) -> Card:
    """Publish a model of one picture on ONNX: the sum of its weighted pixels."""
    pictures = np.random.default_rng(5).integers(0, 256, (ROWS, SIDE, SIDE), dtype=np.uint8)
    truth = (pictures * pixel_weights()).sum(axis=(1, 2))
    fields = pd.DataFrame({"picture": _cells(pictures)})
    columns = [("pixels", _flat(SIDE * SIDE), "picture")]
    recipe = synthetic_recipe(name, fields, truth, _fit(columns), to_onnx=_picture_graph)
    return publish_synthetic(recipe, draft(name, VALUE, PICTURE), folder)


def publish_vectors(name: str, folder: Path) -> Card:
    """Publish a model of a vector and a number, which is not converted: the sum of weighted numbers."""
    random = np.random.default_rng(6)
    vectors, sizes = random.normal(size=(ROWS, LENGTH)).round(4), random.normal(size=ROWS).round(2)
    truth = vectors @ number_weights() + 10 * sizes
    fields = pd.DataFrame({"embedding": _cells(vectors), "size": sizes})
    columns = [("numbers", _flat(LENGTH), "embedding"), ("size", "passthrough", ["size"])]
    recipe = synthetic_recipe(name, fields, truth, _fit(columns), to_onnx=not_converted)
    return publish_synthetic(recipe, draft(name, VALUE, VECTOR + NUMBER), folder)


def _cells(arrays: NDArray[Any]) -> NDArray[Any]:
    column = np.empty(len(arrays), dtype=object)
    column[:] = list(arrays)
    return column


def _flat(size: int) -> Any:
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer

    return make_pipeline(FunctionTransformer(np.stack), FunctionTransformer(np.reshape, kw_args={"shape": (-1, size)}))


def _fit(columns: list[tuple[str, Any, Any]]) -> Any:
    from sklearn.linear_model import LinearRegression

    def fit(train: LabelledRows) -> Any:
        return prepared(columns, LinearRegression()).fit(train.fields, train.truth)

    return fit


def _picture_graph(_card: Card, pipeline: Any, _typical: NDArray[Any]) -> bytes:
    """Return the graph of a fitted linear model of pixels."""
    from onnx import TensorProto, helper, numpy_helper

    line = pipeline.steps[-1][1]
    nodes = [
        helper.make_node("Cast", ["picture"], ["pixels"], to=TensorProto.DOUBLE),
        helper.make_node("Flatten", ["pixels"], ["flat"]),
        helper.make_node("MatMul", ["flat", "weights"], ["sum"]),
        helper.make_node("Add", ["sum", "base"], ["value"]),
    ]
    constants = [
        numpy_helper.from_array(line.coef_.reshape(-1, 1), "weights"),
        numpy_helper.from_array(np.array([line.intercept_]), "base"),
    ]
    graph = helper.make_graph(
        nodes,
        "pixels",
        [helper.make_tensor_value_info("picture", TensorProto.UINT8, [None, SIDE, SIDE])],
        [helper.make_tensor_value_info("value", TensorProto.DOUBLE, [None, 1])],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    return bytes(model.SerializeToString())
