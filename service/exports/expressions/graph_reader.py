"""Read the float64 graph of a bundle as expressions, by running it once on fields in place of numbers."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.bundles.scorers.graph_metadata import read_terms
from service.bundles.texts.term_counts import TermSource
from service.exports.expressions.graph_operators import OPERATORS, Cells
from service.exports.expressions.nodes import ChoiceField, Expression, Field, Lookup, Number, TermTotal
from service.exports.expressions.tree_reader import read_trees
from service.exports.refusals import NotExportable
from service.fields.field_type import NumbersType

_FIELDS = "fields"
_FLOAT32 = 1


def field_nodes(types: Sequence[NumbersType]) -> list[Field | ChoiceField]:
    """Return the fields of the channel `numbers` as nodes."""
    return [
        ChoiceField(index, each.size, each.nullable) if each.size else Field(index, each.nullable)
        for index, each in enumerate(types)
    ]


def read_graph(content: bytes, fields: Sequence[Field | ChoiceField]) -> list[Expression]:
    """Return the scores of a row: a probability for each label, or a value. Raises NotExportable."""
    import onnx
    from onnx import numpy_helper

    model = onnx.load_model_from_string(content)
    graph, terms = model.graph, read_terms({each.key: each.value for each in model.metadata_props})
    cells: dict[str, Any] = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
    for source in graph.input:
        if source.type.tensor_type.elem_type == _FLOAT32:
            raise NotExportable("the model computes in 32 bits, and not every language can")
        if source.name != _FIELDS and source.name not in terms:
            raise NotExportable("the model reads a text in another way than by counting its words")
        cells[source.name] = _row(fields) if source.name == _FIELDS else _counts(terms[source.name].source)
    for node in graph.node:
        attributes = {each.name: onnx.helper.get_attribute_value(each) for each in node.attribute}
        inputs = [cells[name] for name in node.input]
        if node.op_type == "TreeEnsemble":
            cells[node.output[0]] = read_trees(inputs[0], _arrays(attributes))
        elif node.op_type in OPERATORS and len(node.output) == 1:
            cells[node.output[0]] = OPERATORS[node.op_type](inputs, attributes)
        else:
            raise NotExportable(f"the model computes {node.op_type}, which no form of code has")
    return [_expression(cell) for cell in np.asarray(cells[graph.output[-1].name], dtype=object).ravel()]


def is_single_precision(content: bytes) -> bool:
    """Return whether the scores of a graph are computed in 32 bits."""
    import onnx

    output = onnx.load_model_from_string(content).graph.output[-1]
    return bool(output.type.tensor_type.elem_type == _FLOAT32)


def _row(fields: Sequence[Field | ChoiceField]) -> Cells:
    row = np.empty((1, len(fields)), dtype=object)
    for index, field in enumerate(fields):
        row[0, index] = _choice_number(field) if isinstance(field, ChoiceField) else field
    return row


def _counts(source: TermSource) -> Cells:
    row = np.empty((1, len(source.vocabulary)), dtype=object)
    row[0] = [TermTotal(source, {at: 1.0}) for at in range(len(source.vocabulary))]
    return row


def _choice_number(field: ChoiceField) -> Lookup:
    """Return the number of a choice in the graph, which is its position."""
    return Lookup(field, (*map(float, range(field.size)), *([np.nan] if field.nullable else [])))


def _expression(cell: Any) -> Expression:
    return Number(float(cell)) if isinstance(cell, int | float | np.number) else cell


def _arrays(attributes: dict[str, Any]) -> dict[str, NDArray[Any]]:
    """Return the attributes of trees as arrays."""
    from onnx import numpy_helper

    return {
        name: numpy_helper.to_array(value) if hasattr(value, "dims") else np.asarray(value)
        for name, value in attributes.items()
    }
