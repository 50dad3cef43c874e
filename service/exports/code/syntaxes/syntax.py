"""How a language writes formulas and conditions. Each language says what differs."""

from abc import ABC, abstractmethod
from typing import ClassVar

from service.exports.code.file_header import field_comment
from service.exports.code.program import Program, Step
from service.exports.expressions.nodes import (
    Arithmetic,
    Comparison,
    Condition,
    Either,
    Every,
    Expression,
    Field,
    Function,
    FunctionName,
    InGroup,
    Member,
    Missing,
    Not,
    Number,
    Truth,
    Variable,
)
from service.exports.expressions.simplification import is_negative

EITHER, EVERY, NOT, COMPARISON, SUM, PRODUCT, SIGN, WHOLE = range(1, 9)
"""How tightly parts of a formula hold together."""


class Syntax(ABC):
    """Writes the parts of one program."""

    every: ClassVar[str] = " && "
    either: ClassVar[str] = " || "
    opposite: ClassVar[str] = "!"
    equal: ClassVar[str] = "=="
    unequal: ClassVar[str] = "!="
    truths: ClassVar[tuple[str, str]] = ("false", "true")
    ascii_comments: ClassVar[bool] = False

    def __init__(self, program: Program) -> None:
        self.program = program
        self.steps: dict[str, Step] = {step.name: step for step in program.steps}

    def comment(self, index: int) -> str:
        """Return what a person must know of a field."""
        return field_comment(self.program.fields[index], ascii_only=self.ascii_comments)

    @abstractmethod
    def quote(self, text: str) -> str:
        """Return a text as a literal."""

    @abstractmethod
    def field(self, index: int) -> str:
        """Return the value of a field."""

    @abstractmethod
    def variable(self, name: str) -> str:
        """Return the result of a step."""

    @abstractmethod
    def function(self, name: FunctionName, arguments: list[str]) -> str:
        """Return the call of a function."""

    @abstractmethod
    def missing(self, index: int) -> str:
        """Return whether the value of a field is missing."""

    @abstractmethod
    def group(self, node: InGroup) -> str:
        """Return whether the value of a field is in a group of choices."""

    def number(self, value: float) -> str:
        """Return a number with a decimal point or an exponent, so that no language takes it for a whole number."""
        mantissa, _, exponent = repr(float(value)).partition("e")
        if not exponent:
            return mantissa
        return f"{mantissa if '.' in mantissa else mantissa + '.0'}e{int(exponent)}"

    def formula(self, node: Expression, around: int = 0) -> str:
        """Return a formula, in parentheses if what is around holds together more tightly."""
        text, strength = self._formula(node)
        return f"({text})" if strength < around else text

    def _formula(self, node: Expression) -> tuple[str, int]:
        """Return a formula, and how tightly it holds together."""
        match node:
            case Number(value):
                return self.number(value), SIGN if value < 0 else WHOLE
            case Field(index, _):
                return self.field(index), WHOLE
            case Variable(name):
                return self.variable(name), WHOLE
            case Arithmetic(operator, left, right):
                if is_negative(node):
                    return "-" + self.formula(right, WHOLE), SIGN
                strength = SUM if operator in "+-" else PRODUCT
                exact = operator in "-/"
                return f"{self.formula(left, strength)} {operator} {self.formula(right, strength + exact)}", strength
            case Function(name, arguments):
                return self.function(name, [self.formula(each) for each in arguments]), WHOLE
        raise TypeError(type(node).__name__)

    def condition(self, node: Condition, around: int = 0) -> str:
        """Return a condition, in parentheses if what is around holds together more tightly."""
        text, strength = self._condition(node)
        return f"({text})" if strength < around else text

    def _condition(self, node: Condition) -> tuple[str, int]:  # noqa: PLR0911 - one line a node
        match node:
            case Truth(value):
                return self.truths[value], WHOLE
            case Comparison(comparator, left, right):
                sign = self.equal if comparator == "==" else comparator
                return f"{self.formula(left, SUM)} {sign} {self.formula(right, SUM)}", COMPARISON
            case Missing(field):
                return self.missing(field.index), WHOLE
            case Member():
                return self.member(node)
            case InGroup():
                return self.group(node), WHOLE
            case Not(condition):
                return self.opposite + self.condition(condition, WHOLE), NOT
            case Every(conditions):
                return self.every.join(self.condition(each, NOT) for each in conditions), EVERY
            case Either(conditions):
                return self.either.join(self.condition(each, NOT) for each in conditions), EITHER
        raise TypeError(type(node).__name__)

    def member(self, node: Member) -> tuple[str, int]:
        """Return a condition on one of few choices, and how tightly it holds together."""
        parts, joint = self.member_parts(node)
        return joint.join(parts), COMPARISON if len(parts) == 1 else EITHER if joint == self.either else EVERY

    def member_parts(self, node: Member) -> tuple[list[str], str]:
        """Return a condition on each of few choices, and what stands between them."""
        names: list[str | None] = [self.choice(node.field.index, at) for at in range(node.field.size)]
        names += [None] if node.field.nullable else []
        inside = [name for name, is_member in zip(names, node.members, strict=True) if is_member]
        outside = [name for name, is_member in zip(names, node.members, strict=True) if not is_member]
        is_inside = len(inside) <= len(outside)
        chosen, joint = (inside, self.either) if is_inside else (outside, self.every)
        return [self.is_choice(node.field.index, name, is_equal=is_inside) for name in chosen], joint

    def choice(self, index: int, at: int) -> str:
        """Return a choice of a field as a literal."""
        field = self.program.fields[index]
        return self.truths[at] if field.kind == "flag" else self.quote(field.choices[at])

    def is_choice(self, index: int, name: str | None, *, is_equal: bool) -> str:
        """Return whether the value of a field is a choice; None is a missing value."""
        if name is None:
            return self.missing(index) if is_equal else self.opposite + self.missing(index)
        return f"{self.field(index)} {self.equal if is_equal else self.unequal} {name}"
