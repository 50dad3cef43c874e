"""What the operators of a graph do with arrays of expressions, and of numbers.

The operators are described at https://onnx.ai/onnx/operators/.
"""

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.exports.expressions.nodes import Choose, Condition, Expression, Field, Number, TermTotal, Truth, children
from service.exports.expressions.simplification import (
    FALSE,
    arithmetic,
    choose,
    compare,
    either,
    every,
    function,
    is_missing,
    opposite,
    table,
    total,
)
from service.exports.refusals import NotExportable

Cells = NDArray[Any]
"""An array of nodes, or of numbers."""
Attributes = dict[str, Any]

MAX_PRODUCTS = 200_000
"""A product of matrices with more than so many summands makes no code that a person reads."""
_FLOAT32, _BOOL = 1, 9
_COMPARATORS = {"Less": "<", "LessOrEqual": "<=", "Greater": ">", "GreaterOrEqual": ">=", "Equal": "=="}


def _node(cell: Any) -> Any:
    if isinstance(cell, bool | np.bool_):
        return Truth(bool(cell))
    return Number(float(cell)) if isinstance(cell, int | float | np.number) else cell


def _each(operation: Callable[..., Any]) -> Callable[[Sequence[Cells], Attributes], Cells]:
    """Return the operator that treats each cell of its inputs, which are broadcast, by itself."""

    def run(inputs: Sequence[Cells], _: Attributes) -> Cells:
        return _map(operation, *inputs)

    return run


def _map(operation: Callable[..., Any], *inputs: Cells) -> Cells:
    arrays = np.broadcast_arrays(*(np.asarray(each, dtype=object) for each in inputs))
    result = np.empty(arrays[0].shape, dtype=object)
    for place in np.ndindex(result.shape):
        result[place] = operation(*(_node(array[place]) for array in arrays))
    return result


def _reduced(operation: Callable[[Any, Any], Any]) -> Callable[[Sequence[Cells], Attributes], Cells]:
    """Return the operator that joins any number of inputs, cell by cell."""
    return lambda inputs, _: reduce(lambda left, right: _map(operation, left, right), inputs)


def _along_axes(operation: Callable[[Any, Any], Any]) -> Callable[[Sequence[Cells], Attributes], Cells]:
    def run(inputs: Sequence[Cells], attributes: Attributes) -> Cells:
        cells = np.asarray(inputs[0], dtype=object)
        for axis in sorted(int(each) % cells.ndim for each in np.ravel(inputs[1])):
            parts = [cells.take([at], axis=axis) for at in range(cells.shape[axis])]
            cells = reduce(lambda left, right: _map(operation, left, right), parts)
        if attributes.get("keepdims", 1):
            return cells
        return cells.squeeze(tuple(int(each) % cells.ndim for each in np.ravel(inputs[1])))

    return run


def _product(inputs: Sequence[Cells], _: Attributes) -> Cells:
    left, right = (np.asarray(each, dtype=object) for each in inputs)
    left, right = left[..., :, :, None], right[..., None, :, :]
    shape = np.broadcast_shapes(left.shape, right.shape)
    if np.prod(shape) > MAX_PRODUCTS:
        raise NotExportable(f"a product of matrices has {np.prod(shape):,} summands, more than {MAX_PRODUCTS:,}")
    products = _map(lambda one, other: arithmetic("*", one, other), left, right)
    result = np.empty((*shape[:-2], shape[-1]), dtype=object)
    for place in np.ndindex(result.shape):
        result[place] = total(products[(*place[:-1], slice(None), place[-1])].tolist())
    return result


def _gather(inputs: Sequence[Cells], attributes: Attributes) -> Cells:
    values, places = inputs
    axis = attributes.get("axis", 0)
    if places.dtype != object:
        return np.take(values, places, axis=axis)
    values = np.moveaxis(np.asarray(values), axis, 0)
    if axis or values.dtype == object:
        raise NotExportable("the model looks up a column that it computes")
    result = np.empty((*places.shape, *values.shape[1:]), dtype=object)
    for place in np.ndindex(places.shape):
        for column in np.ndindex(values.shape[1:]):
            result[(*place, *column)] = table(_node(places[place]), values[(slice(None), *column)])
    return result


def _is_of_fields(node: Any) -> bool:
    """Return whether a number is computed from the number of a field, and does not only depend on conditions on it."""
    match node:
        case Field() | TermTotal():
            return True
        case Choose(_, yes, no):
            return _is_of_fields(yes) or _is_of_fields(no)
    return any(map(_is_of_fields, children(node)))


