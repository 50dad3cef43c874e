"""The nodes of the tree: numbers, and conditions on them.

A number may be missing (NaN). What is computed from a missing number is missing, and a comparison with it is false: as in
IEEE 754, and as with NULL in SQL. A node may occur at several places of a tree; it is the same object then.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from service.bundles.texts.term_counts import TermSource

Operator = Literal["+", "-", "*", "/"]
Comparator = Literal["<", "<=", ">", ">=", "=="]
FunctionName = Literal["exp", "log", "sqrt", "abs", "floor", "power", "smallest", "largest"]


@dataclass(frozen=True, eq=False)
class Field:
    """A field of a row whose values have an order."""

    index: int
    """The position among the fields of the channel `numbers`."""
    nullable: bool = False


@dataclass(frozen=True, eq=False)
class ChoiceField:
    """A field of a row with few values: a category or a boolean."""

    index: int
    size: int
    nullable: bool = False


@dataclass(frozen=True, eq=False)
class Number:
    value: float


@dataclass(frozen=True, eq=False)
class Lookup:
    """A number for each value of a field: one for each choice, and the last one for a missing value if it may be missing."""

    field: ChoiceField
    values: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class TermTotal:
    """The sum of weight · countᵖᵒʷᵉʳ over the terms of a text."""

    source: TermSource
    """It is the same object for all totals of one input of the graph."""
    weights: Mapping[int, float]
    """Position in the vocabulary → weight; terms that are not in it have none."""
    power: int = 1


@dataclass(frozen=True, eq=False)
class Arithmetic:
    operator: Operator
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True, eq=False)
class Sum:
    terms: tuple["Expression", ...]


@dataclass(frozen=True, eq=False)
class Function:
    """`power` has two arguments, `smallest` and `largest` two or more, the others one."""

    name: FunctionName
    arguments: tuple["Expression", ...]


@dataclass(frozen=True, eq=False)
class Choose:
    condition: "Condition"
    yes: "Expression"
    no: "Expression"


@dataclass(frozen=True, eq=False)
class Table:
    """The number at an index, which is a whole number from 0."""

    index: "Expression"
    values: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class Variable:
    """The result of an earlier step of a program."""

    name: str


@dataclass(frozen=True, eq=False)
class Truth:
    value: bool


@dataclass(frozen=True, eq=False)
class Comparison:
    comparator: Comparator
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True, eq=False)
class Missing:
    field: Field


@dataclass(frozen=True, eq=False)
class Member:
    """Whether the value of a field is one of some choices; the last flag is that of a missing value if it may be missing."""

    field: ChoiceField
    members: tuple[bool, ...]


@dataclass(frozen=True, eq=False)
class Not:
    condition: "Condition"


@dataclass(frozen=True, eq=False)
class Every:
    conditions: tuple["Condition", ...]


@dataclass(frozen=True, eq=False)
class Either:
    """At least one of the conditions holds."""

    conditions: tuple["Condition", ...]


@dataclass(frozen=True, eq=False)
class InGroup:
    """Whether the value of a field is in a group of choices that an earlier step of a program names."""

    name: str
    field: ChoiceField


Expression = Number | Field | Lookup | TermTotal | Arithmetic | Sum | Function | Choose | Table | Variable
Condition = Truth | Comparison | Missing | Member | Not | Every | Either | InGroup
Node = Expression | Condition


def children(node: Node) -> tuple[Node, ...]:
    """Return the nodes that a node is computed from."""
    match node:
        case Arithmetic(_, left, right) | Comparison(_, left, right):
            return left, right
        case Sum(parts) | Function(_, parts) | Every(parts) | Either(parts):
            return parts
        case Choose(condition, yes, no):
            return condition, yes, no
        case Table(part, _) | Not(part):
            return (part,)
        case _:
            return ()


def walk(roots: tuple[Node, ...]) -> list[Node]:
    """Return every node below some roots once, each behind its children."""
    done: dict[int, Node] = {}
    waiting: list[tuple[Node, bool]] = [(root, False) for root in reversed(roots)]
    while waiting:
        node, is_ready = waiting.pop()
        if id(node) in done:
            continue
        if is_ready:
            done[id(node)] = node
        else:
            waiting.append((node, True))
            waiting += [(child, False) for child in reversed(children(node))]
    return list(done.values())
