"""Python from 2.7 on."""

from collections.abc import Sequence

from service.exports.code.program import Listed, Points, ProgramField, TermsColumn, Tree
from service.exports.code.syntaxes.statement_syntax import StatementSyntax
from service.exports.code.text_safety import python_quoted
from service.exports.expressions.nodes import FunctionName, InGroup

_FUNCTIONS = {"exp": "exp", "log": "math.log", "sqrt": "math.sqrt", "abs": "abs", "floor": "math.floor"} | {
    "power": "pow",
    "smallest": "min",
    "largest": "max",
}


class PythonSyntax(StatementSyntax):
    every, either, opposite = " and ", " or ", "not "
    truths = ("False", "True")
    indent = "    "
    block = ("if {}:", "elif {}:", "else:", "")
    end = ""
    nothing = "None"
    width, outer = 88, 4

    def quote(self, text: str) -> str:
        return python_quoted(text)

    def quote_word(self, text: str) -> str:
        literal = self.quote(text)
        if text.count('"') <= text.count("'"):
            return literal
        body = literal[1:-1].replace('\\"', '"').replace("'", "\\'")
        return f"'{body}'"

    def broken(self, begin: str, parts: Sequence[str], joint: str) -> list[str]:
        opened, closed = begin.format("(\n)").split("\n")
        lines = [self.indent + parts[0], *(f"{self.indent}{joint.lstrip()}{part}" for part in parts[1:])]
        return [opened, *lines, closed]

    def field(self, index: int) -> str:
        return f"x.{self.program.fields[index].identifier}"

    def variable(self, name: str) -> str:
        match self.steps[name]:
            case Points(_, field, _):
                return f"{name.upper()}[{self.field(field.index)}]"
            case Listed(_, index, _):
                return f"{name.upper()}[int({self.formula(index)})]"
            case Tree():
                return f"{name}(x)"
            case TermsColumn(_, terms, column):
                return f"{terms}[{column}]"
        return name

    def function(self, name: FunctionName, arguments: list[str]) -> str:
        return f"{_FUNCTIONS[name]}({', '.join(arguments)})"

    def missing(self, index: int) -> str:
        field = self.field(index)
        is_number = self.program.fields[index].is_number
        return f"{field} != {field}" if is_number else f"{field} is None"

    def group(self, node: InGroup) -> str:
        return f"{self.field(node.field.index)} in {node.name.upper()}"

    def is_choice(self, index: int, name: str | None, *, is_equal: bool) -> str:
        if name is None or self.program.fields[index].kind == "flag":
            return f"{self.field(index)} {'is' if is_equal else 'is not'} {name}"
        return super().is_choice(index, name, is_equal=is_equal)

    def constant(self, name: str, items: Sequence[str]) -> str:
        """Return a tuple, one item a line; a single item stays on the line of its name if it fits."""
        line = f"{name} = ({', '.join(items)},)"
        if len(items) == 1 and len(line) <= self.width:
            return line
        return "\n".join([f"{name} = (", *(f"{self.indent}{item}," for item in items), ")"])

    def check(self, index: int) -> str:
        """Return the line, or the lines, with the checked value of a field."""
        field = self.program.fields[index]
        function, *arguments = self._checking_call(field)
        return self.listed(f"self.{field.identifier} = {function}(", arguments, ")", 8)

    def _checking_call(self, field: ProgramField) -> list[str]:
        """Return the function that reads a field of a row, and its arguments."""
        start, nullable = ["row", self.quote(field.name)], ["nullable=True"] if field.nullable else []
        if field.kind == "number":
            limits = [self.number(field.low), self.number(field.high)]
            return ["number", *start, *limits, *(["whole=True"] if field.is_whole else []), *nullable]
        if field.is_number:
            limits = [self.number(field.low), self.number(field.high)]
            return ["days", *start, *limits, *(["time=True"] if field.kind == "moment" else []), *nullable]
        if field.kind == "text":
            return ["text", *start, str(int(field.high)), *nullable]
        if field.kind == "flag":
            return ["boolean", *start, *nullable]
        return ["choice", *start, f"CHOICES_{field.identifier.upper()}", *nullable]
