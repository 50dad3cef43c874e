"""JavaScript and C#, and what Java shares with them: languages with blocks in braces."""

from collections.abc import Sequence

from service.exports.code.identifiers import camel_case, pascal_case
from service.exports.code.program import Listed, Points, Terms, TermsColumn, Tree
from service.exports.code.syntaxes.statement_syntax import StatementSyntax
from service.exports.code.text_safety import quoted
from service.exports.expressions.nodes import FunctionName, InGroup

_MAX_WEIGHTS = 1_000
"""A function of Java has at most 65,535 bytes."""


class CamelCaseSyntax(StatementSyntax):
    """A language whose fields and functions have names in camel case."""

    is_nan: str
    """The function that says whether a number is missing."""
    contains: str
    """The method that says whether a set has a value."""
    position = "{}"
    """How a number becomes a position in an array."""

    def field(self, index: int) -> str:
        return f"x.{camel_case(self.program.fields[index].identifier)}"

    def variable(self, name: str) -> str:
        match self.steps[name]:
            case Points(_, field, _):
                return f"{name.upper()}.get({self.field(field.index)})"
            case Listed(_, index, _):
                return f"{name.upper()}[{self.position.format(self.formula(index))}]"
            case Tree():
                return f"{camel_case(name)}(x)"
            case TermsColumn(_, terms, column):
                return f"{camel_case(terms)}[{column}]"
        return camel_case(name)

    def counting(self, step: Terms) -> str:
        return camel_case(super().counting(step))

    def function(self, name: FunctionName, arguments: list[str]) -> str:
        names = {"power": "pow", "smallest": "min", "largest": "max"}
        return f"Math.{names.get(name, name)}({', '.join(arguments)})"

    def missing(self, index: int) -> str:
        is_number = self.program.fields[index].is_number
        return f"{self.is_nan}({self.field(index)})" if is_number else f"{self.field(index)} {self.equal} null"

    def group(self, node: InGroup) -> str:
        return f"{node.name.upper()}.{self.contains}({self.field(node.field.index)})"


class JavaScriptSyntax(CamelCaseSyntax):
    is_nan, contains = "Number.isNaN", "has"
    equal, unequal = "===", "!=="
    declaration, list_declaration = ("const ", "let "), "const "
    width, outer = 80, 2

    def quote(self, text: str) -> str:
        return quoted(text, ascii_only=False)

    def number(self, value: float) -> str:
        return super().number(value).removesuffix(".0").replace(".0e", "e")

    def is_choice(self, index: int, name: str | None, *, is_equal: bool) -> str:
        if name is None and not self.program.fields[index].is_number:
            return f"{self.field(index)} {self.equal if is_equal else self.unequal} null"
        return super().is_choice(index, name, is_equal=is_equal)

    def check(self, index: int) -> list[str]:
        """Return the function that reads a field of a row, and its arguments."""
        field = self.program.fields[index]
        nullable = ["true"] if field.nullable else []
        start = ["row", self.quote(field.name)]
        if field.kind == "number":
            limits = [self.number(field.low), self.number(field.high)]
            return ["readNumber", *start, *limits, "true" if field.is_whole else "false", *nullable]
        if field.is_number:
            limits = [self.number(field.low), self.number(field.high)]
            return ["readDays", *start, *limits, "true" if field.kind == "moment" else "false", *nullable]
        if field.kind == "text":
            return ["readText", *start, str(int(field.high)), *nullable]
        if field.kind == "flag":
            return ["readBoolean", *start, *nullable]
        return ["readChoice", *start, f"CHOICES_{field.identifier.upper()}", *nullable]

    def broken(self, begin: str, parts: Sequence[str], joint: str) -> list[str]:
        opened, closed = begin.format("\n").split("\n")
        lines = [f"{self.indent}{part}{joint.rstrip()}" for part in parts[:-1]]
        return [opened, *lines, self.indent + parts[-1], closed]

    def property(self, index: int) -> str:
        """Return the line, or the lines, with the checked value of a field."""
        function, *arguments = self.check(index)
        name = camel_case(self.program.fields[index].identifier)
        return self.listed(f"{name}: {function}(", arguments, "),", 4)


