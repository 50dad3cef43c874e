"""Build nodes in their simplest form.

What is computed from one field with few values is computed here for each of its values, and becomes a look-up. So encoders,
imputers and tables of a graph leave one number for each category.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from service.exports.expressions.constant_folding import OPERATIONS, fold
from service.exports.expressions.nodes import (
    Arithmetic,
    Choose,
    Comparator,
    Comparison,
    Condition,
    Either,
    Every,
    Expression,
    Field,
    Function,
    FunctionName,
    Lookup,
    Missing,
    Node,
    Not,
    Number,
    Operator,
    Sum,
    Table,
    TermTotal,
    Truth,
    children,
)
from service.exports.refusals import NotExportable

TRUE, FALSE = Truth(value=True), Truth(value=False)


def arithmetic(operator: Operator, left: Expression, right: Expression) -> Expression:
    """Return left + right and so on."""
    folded: Expression | None = fold(OPERATIONS[operator], left, right)
    if folded is not None:
        return folded
    if operator == "*" and not isinstance(left, Number):
        left, right = right, left
    if _is_number(right, 0.0) and operator in "+-":
        return left
    if operator == "+":
        return total([left, right])
    if operator == "*" and isinstance(left, Number):
        return _multiple(left.value, right)
    if _is_number(right, 1.0) and operator == "/":
        return left
    return _square(left) if operator == "*" and left is right else Arithmetic(operator, left, right)


def _square(value: Expression) -> Expression:
    if isinstance(value, TermTotal) and len(value.weights) == 1:
        ((term, weight),) = value.weights.items()
        return TermTotal(value.source, {term: weight * weight}, 2 * value.power)
    return Arithmetic("*", value, value)


def _multiple(factor: float, value: Expression) -> Expression:  # noqa: PLR0911 - one case a node
    if factor in (0.0, 1.0):  # a missing value never reaches a weight: the conversion of the model refuses that
        return value if factor else Number(0.0)
    match value:
        case TermTotal(source, weights, power):
            return TermTotal(source, {term: factor * weight for term, weight in weights.items()}, power)
        case Arithmetic("/", TermTotal() as dividend, divisor) if not isinstance(divisor, Number):
            return Arithmetic("/", _multiple(factor, dividend), divisor)
        case Choose(condition, Number(yes), Number(no)):
            return choose(condition, Number(factor * yes), Number(factor * no))
        case Arithmetic("/", dividend, Number(divisor)):
            return _multiple(factor / divisor, dividend)
        case Arithmetic("*", Number(other), multiplied):
            return _multiple(factor * other, multiplied)
    return negative(value) if factor == -1.0 else Arithmetic("*", Number(factor), value)


def negative(value: Expression) -> Expression:
    """Return −value."""
    return Arithmetic("-", Number(0.0), value)


def is_negative(node: Arithmetic) -> bool:
    """Return whether a difference stands for −right."""
    return node.operator == "-" and _is_number(node.left, 0.0)


def total(terms: Sequence[Expression]) -> Expression:
    """Return a sum; sums inside it become part of it, and look-ups of one field become one, as totals of one text do."""
    flat = _joined_totals([part for term in terms for part in (term.terms if isinstance(term, Sum) else (term,))])
    constant, lookups, others = 0.0, dict[int, Lookup](), list[Expression]()
    for term in flat:
        match term:
            case Number(value):
                constant += value
            case Lookup(field, values):
                before = lookups[field.index].values if field.index in lookups else (0.0,) * len(values)
                lookups[field.index] = Lookup(field, tuple(np.add(before, values).tolist()))
            case _:
                others.append(term)
    parts = [*([Number(constant)] if constant else []), *lookups.values(), *others]
    return parts[0] if len(parts) == 1 else Sum(tuple(parts)) if parts else Number(0.0)


def _joined_totals(terms: list[Expression]) -> list[Expression]:
    """Return the terms of a sum with one total for each text, power and divisor, at the place of the first of them."""
    places: dict[tuple[int, int, int], tuple[int, dict[int, float]]] = {}
    joined: list[Expression] = []
    for term in terms:
        divisor = term.right if isinstance(term, Arithmetic) and term.operator == "/" else None
        total_of = term.left if isinstance(term, Arithmetic) and divisor else term
        if not isinstance(total_of, TermTotal):
            joined.append(term)
            continue
        key = (id(total_of.source), total_of.power, id(divisor))
        if key not in places:
            places[key] = len(joined), {}
            joined.append(term)
        at, weights = places[key]
        for position, weight in total_of.weights.items():
            weights[position] = weights.get(position, 0.0) + weight
        first = TermTotal(total_of.source, weights, total_of.power)
        joined[at] = Arithmetic("/", first, divisor) if divisor else first
    return joined


def function(name: FunctionName, *arguments: Expression) -> Expression:  # noqa: PLR0911 - one case a function
    """Return the value of a function."""
    folded: Expression | None = fold(OPERATIONS[name], *arguments)
    if folded is not None:
        return folded
    match name, arguments:
        case "abs", (TermTotal(source, weights, power),) if len(weights) == 1:  # a count is never negative
            return TermTotal(source, {term: abs(weight) for term, weight in weights.items()}, power)
        case (("smallest" | "largest"), _) if any(isinstance(each, TermTotal) for each in arguments):
            raise NotExportable("the model compares the counted words of a text with each other")
        case "power", (base, Number(1.0)):
            return base
        case "power", (Number(base), exponent) if base == np.e:
            return Function("exp", (exponent,))
        case "power", (base, Number(2.0)):
            return _square(base)
        case "power", (base, Number(0.5)):
            return Function("sqrt", (base,))
    return Function(name, arguments)


def compare(comparator: Comparator, left: Expression, right: Expression) -> Condition:
    """Return whether a comparison holds; it does not hold for a missing value."""
    folded: Condition | None = fold(OPERATIONS[comparator], left, right)
    if folded is not None:
        return folded
    if any(isinstance(side, Number) and np.isnan(side.value) for side in (left, right)):
        return FALSE
    match left, right:
        case Choose(condition, (Number() | Lookup()) as yes, no), Number():
            return _choose_condition(condition, compare(comparator, yes, right), compare(comparator, no, right))
        case Choose(condition, yes, (Number() | Lookup()) as no), Number():
            return _choose_condition(condition, compare(comparator, yes, right), compare(comparator, no, right))
        case Number(), other if not isinstance(other, Number):
            mirrored: dict[Comparator, Comparator] = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "=="}
            return compare(mirrored[comparator], right, left)
    return Comparison(comparator, left, right)


def choose(condition: Condition, yes: Expression, no: Expression) -> Expression:
    """Return one of two numbers."""
    match condition, yes, no:
        case Truth(value), _, _:
            return yes if value else no
        case _, Number(one), Number(other) if one == other:
            return yes
        case Missing(field), Number(value), _ if np.isnan(value) and field in _fields(no):
            return no
        case Not(inner), _, _:
            return choose(inner, no, yes)
    folded = fold(np.where, condition, yes, no)
    return Choose(condition, yes, no) if folded is None else folded


def table(index: Expression, values: NDArray[np.float64]) -> Expression:
    """Return the number at an index."""
    folded = fold(lambda places: values[places.astype(np.int64)], index)
    return Table(index, tuple(values.tolist())) if folded is None else folded


def is_missing(value: Expression) -> Condition:
    """Return whether a number is missing."""
    match value:
        case Number() | Lookup():
            return fold(np.isnan, value) or FALSE
        case Field(_, nullable):
            return Missing(value) if nullable else FALSE
        case Choose(condition, yes, no):
            return _choose_condition(condition, is_missing(yes), is_missing(no))
        case _:
            return either([is_missing(child) for child in children(value)])  # type: ignore[arg-type]


def every(conditions: Sequence[Condition]) -> Condition:
    """Return whether all conditions hold."""
    return _joined(Every, conditions, neutral=True)


def either(conditions: Sequence[Condition]) -> Condition:
    """Return whether at least one condition holds."""
    return _joined(Either, conditions, neutral=False)


def opposite(condition: Condition) -> Condition:
    """Return whether a condition does not hold."""
    if isinstance(condition, Not):
        return condition.condition
    return fold(np.logical_not, condition) or Not(condition)


def _joined(kind: type[Every] | type[Either], conditions: Sequence[Condition], *, neutral: bool) -> Condition:
    parts: list[Condition] = []
    join = np.logical_and if neutral else np.logical_or
    for condition in conditions:
        for part in condition.conditions if isinstance(condition, kind) else (condition,):
            folded = fold(join, parts[-1], part) if parts else None
            if folded is not None:
                parts[-1] = folded
            elif not (isinstance(part, Truth) and part.value == neutral):
                parts.append(part)
    if any(isinstance(part, Truth) and part.value != neutral for part in parts):
        return Truth(value=not neutral)
    parts = [part for part in parts if not isinstance(part, Truth)]
    return parts[0] if len(parts) == 1 else kind(tuple(parts)) if parts else Truth(value=neutral)


def _choose_condition(condition: Condition, yes: Condition, no: Condition) -> Condition:
    return either([every([condition, yes]), every([opposite(condition), no])])


def _is_number(node: Node, value: float) -> bool:
    return isinstance(node, Number) and node.value == value


def _fields(node: Node) -> set[Field]:
    if isinstance(node, Field):
        return {node}
    return {field for child in children(node) for field in _fields(child)}
