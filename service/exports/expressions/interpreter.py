"""Compute the expressions of a model for one row, in plain Python: the reference of all forms of code."""

import math
from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any

import numpy as np

from service.bundles.texts.term_counts import TermCounts
from service.exports.expressions.constant_folding import OPERATIONS
from service.exports.expressions.nodes import (
    Arithmetic,
    ChoiceField,
    Choose,
    Comparison,
    Either,
    Every,
    Field,
    Function,
    Lookup,
    Member,
    Missing,
    Node,
    Not,
    Number,
    Sum,
    Table,
    TermTotal,
    Truth,
    walk,
)

Texts = Mapping[str, str]
"""Field → its text, prepared as the model reads it."""


def evaluate(roots: Sequence[Node], row: Sequence[float], texts: Texts | None = None) -> list[Any]:
    """Return the value of each root for a row: the numbers of the fields, NaN for a missing one, and its texts."""
    results: dict[int, Any] = {}
    with np.errstate(all="ignore"):
        for node in walk(tuple(roots)):
            results[id(node)] = _value(node, row, texts or {}, results)
    return [results[id(root)] for root in roots]


def _value(node: Node, row: Sequence[float], texts: Texts, results: dict[int, Any]) -> Any:  # noqa: PLR0911, PLR0912 - one case a node
    def of(child: Node) -> Any:
        return results[id(child)]

    match node:
        case Number(value) | Truth(value):
            return value
        case Field(index, _):
            return row[index]
        case Missing(field):
            return math.isnan(row[field.index])
        case Lookup(field, values) | Member(field, values):
            return values[_place(field, row)]
        case Arithmetic(operator, left, right) | Comparison(operator, left, right):
            return OPERATIONS[operator](of(left), of(right))
        case Sum(terms):
            return sum(map(of, terms))
        case Function(name, arguments):
            return reduce(OPERATIONS[name], map(of, arguments)) if len(arguments) > 1 else OPERATIONS[name](of(arguments[0]))
        case TermTotal(source, weights, power):
            counts = TermCounts(source)([texts[source.field]])[0]
            return sum(weight * counts[term] ** power for term, weight in weights.items())
        case Choose(condition, yes, no):
            return of(yes) if of(condition) else of(no)
        case Table(index, values):
            return values[int(of(index))]
        case Not(condition):
            return not of(condition)
        case Every(conditions):
            return all(map(of, conditions))
        case Either(conditions):
            return any(map(of, conditions))
    raise TypeError(type(node).__name__)


def _place(field: ChoiceField, row: Sequence[float]) -> int:
    number = row[field.index]
    return field.size if math.isnan(number) else int(number)
