"""scikit-learn → ONNX, for the four shapes of pipeline that convert exactly. What converts wrongly is caught by the gate.

Categories reach the model as codes on one float matrix: a third
of the cost of string columns, and no encoder that could be converted wrongly.
"""

from typing import Any

from service.bundles.scorers.onnx_scorer import FIELDS

_OPSET = {"": 18, "ai.onnx.ml": 3}


def matrix_to_onnx(pipeline: Any, names: list[str]) -> bytes:
    """Convert a classifier of numeric fields: probabilities from one float matrix, in the card's order."""
    from skl2onnx import to_onnx
    from skl2onnx.common.data_types import FloatTensorType

    model = to_onnx(
        pipeline,
        initial_types=[(FIELDS, FloatTensorType([None, len(names)]))],
        options={"zipmap": False},
        target_opset=_OPSET,
    )
    return _written(model)


def calibrated_trees_to_onnx(pipeline: Any, names: list[str]) -> bytes:
    """Convert sigmoid-calibrated boosted trees to one node: 1 / (1 + e^(a·margin + b)) is a logistic of scaled leaves.

    Platt, Probabilistic Outputs for Support Vector Machines, 1999. Twelve nodes fewer: a third of the time of one row.
    """
    from skl2onnx import to_onnx
    from skl2onnx.common.data_types import FloatTensorType

    (calibrated,) = pipeline.named_steps["model"].calibrated_classifiers_
    (sigmoid,) = calibrated.calibrators
    model = to_onnx(
        calibrated.estimator,
        initial_types=[(FIELDS, FloatTensorType([None, len(names)]))],
        options={"zipmap": False},
        target_opset=_OPSET,
    )
    (trees,) = (node for node in model.graph.node if node.op_type == "TreeEnsembleClassifier")
    for attribute in trees.attribute:
        if attribute.name == "class_weights":
            attribute.floats[:] = [-sigmoid.a_ * weight for weight in attribute.floats]
        elif attribute.name == "base_values":
            attribute.floats[:] = [-sigmoid.a_ * base - sigmoid.b_ for base in attribute.floats]
    return _written(model)


def text_to_onnx(pipeline: Any, names: list[str]) -> bytes:
    """Convert a classifier of one text: probabilities from a column of strings that `scoring.texts` has cleaned."""
    from skl2onnx import to_onnx
    from skl2onnx.common.data_types import StringTensorType

    model = to_onnx(
        pipeline,
        initial_types=[(names[0], StringTensorType([None, 1]))],
        options={"zipmap": False},
        target_opset=_OPSET,
    )
    return _written(model)


def log_target_to_onnx(pipeline: Any, names: list[str]) -> bytes:
    """Convert a regressor of the logarithm: its last step on the coded matrix, then `Exp`, which has no converter."""
    from onnx import helper
    from skl2onnx import to_onnx
    from skl2onnx.common.data_types import FloatTensorType

    estimator = pipeline.regressor_.named_steps["model"]
    model = to_onnx(estimator, initial_types=[(FIELDS, FloatTensorType([None, len(names)]))], target_opset=_OPSET)
    (logarithm,) = model.graph.output
    model.graph.node.append(helper.make_node("Exp", [logarithm.name], ["value"], name="Exp"))
    shape = [None, 1]
    value = helper.make_tensor_value_info("value", logarithm.type.tensor_type.elem_type, shape)
    del model.graph.output[:]
    model.graph.output.append(value)
    return _written(model)


def _written(model: Any) -> bytes:
    """Return a model as bytes, the same ones each time: skl2onnx names its operator sets in the order of a Python set."""
    ordered = sorted(model.opset_import, key=lambda each: each.domain)
    del model.opset_import[:]
    model.opset_import.extend(ordered)
    return bytes(model.SerializeToString(deterministic=True))
