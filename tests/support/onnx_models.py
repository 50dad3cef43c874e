"""Small ONNX models of two numbers, correct and faulty, and bundles that hold them."""

from pathlib import Path
from typing import Any

import numpy as np
from onnx import TensorProto, helper

from service.bundles.bundle_files import write_card
from service.schemas import Card, Classification, Example, Input, Label, Regression, Scoring

FIELDS = (Input(name="a", type="number"), Input(name="b", type="number"))
VALUE = Regression()
TWO_LABELS = Classification(labels=(Label(value="no"), Label(value="yes")), focus="yes")
ROWS = [{"a": float(index), "b": float(index % 3)} for index in range(12)]
HANGS_ABOVE = 100.0
"""`hanging` never returns for a row with a number above this."""
HANGING_ROW = {"a": 2 * HANGS_ABOVE, "b": 0.0}


def toy_card(name: str, output: Any = VALUE, rows: list[dict[str, float]] = ROWS) -> Card:
    scoring = Scoring(scorer="onnx", gate_rows=0, gate_difference=0)
    examples = tuple(Example(name="first", row=row) for row in rows[:1])
    real_rows = tuple(rows[1:])
    return Card(
        name=name,
        title=name,
        question="?",
        inputs=FIELDS,
        output=output,
        scoring=scoring,
        examples=examples,
        real_rows=real_rows,
    )


def write_toy_bundle(folder: Path, model: bytes, card: Card) -> Path:
    """Write a bundle as its author would; return its folder."""
    bundle = folder / card.name
    bundle.mkdir(parents=True)
    (bundle / "model.onnx").write_bytes(model)
    write_card(bundle, card)
    return bundle


def graph(*nodes: Any, **constants: Any) -> bytes:
    """Return a model from `fields` (rows, 2) to `out`."""
    given = helper.make_tensor_value_info("fields", TensorProto.FLOAT, [None, 2])
    answer = helper.make_tensor_value_info("out", TensorProto.FLOAT, None)
    initializers = [_constant(name, value) for name, value in constants.items()]
    made = helper.make_graph(list(nodes), "toy", [given], [answer], initializers)
    opset = [helper.make_opsetid("", 18)]
    return bytes(helper.make_model(made, opset_imports=opset, ir_version=9).SerializeToString())


def node(operator: str, inputs: str, output: str, **attributes: Any) -> Any:
    """Return a node; `inputs` are names with spaces between them."""
    return helper.make_node(operator, inputs.split(" "), [output], **attributes)


def _constant(name: str, value: Any) -> Any:
    array = np.asarray(value)
    kind = TensorProto.FLOAT if array.dtype.kind == "f" else TensorProto.INT64
    return helper.make_tensor(name, kind, array.shape, array.flatten().tolist())


SUM = node("MatMul", "fields ones", "sum")
ONES = {"ones": [[1.0], [1.0]]}


def adding() -> bytes:
    """a + b for each row: a correct model of a value."""
    return graph(node("MatMul", "fields ones", "out"), **ONES)


def probabilities() -> bytes:
    """A correct model of two labels."""
    return graph(node("MatMul", "fields weights", "raw"), node("Softmax", "raw", "out", axis=1), weights=np.eye(2) / 10)


def three_classes() -> bytes:
    """Probabilities of three classes, for a card of two labels."""
    weights = [[0.1, 0.2, 0.3], [0.3, 0.1, 0.2]]
    return graph(node("MatMul", "fields weights", "raw"), node("Softmax", "raw", "out", axis=1), weights=weights)


def doubled() -> bytes:
    """x for each row, followed by −x for each row."""
    return graph(SUM, node("Neg", "sum", "minus"), node("Concat", "sum minus", "out", axis=0), **ONES)


def doubled_in_columns() -> bytes:
    """x and −x beside each other."""
    return graph(SUM, node("Neg", "sum", "minus"), node("Concat", "sum minus", "out", axis=1), **ONES)


def reversed_rows() -> bytes:
    """The right numbers, the last row first."""
    slices = {"starts": [-1], "ends": [np.iinfo(np.int64).min + 1], "axes": [0], "steps": [-1]}
    return graph(SUM, node("Slice", "sum starts ends axes steps", "out"), **ONES, **slices)


def centred() -> bytes:
    """Each value minus the mean of all rows."""
    return graph(SUM, node("ReduceMean", "sum axes", "mean", keepdims=1), node("Sub", "sum mean", "out"), axes=[0], **ONES)


def constant_probabilities(*shares: float) -> bytes:
    """The same shares for each row."""
    return graph(
        SUM,
        node("Mul", "sum zero", "zeros"),
        node("Add", "zeros shares", "out"),
        zero=0.0,
        shares=[list(map(float, shares))],
        **ONES,
    )


def logarithm() -> bytes:
    """log(a + b): no number for a negative sum."""
    return graph(SUM, node("Log", "sum", "out"), **ONES)


def looked_up() -> bytes:
    """The entry of a table at position a: an error for a row with another a than 0 to 11."""
    return graph(
        node("Slice", "fields start end columns", "first"),
        node("Cast", "first", "index", to=TensorProto.INT64),
        node("Gather", "table index", "entries", axis=0),
        node("Reshape", "entries shape", "out"),
        start=[0],
        end=[1],
        columns=[1],
        table=np.arange(12.0),
        shape=[-1, 1],
    )


def hanging() -> bytes:
    """a + b; for a number above HANGS_ABOVE in any row, a loop without an end."""
    cond = helper.make_tensor_value_info("cond_in", TensorProto.BOOL, [])
    turn = helper.make_tensor_value_info("turn", TensorProto.INT64, [])
    state = helper.make_tensor_value_info("state_in", TensorProto.FLOAT, [None, 1])
    out = [
        helper.make_tensor_value_info("cond_out", TensorProto.BOOL, []),
        helper.make_tensor_value_info("state_out", TensorProto.FLOAT, [None, 1]),
    ]
    body = helper.make_graph(
        [node("Identity", "cond_in", "cond_out"), node("Identity", "state_in", "state_out")],
        "body",
        [turn, cond, state],
        out,
    )
    return graph(
        SUM,
        node("ReduceMax", "fields", "largest", keepdims=0),
        node("Greater", "largest limit", "goes_on"),
        helper.make_node("Loop", ["", "goes_on", "sum"], ["out"], body=body),
        limit=HANGS_ABOVE,
        **ONES,
    )
