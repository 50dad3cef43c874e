"""Write a graph of ONNX node by node."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from service.bundles.scorers.graph_metadata import SINGLE_ROW, TABLE, TERMS, WIDTH
from service.bundles.scorers.table_scorer import LinearTable
from service.bundles.texts.term_counts import TermSource

INPUT = "fields"
TO_FLOAT32, TO_FLOAT64, TO_INT64, TO_BOOL = 1, 11, 7, 9
"""The types float32, float64, int64 and bool of ONNX, for the attribute `to` of Cast."""
_OPSETS = {"": 22, "ai.onnx.ml": 5}
_IR_VERSION = 10
_ELEMENTWISE_OPERATORS = {"Add", "Cast", "Div", "IsNaN", "Mul", "Neg", "Pow", "Sub", "Sum", "Where"}
_EXACT_OPERATORS = _ELEMENTWISE_OPERATORS | {"Concat", "Gather", "TreeEnsemble"}
"""Operators that compute each number, or each row, by itself: a row alone gets the same 64 bits as among others."""


class Graph:
    """A graph in float64 over the matrix `fields`: (rows, fields)."""

    def __init__(self, fields: int) -> None:
        self.fields = fields
        self.is_single_precision = False
        """The answer is no more exact than float32, and has this type."""
        self.terms: dict[str, TermSource] = {}
        """The inputs that are matrices (rows, terms) of counts: what they count."""
        self._arrays: dict[str, Any] = {}
        """The inputs that are pictures or vectors, by the names of their fields."""
        self.tables: dict[str, Callable[[], LinearTable]] = {}
        """Name of a matrix → what makes the table that computes the same."""
        self._widest = 0
        self._nodes: list[Any] = []
        self._constants: list[Any] = []

    def add(self, operator: str, inputs: Sequence[str], *, domain: str = "", **attributes: Any) -> str:
        """Add a node and return the name of its output."""
        from onnx import helper

        name = f"n{len(self._nodes)}"
        self._nodes.append(helper.make_node(operator, list(inputs), [name], name=name, domain=domain, **attributes))
        return name

    def add_pair(self, operator: str, inputs: Sequence[str], **attributes: Any) -> tuple[str, str]:
        """Add a node with two outputs and return their names."""
        from onnx import helper

        name = f"n{len(self._nodes)}"
        outputs = (f"{name}a", f"{name}b")
        self._nodes.append(helper.make_node(operator, list(inputs), list(outputs), name=name, **attributes))
        return outputs

    def note_width(self, numbers: int) -> None:
        """Note that a row takes so many numbers at once, so that a scorer does not take too many rows."""
        self._widest = max(self._widest, numbers)

    def add_terms(self, source: TermSource) -> str:
        """Add an input with the counts of terms in the texts of a field."""
        name = f"terms{len(self.terms)}"
        self.note_width(len(source.vocabulary))
        self.terms[name] = source
        return name

    def add_array(self, name: str, shape: Sequence[int], *, is_whole: bool) -> str:
        """Add an input (rows, …) under the name of its field: whole numbers are uint8, others float64."""
        from onnx import TensorProto, helper

        kind = TensorProto.UINT8 if is_whole else TensorProto.DOUBLE
        self.note_width(math.prod(shape))
        self._arrays[name] = helper.make_tensor_value_info(name, kind, [None, *shape])
        return name

    def constant(self, values: Any) -> str:
        """Return the name of a constant: integers as int64, other numbers as float64."""
        from onnx import numpy_helper

        array = np.asarray(values)
        array = np.ascontiguousarray(array, dtype=np.int64 if array.dtype.kind in "iu" else np.float64)
        name = f"c{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(array, name))
        return name

    def split_columns(self, matrix: str, count: int) -> list[str]:
        """Return the names of the columns of a matrix (rows, count): (rows, 1) each."""
        if count == 1:
            return [matrix]
        return [self.add("Gather", [matrix, self.constant([at])], axis=1) for at in range(count)]

    def serialize(self, output: str, columns: int) -> bytes:
        """Return the model whose answer is the matrix `output` of so many columns."""
        from onnx import TensorProto, helper

        widths = {INPUT: self.fields} if self.fields else {}
        widths |= {name: len(source.vocabulary) for name, source in self.terms.items()}
        inputs = [helper.make_tensor_value_info(name, TensorProto.DOUBLE, [None, width]) for name, width in widths.items()]
        inputs += self._arrays.values()
        kind = TensorProto.FLOAT if self.is_single_precision else TensorProto.DOUBLE
        answer = helper.make_tensor_value_info("scores", kind, [None, columns])
        self._nodes.append(helper.make_node("Cast", [output], ["scores"], name="scores", to=kind))
        graph = helper.make_graph(self._nodes, "model", inputs, [answer], initializer=self._constants)
        opsets = [helper.make_opsetid(domain, version) for domain, version in _OPSETS.items()]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION)
        properties = {TERMS: msgspec.json.encode(self.terms, order="sorted").decode()} if self.terms else {}
        properties |= {WIDTH: str(self._widest)} if self._widest else {}
        if all(node.op_type in _EXACT_OPERATORS for node in self._nodes):
            properties[SINGLE_ROW] = "exact"
        properties |= {TABLE: msgspec.json.encode(self.tables[output]()).decode()} if output in self.tables else {}
        helper.set_model_props(model, properties)
        return bytes(model.SerializeToString(deterministic=True))


def tensor(name: str, values: NDArray[Any]) -> Any:
    """Return an array as an attribute of a node."""
    from onnx import numpy_helper

    return numpy_helper.from_array(np.ascontiguousarray(values), name)