def _cast(inputs: Sequence[Cells], attributes: Attributes) -> Cells:
    """Sums of a model in 32 bits are computed in 64 bits, which is off by less than 1e-6."""
    if attributes["to"] == _FLOAT32 and any(map(_is_of_fields, map(_node, np.ravel(inputs[0])))):
        raise NotExportable("the model rounds its fields to 32 bits, and not every language can")

    def cast(node: Any) -> Any:
        is_condition = not isinstance(node, Expression)
        if attributes["to"] == _BOOL:
            return node if is_condition else opposite(compare("==", node, Number(0.0)))
        return choose(node, Number(1.0), Number(0.0)) if is_condition else node

    return _map(cast, inputs[0])


def _arg_max(inputs: Sequence[Cells], attributes: Attributes) -> Cells:
    axis = attributes.get("axis", 0)
    cells = np.moveaxis(np.asarray(inputs[0], dtype=object), axis, 0)
    place, largest = _map(lambda _: Number(0.0), cells[0]), cells[0]
    for at in range(1, len(cells)):
        is_larger = _map(lambda one, other: compare(">", one, other), cells[at], largest)
        place = _map(choose, is_larger, _map(lambda _: Number(float(at)), place), place)  # noqa: B023 - used at once
        largest = _map(choose, is_larger, cells[at], largest)
    return np.expand_dims(place, axis) if attributes.get("keepdims", 1) else place


def _running_total(inputs: Sequence[Cells], attributes: Attributes) -> Cells:
    if attributes.get("exclusive") or attributes.get("reverse"):
        raise NotExportable("the model computes CumSum from the end, which no form of code has")
    axis = int(np.ravel(inputs[1])[0])
    cells = np.moveaxis(np.asarray(inputs[0], dtype=object), axis, 0)
    totals = [cells[0]]
    for cell in cells[1:]:
        totals.append(_map(lambda one, other: total([one, other]), totals[-1], cell))
    return np.moveaxis(np.stack(totals), 0, axis)


def _axes(inputs: Sequence[Cells]) -> tuple[int, ...]:
    return tuple(int(each) for each in np.ravel(inputs[1]))


def _where(condition: Condition, yes: Expression, no: Expression) -> Expression:
    return choose(condition, yes, no)


OPERATORS: dict[str, Callable[[Sequence[Cells], Attributes], Cells]] = {
    "Add": _each(lambda one, other: arithmetic("+", one, other)),
    "Sub": _each(lambda one, other: arithmetic("-", one, other)),
    "Mul": _each(lambda one, other: arithmetic("*", one, other)),
    "Div": _each(lambda one, other: arithmetic("/", one, other)),
    "Neg": _each(lambda value: arithmetic("*", Number(-1.0), value)),
    "Abs": _each(lambda value: function("abs", value)),
    "Exp": _each(lambda value: function("exp", value)),
    "Log": _each(lambda value: function("log", value)),
    "Sqrt": _each(lambda value: function("sqrt", value)),
    "Floor": _each(lambda value: function("floor", value)),
    "Pow": _each(lambda base, exponent: function("power", base, exponent)),
    "Max": _reduced(lambda one, other: function("largest", one, other)),
    "Min": _reduced(lambda one, other: function("smallest", one, other)),
    "Sum": _reduced(lambda one, other: arithmetic("+", one, other)),
    "ReduceMax": _along_axes(lambda one, other: function("largest", one, other)),
    "ReduceMin": _along_axes(lambda one, other: function("smallest", one, other)),
    **{
        name: _each(lambda one, other, comparator=comparator: compare(comparator, one, other))
        for name, comparator in _COMPARATORS.items()
    },
    "And": _each(lambda one, other: every([one, other])),
    "Or": _each(lambda one, other: either([one, other])),
    "Not": _each(opposite),
    "IsNaN": _each(lambda value: is_missing(value) or FALSE),
    "Where": _each(_where),
    "MatMul": _product,
    "Gather": _gather,
    "Cast": _cast,
    "ArgMax": _arg_max,
    "CumSum": _running_total,
    "Concat": lambda inputs, attributes: np.concatenate(
        [np.asarray(each, dtype=object) for each in inputs], axis=attributes["axis"]
    ),
    "Unsqueeze": lambda inputs, _: np.expand_dims(inputs[0], _axes(inputs)),
    "Squeeze": lambda inputs, _: np.squeeze(inputs[0], _axes(inputs)),
}
