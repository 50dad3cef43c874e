"""Expressions as elements of PMML (https://dmg.org/pmml/v4-4-1/Functions.html).

Most functions of PMML do not take a missing value, so a condition asks first whether its value is missing.
"""

from collections.abc import Callable, Sequence
from xml.etree.ElementTree import Element, SubElement

from service.exports.code.program import (
    Branch,
    Listed,
    MemberSet,
    Points,
    Program,
    ProgramField,
    Step,
    Total,
    Tree,
    Value,
    step_roots,
)
from service.exports.expressions.nodes import (
    Arithmetic,
    Choose,
    Comparison,
    Condition,
    Either,
    Every,
    Expression,
    Field,
    Function,
    InGroup,
    Member,
    Missing,
    Node,
    Not,
    Number,
    Truth,
    Variable,
    children,
    walk,
)
from service.exports.expressions.simplification import is_negative

_COMPARISONS = {"<": "lessThan", "<=": "lessOrEqual", ">": "greaterThan", ">=": "greaterOrEqual", "==": "equal"}
_FUNCTIONS = {"log": "ln", "power": "pow", "smallest": "min", "largest": "max"}


class PmmlElements:
    """Writes the expressions of one program; `name_of` gives the name of the derived field of a step."""

    def __init__(self, program: Program, name_of: Callable[[str], str]) -> None:
        self._program = program
        self._name_of = name_of
        self._steps: dict[str, Step] = {step.name: step for step in program.steps}

    def step(self, step: Step) -> Element:
        """Return the expression of the derived field of a step."""
        match step:
            case Value(_, expression) | Branch(_, expression) | Tree(_, expression):
                return self._formula(expression)
            case Total(_, terms):
                return apply("sum", *map(self._formula, terms))
            case Points(_, field, values):
                return self._points(field.index, values)
            case Listed(_, index, values):
                return self._listed(index, values, 0)
        raise TypeError(type(step).__name__)

    def valid(self) -> Element:
        """Return whether all fields are valid. An evaluator looks at the fields alone that a row needs."""
        return _joined("and", list(map(self._valid, self._program.fields)))

    def _valid(self, field: ProgramField) -> Element:
        valid = apply("isValid", reference(field.name))
        return apply("or", apply("isMissing", reference(field.name)), valid) if field.nullable else valid

    def _points(self, index: int, values: Sequence[float]) -> Element:
        field = self._program.fields[index]
        missing = {"mapMissingTo": repr(values[-1])} if field.nullable else {}
        if field.kind == "flag":
            chosen = apply("if", self._equals(index, 1), number(values[1]), number(values[0]))
            return apply("if", apply("isMissing", reference(field.name)), number(values[-1]), chosen) if missing else chosen
        table = Element("MapValues", missing, outputColumn="points", dataType="double")
        SubElement(table, "FieldColumnPair", field=field.name, column="category")
        rows = SubElement(table, "InlineTable")
        for choice, value in zip(field.choices, values, strict=False):
            row = SubElement(rows, "row")
            SubElement(row, "category").text = choice
            SubElement(row, "points").text = repr(value)
        return table

    def _listed(self, index: Expression, values: Sequence[float], first: int) -> Element:
        """Return the value at an index, by halves."""
        if len(values) == 1:
            return number(values[0])
        half = len(values) // 2
        is_below = apply("lessThan", self._formula(index), number(first + half - 0.5))
        parts = self._listed(index, values[:half], first), self._listed(index, values[half:], first + half)
        return apply("if", is_below, *parts)

    def _formula(self, node: Expression) -> Element:  # noqa: PLR0911 - one case a node
        match node:
            case Number(value):
                return number(value)
            case Field(index, _):
                return reference(self._program.fields[index].name)
            case Variable(name):
                return reference(self._name_of(name))
            case Choose(condition, yes, no):
                return apply("if", self._condition(condition), self._formula(yes), self._formula(no))
            case Arithmetic(operator, left, right):
                if is_negative(node):
                    return apply("*", number(-1.0), self._formula(right))
                return apply(operator, self._formula(left), self._formula(right))
            case Function(name, arguments):
                return apply(_FUNCTIONS.get(name, name), *map(self._formula, arguments))
        raise TypeError(type(node).__name__)

    def _condition(self, node: Condition) -> Element:  # noqa: PLR0911 - one case a node
        match node:
            case Truth(value):
                return _truth(value=value)
            case Comparison(comparator, left, right):
                condition = apply(_COMPARISONS[comparator], self._formula(left), self._formula(right))
                for name in self._optional(node):
                    condition = apply("if", apply("isMissing", reference(name)), _truth(value=False), condition)
                return condition
            case Missing(field):
                return apply("isMissing", reference(self._program.fields[field.index].name))
            case Member():
                return self._member(node)
            case InGroup(name, _):
                step = self._steps[name]
                assert isinstance(step, MemberSet)  # noqa: S101 - says the name
                return self._member(step.member)
            case Not(condition):
                return apply("not", self._condition(condition))
            case Every(conditions):
                return _joined("and", list(map(self._condition, conditions)))
            case Either(conditions):
                return _joined("or", list(map(self._condition, conditions)))
        raise TypeError(type(node).__name__)

    def _optional(self, node: Node) -> list[str]:
        """Return the names of the fields that may be missing and of which a node is computed, and those of such steps."""
        names: dict[str, None] = {}
        for each in walk(children(node)):
            if isinstance(each, Field) and each.nullable:
                names[self._program.fields[each.index].name] = None
            elif isinstance(each, Variable) and any(map(self._optional, step_roots(self._steps[each.name]))):
                names[self._name_of(each.name)] = None
        return list(names)

    def _member(self, node: Member) -> Element:
        name = self._program.fields[node.field.index].name
        inside = [at for at in range(node.field.size) if node.members[at]]
        outside = [at for at in range(node.field.size) if not node.members[at]]
        is_missing = apply("isMissing", reference(name))
        if not inside or not outside:  # only a missing value differs from the others
            return apply("not", is_missing) if inside else is_missing
        is_inside = len(inside) <= len(outside)
        is_member = _joined("or", [self._equals(node.field.index, at) for at in (inside if is_inside else outside)])
        is_member = is_member if is_inside else apply("not", is_member)
        return apply("if", is_missing, _truth(value=node.members[-1]), is_member) if node.field.nullable else is_member

    def _equals(self, index: int, at: int) -> Element:
        field = self._program.fields[index]
        value = _truth(value=bool(at)) if field.kind == "flag" else text(field.choices[at])
        return apply("equal", reference(field.name), value)


def apply(function: str, *arguments: Element) -> Element:
    """Return the result of a function."""
    element = Element("Apply", function=function)
    element.extend(arguments)
    return element


def reference(name: str) -> Element:
    """Return the value of a field."""
    return Element("FieldRef", field=name)


def number(value: float) -> Element:
    """Return a number in float64."""
    return _constant(repr(float(value)), "double")


def text(value: str) -> Element:
    """Return a text."""
    return _constant(value, "string")


def _truth(*, value: bool) -> Element:
    return _constant(str(value).lower(), "boolean")


def _constant(value: str, kind: str) -> Element:
    element = Element("Constant", dataType=kind)
    element.text = value
    return element


def _joined(function: str, parts: Sequence[Element]) -> Element:
    return apply(function, *parts) if len(parts) > 1 else parts[0]