class ClassSyntax(StatementSyntax):
    """A language whose fields have types."""

    ascii_comments = True
    declaration, list_declaration = ("double ", "double "), "double[] "
    boolean_type: str
    text_type: str
    checks: tuple[str, str, str, str]
    """The functions that check a number, a boolean and a category, and the one that reads a text."""
    pascal = staticmethod(pascal_case)

    def quote(self, text: str) -> str:
        return quoted(text, ascii_only=True)

    def type_of(self, index: int) -> str:
        """Return the type of a field."""
        field = self.program.fields[index]
        return "double" if field.is_number else self.boolean_type if field.kind == "flag" else self.text_type

    def text(self, index: int) -> str:
        return camel_case(f"text_{self.program.fields[index].identifier}")

    def weight_groups(self, step: Terms) -> list[list[tuple[str, list[str]]]]:
        """Return the terms of a text in groups, each small enough for one function."""
        weights = self.weights(step)
        size = max(1, _MAX_WEIGHTS // len(step.powers))
        return [weights[at : at + size] for at in range(0, len(weights), size)]

    def choices_name(self, identifier: str) -> str:
        """Return the name of the list with the categories of a field."""
        return f"CHOICES_{identifier.upper()}"

    def check(self, index: int) -> tuple[str, list[str]]:
        """Return the beginning of the call that checks a field of a row, and its arguments."""
        number, flag, choice, text = self.checks
        field = self.program.fields[index]
        nullable = "true" if field.nullable else "false"
        start = [self.quote(field.name), self.field(index)]
        if field.is_number:
            limits = [self.number(field.low), self.number(field.high)]
            return f"{number}(", [*start, *limits, "true" if field.is_whole else "false", nullable]
        if field.kind == "text":
            return f"{self.text_type} {self.text(index)} = {text}(", [*start, str(int(field.high)), nullable]
        if field.kind == "flag":
            return f"{flag}(", [*start, nullable]
        return f"{choice}(", [*start, self.choices_name(field.identifier), nullable]


class CSharpSyntax(ClassSyntax):
    boolean_type, text_type = "bool?", "string"
    checks = ("CheckNumber", "CheckBoolean", "CheckChoice", "ReadText")
    indent = "    "
    block = ("if ({})\n{{", "}}\nelse if ({})\n{{", "}\nelse\n{", "}")

    def field(self, index: int) -> str:
        return f"x.{pascal_case(self.program.fields[index].identifier)}"

    def variable(self, name: str) -> str:
        match self.steps[name]:
            case Points() | Tree():
                return f"{pascal_case(name)}(x)"
            case Listed(_, index, _):
                return f"{pascal_case(name)}[(int)({self.formula(index)})]"
            case TermsColumn(_, terms, column):
                return f"{camel_case(terms)}[{column}]"
        return camel_case(name)

    def counting(self, step: Terms) -> str:
        return pascal_case(super().counting(step))

    def function(self, name: FunctionName, arguments: list[str]) -> str:
        names = {"power": "Pow", "smallest": "Min", "largest": "Max"}
        return f"Math.{names.get(name, name.capitalize())}({', '.join(arguments)})"

    def missing(self, index: int) -> str:
        is_number = self.program.fields[index].is_number
        return f"double.IsNaN({self.field(index)})" if is_number else f"{self.field(index)} == null"

    def group(self, node: InGroup) -> str:
        return f"{pascal_case(node.name)}.Contains({self.field(node.field.index)})"

    def is_choice(self, index: int, name: str | None, *, is_equal: bool) -> str:
        if name is None:
            return f"{self.field(index)} {self.equal if is_equal else self.unequal} null"
        return super().is_choice(index, name, is_equal=is_equal)

    def choices_name(self, identifier: str) -> str:
        return f"Choices{pascal_case(identifier)}"
