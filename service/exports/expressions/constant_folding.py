"""Compute what needs no row, and what needs one field with few values for each of its values."""

from collections.abc import Callable
from typing import Any

import numpy as np

from service.exports.expressions.nodes import ChoiceField, Lookup, Member, Node, Number, Truth

OPERATIONS: dict[str, Callable[..., Any]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "abs": np.abs,
    "floor": np.floor,
    "power": np.power,
    "smallest": np.minimum,
    "largest": np.maximum,
}


def fold(operation: Callable[..., Any], *nodes: Node) -> Any:
    """Return the result as a constant, or as one for each value of the only field that the nodes need; else None."""
    fields = {node.field.index: node.field for node in nodes if isinstance(node, Lookup | Member)}
    if len(fields) > 1 or not all(isinstance(node, Number | Truth | Lookup | Member) for node in nodes):
        return None
    values = [_constants(node) for node in nodes]
    with np.errstate(all="ignore"):
        result = np.asarray(operation(*map(np.asarray, values)))
    is_condition = result.dtype == np.bool_
    distinct = {repr(each) for each in result.ravel().tolist()}
    if len(distinct) == 1 or not fields:
        first = result.ravel()[0]
        return Truth(bool(first)) if is_condition else Number(float(first))
    field: ChoiceField = next(iter(fields.values()))
    cells = np.broadcast_to(result, (field.size + field.nullable,)).tolist()
    return Member(field, tuple(cells)) if is_condition else Lookup(field, tuple(map(float, cells)))


def _constants(node: Node) -> Any:
    """Return the number of a node, or one for each value of its field."""
    match node:
        case Lookup(_, values) | Member(_, values):
            return values
        case Number(value) | Truth(value):
            return value
