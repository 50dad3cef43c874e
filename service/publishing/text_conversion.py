"""A pipeline of one text → ONNX, by skl2onnx: only some options of its vectorizer convert exactly, and the gate tells."""

from typing import Any

from service.fields.lookup import text_fields
from service.publishing.conversion.preprocessing import Floats
from service.schemas import Card

_OPSET = {"": 18, "ai.onnx.ml": 3}


def text_to_onnx(card: Card, pipeline: Any, _typical: Floats) -> bytes:
    """Convert a classifier of one text: a column of strings, cleaned by `service.fields.text.words` → probabilities."""
    from skl2onnx import to_onnx
    from skl2onnx.common.data_types import StringTensorType

    model = to_onnx(
        pipeline,
        initial_types=[(text_fields(card)[0].name, StringTensorType([None, 1]))],
        options={"zipmap": False},
        target_opset=_OPSET,
    )
    _make_text_graph_faster(model.graph)
    return _serialize(model)


def _make_text_graph_faster(graph: Any) -> None:
    """Halve the time of a text, with the same answers: each node goes over a row of thousands of terms.

    The vectorizer multiplies the counts by the weights of the terms (idf) itself, and LpNormalization, which uses the
    vector instructions of the processor, takes the place of Normalizer.
    """
    from onnx import helper, numpy_helper

    (counting,) = (node for node in graph.node if node.op_type == "TfIdfVectorizer")
    constants = {each.name: each for each in graph.initializer}
    for node in list(graph.node):
        if node.op_type == "Mul" and node.input[0] == counting.output[0] and node.input[1] in constants:
            attributes = {attribute.name: attribute for attribute in counting.attribute}
            weights = numpy_helper.to_array(constants[node.input[1]]).reshape(-1)
            attributes["weights"].floats[:] = weights[list(attributes["ngram_indexes"].ints)].tolist()
            attributes["mode"].s = b"TFIDF"
            counting.output[0] = node.output[0]
            graph.initializer.remove(constants[node.input[1]])
            graph.node.remove(node)
        elif node.op_type == "Normalizer" and node.attribute[0].s == b"L2":
            faster = helper.make_node("LpNormalization", node.input, node.output, name=node.name, axis=1, p=2)
            position = list(graph.node).index(node)
            graph.node.remove(node)
            graph.node.insert(position, faster)


def _serialize(model: Any) -> bytes:
    """Return the same bytes each time: skl2onnx lists its operator sets in the order of a Python set."""
    ordered = sorted(model.opset_import, key=lambda each: each.domain)
    del model.opset_import[:]
    model.opset_import.extend(ordered)
    return bytes(model.SerializeToString(deterministic=True))
