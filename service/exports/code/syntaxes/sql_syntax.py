"""SQL: one query whose steps are columns. A missing value is NULL."""

from abc import abstractmethod
from itertools import pairwise
from typing import ClassVar

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
    refuse_fields,
    step_roots,
)
from service.exports.code.syntaxes.syntax import COMPARISON, EITHER, PRODUCT, Syntax
from service.exports.code.text_safety import sql_name
from service.exports.expressions.nodes import (
    Arithmetic,
    Choose,
    Condition,
    Expression,
    InGroup,
    Member,
    Not,
    Number,
    Variable,
    walk,
)
from service.exports.refusals import NotExportable

MAX_COLUMNS = 1_500
"""PostgreSQL takes 1,600 columns, SQLite 2,000."""
_INDENT = "  "


class SqlSyntax(Syntax):
    every, either, opposite = " AND ", " OR ", "NOT "
    equal, unequal = "=", "<>"
    truths = ("FALSE", "TRUE")
    real: ClassVar[str]
    """The type of float64 numbers."""
    text: ClassVar[str] = "TEXT"

    def __init__(self, program: Program) -> None:
        super().__init__(program)
        refuse_fields(program, {"moment"}, "databases keep a date with time in many ways")
        columns = sum(not isinstance(step, MemberSet) for step in program.steps) + len(program.fields)
        if columns > MAX_COLUMNS:
            raise NotExportable(f"the model needs {columns:,} columns, and a query has {MAX_COLUMNS:,} at most", "python")
        self.levels = _levels(program)

    def field(self, index: int) -> str:
        return f"model_{self.program.fields[index].identifier}"

    def variable(self, name: str) -> str:
        return f"model_{name}"

    def missing(self, index: int) -> str:
        return f"{self.field(index)} IS NULL"

    def is_choice(self, index: int, name: str | None, *, is_equal: bool) -> str:
        if name is None:
            return f"{self.field(index)} IS {'' if is_equal else 'NOT '}NULL"
        return super().is_choice(index, name, is_equal=is_equal)

    def member(self, node: Member) -> tuple[str, int]:
        """Return a condition that is true for a missing value only if that is a member."""
        names = [self.choice(node.field.index, at) for at in range(node.field.size)]
        inside = [name for name, is_member in zip(names, node.members, strict=False) if is_member]
        outside = [name for name in names if name not in inside]
        field = self.field(node.field.index)
        if not inside or not outside:  # only a missing value differs from the others
            return self.is_choice(node.field.index, None, is_equal=not inside), COMPARISON
        chosen, sign = (inside, "IN") if len(inside) <= len(outside) else (outside, "NOT IN")
        text = f"{field} {sign} ({', '.join(chosen)})"
        if node.field.nullable and node.members[-1]:
            return f"{text} OR {field} IS NULL", EITHER
        return text, COMPARISON

    def group(self, node: InGroup) -> str:
        step = self.steps[node.name]
        assert isinstance(step, MemberSet)  # noqa: S101 - says the name
        return f"({self.member(step.member)[0]})"

    def _formula(self, node: Expression) -> tuple[str, int]:
        if isinstance(node, Arithmetic) and node.operator == "/" and not isinstance(node.right, Number):
            divisor = f"NULLIF({self.formula(node.right)}, 0.0)"  # a division by zero would end the query
            return f"{self.formula(node.left, PRODUCT)} / {divisor}", PRODUCT
        return super()._formula(node)

    def _condition(self, node: Condition) -> tuple[str, int]:
        if isinstance(node, Not):  # what is unknown because of a missing value is not true
            return f"({self.condition(node.condition)}) IS NOT TRUE", COMPARISON
        return super()._condition(node)

    def columns(self, level: list[Step]) -> list[list[str]]:
        """Return the lines of the column of each step."""
        return [self._column(step) for step in level if not isinstance(step, MemberSet)]

    def _column(self, step: Step) -> list[str]:
        name = self.variable(step.name)
        match step:
            case Value(_, expression):
                lines = [self.formula(expression)]
            case Total(_, terms):
                lines = [f"{'+ ' if at else ''}{self.formula(term)}" for at, term in enumerate(terms)]
            case Branch(_, choice) | Tree(_, choice):
                lines = self._case(choice)
            case Points(_, field, values):
                names = [self.choice(field.index, at) for at in range(field.size)]
                lines = [f"CASE {self.field(field.index)}"]
                lines += [
                    f"{_INDENT}WHEN {each} THEN {self.number(value)}" for each, value in zip(names, values, strict=False)
                ]
                lines += [f"{_INDENT}ELSE {self.number(values[-1])}"] if field.nullable else []
                lines += ["END"]
            case Listed(_, index, values):
                numbers = [f"{_INDENT}WHEN {at} THEN {self.number(value)}" for at, value in enumerate(values)]
                lines = [f"CASE CAST({self.formula(index)} AS INTEGER)", *numbers, "END"]
            case _:
                raise TypeError(type(step).__name__)
        if len(lines) == 1:
            return [f"CAST({lines[0]} AS {self.real}) AS {name}"]
        return ["CAST(", *(_INDENT + line for line in lines), f"  AS {self.real}", f") AS {name}"]

    def _case(self, node: Choose) -> list[str]:
        lines = ["CASE"]
        rest: Expression = node
        while isinstance(rest, Choose):
            condition = f"{_INDENT}WHEN {self.condition(rest.condition)}"
            if isinstance(rest.yes, Choose):
                lines += [condition, f"{_INDENT * 2}THEN", *(_INDENT * 3 + line for line in self._case(rest.yes))]
            else:
                lines.append(f"{condition} THEN {self.formula(rest.yes)}")
            rest = rest.no
        return [*lines, f"{_INDENT}ELSE {self.formula(rest)}", "END"]

    def input(self, index: int) -> str:
        """Return the value of a field of the table, in the type that the formulas take."""
        field = self.program.fields[index]
        name = sql_name(field.name)
        if field.kind == "flag":
            return self.boolean(name)
        if field.kind == "day":
            return f"CAST({self.days(name)} AS {self.real})"
        return f"CAST({name} AS {self.text if field.kind == 'choice' else self.real})"

    @abstractmethod
    def days(self, name: str) -> str:
        """Return the days since 1970-01-01 of a column with dates."""

    @abstractmethod
    def boolean(self, name: str) -> str:
        """Return a boolean column."""

    def faults(self) -> list[tuple[str, str]]:
        """Return a condition and a message for each field that can be wrong, in the order of the fields."""
        faults: list[tuple[str, str]] = []
        for index, field in enumerate(self.program.fields):
            value = self.field(index)
            if not field.nullable:
                faults.append((f"{value} IS NULL", f"{field.name}: This field is missing."))
            faults += self.type_faults(field)
            if field.kind == "choice":
                names = ", ".join(map(self.quote, field.choices))
                faults.append((f"{value} NOT IN ({names})", f"{field.name}: This category is not known."))
            elif field.kind == "day":
                limits = f"{self.number(field.low)} AND {self.number(field.high)}"
                faults.append((f"{value} NOT BETWEEN {limits}", f"{field.name}: This date is out of range."))
            elif field.kind == "number":
                limits = f"{self.number(field.low)} AND {self.number(field.high)}"
                text = f"{field.name}: Expected a value from {field.low:.10g} to {field.high:.10g}."
                faults.append((f"{value} NOT BETWEEN {limits}", text))
            if field.is_whole and field.kind == "number":
                whole = self.function("floor", [value])
                faults.append((f"{value} <> {whole}", f"{field.name}: Expected a whole number."))
        return [(condition, self.quote(message)) for condition, message in faults]

    def type_faults(self, field: ProgramField) -> list[tuple[str, str]]:  # noqa: ARG002 - some dialects need it
        """Return the conditions of a value of another type than the field, if the database does not refuse it."""
        return []

    def label(self) -> list[tuple[str, str]]:
        """Return a condition and a label for each label but the last: the first of the largest probabilities counts."""
        scores = [self.variable(name) for name in self.program.scores]
        return [
            (self.every.join(f"{score} >= {other}" for other in scores[at + 1 :]), self.quote(label))
            for at, (score, label) in enumerate(zip(scores, self.program.labels, strict=False))
        ][:-1]

    def decisions(self) -> list[tuple[str, str]]:
        """Return a condition and a decision for each band but the highest."""
        bands, answer = self.program.bands, self.variable(self.program.answer)
        return [(f"{answer} < {self.number(upper)}", self.quote(decision)) for (decision, _), (_, upper) in pairwise(bands)]


def _levels(program: Program) -> list[list[Step]]:
    """Return the steps in groups: each needs only columns of the groups before it."""
    level: dict[str, int] = {}
    groups: list[list[Step]] = []
    for step in program.steps:
        used = [each.name for root in step_roots(step) for each in walk((root,)) if isinstance(each, Variable)]
        level[step.name] = 1 + max((level[name] for name in used), default=-1)
        if level[step.name] == len(groups):
            groups.append([])
        groups[level[step.name]].append(step)
    return [group for group in groups if any(not isinstance(step, MemberSet) for step in group)]
