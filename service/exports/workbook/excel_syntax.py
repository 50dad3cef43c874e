"""Formulas of Excel. A case is a row; the number of the row is put into a formula at the end, so that it is made once."""

from service.exports.code.program import Branch, Listed, MemberSet, Points, Program, Step, Total, Tree, Value
from service.exports.code.syntaxes.syntax import COMPARISON, WHOLE, Syntax
from service.exports.expressions.nodes import (
    Choose,
    Comparison,
    Condition,
    Either,
    Every,
    Expression,
    Field,
    FunctionName,
    InGroup,
    Member,
    Node,
    Not,
    children,
    walk,
)
from service.exports.refusals import NotExportable

ROW = "\0"
"""Stands for the number of the row of a case."""
MAX_FORMULA_CHARACTERS = 8_000
"""Excel takes 8,192."""
_FUNCTIONS = {"log": "LN", "floor": "INT", "smallest": "MIN", "largest": "MAX"}


class ExcelSyntax(Syntax):
    """`inputs` has the cell of each field, `columns` the letters of steps and choices, `tables` the ranges of lists."""

    equal = "="

    def __init__(self, program: Program, inputs: dict[int, str], columns: dict[str, str], tables: dict[str, str]) -> None:
        super().__init__(program)
        self._inputs = inputs
        self._columns = columns
        self._tables = tables

    def quote(self, text: str) -> str:
        raise AssertionError(f"a formula of a workbook holds no text: {text}")

    def field(self, index: int) -> str:
        return self._inputs[index]

    def chosen(self, index: int) -> str:
        """Return the number of the choice of a field, from 1; a missing value has the number behind the last one."""
        return self._cell(f"choice of {index}")

    def variable(self, name: str) -> str:
        return self._cell(name)

    def _cell(self, name: str) -> str:
        return f"${self._columns[name]}{ROW}"

    def function(self, name: FunctionName, arguments: list[str]) -> str:
        if name == "exp":  # Excel has no infinity
            return f"EXP(MIN({arguments[0]},709))"
        return f"{_FUNCTIONS.get(name, name.upper())}({','.join(arguments)})"

    def missing(self, index: int) -> str:
        return f'{self.field(index)}=""'

    def group(self, node: InGroup) -> str:
        step = self.steps[node.name]
        assert isinstance(step, MemberSet)  # noqa: S101 - says the name
        return self.condition(step.member)

    def _formula(self, node: Expression) -> tuple[str, int]:
        if isinstance(node, Choose):
            return f"IF({self.condition(node.condition)},{self.formula(node.yes)},{self.formula(node.no)})", WHOLE
        return super()._formula(node)

    def _condition(self, node: Condition) -> tuple[str, int]:
        match node:
            case Every(conditions):
                return f"AND({','.join(map(self.condition, conditions))})", WHOLE
            case Either(conditions):
                return f"OR({','.join(map(self.condition, conditions))})", WHOLE
            case Not(condition):
                return f"NOT({self.condition(condition)})", WHOLE
            case Comparison():
                fields = [each.index for each in _fields(node) if each.nullable]
                text, _ = super()._condition(node)
                if not fields:
                    return text, COMPARISON
                present = [f'{self.field(index)}<>""' for index in fields]  # an empty cell counts as 0
                return f"AND({','.join([*present, text])})", WHOLE
        return super()._condition(node)

    def member(self, node: Member) -> tuple[str, int]:
        cell = self.chosen(node.field.index)
        inside = [at for at, is_member in enumerate(node.members, 1) if is_member]
        outside = [at for at, is_member in enumerate(node.members, 1) if not is_member]
        is_inside = len(inside) <= len(outside)
        parts = [f"{cell}{'=' if is_inside else '<>'}{at}" for at in (inside if is_inside else outside)]
        if len(parts) == 1:
            return parts[0], COMPARISON
        return f"{'OR' if is_inside else 'AND'}({','.join(parts)})", WHOLE

    def step_formula(self, step: Step) -> str:
        """Return the formula of a step. Raises NotExportable if it is too long."""
        match step:
            case Value(_, expression) | Branch(_, expression) | Tree(_, expression):
                text = self.formula(expression)
            case Total(_, terms):
                text = "+".join(map(self.formula, terms))
            case Points(name, field, _):
                text = f"INDEX({self._tables[name]},{self.chosen(field.index)})"
            case Listed(name, index, _):
                text = f"INDEX({self._tables[name]},{self.formula(index)}+1)"
            case _:
                raise TypeError(type(step).__name__)
        if len(text) > MAX_FORMULA_CHARACTERS:
            raise NotExportable(f"a formula has {len(text):,} characters, and Excel takes 8,192", "python")
        return f"={text}"


def _fields(node: Node) -> list[Field]:
    return [each for each in walk(children(node)) if isinstance(each, Field)]
