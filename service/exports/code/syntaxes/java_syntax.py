"""Java, laid out as google-java-format leaves it."""

from collections.abc import Sequence

from service.exports.code.syntaxes.c_syntax import CamelCaseSyntax, ClassSyntax
from service.exports.code.text_safety import java_quoted
from service.exports.expressions.nodes import Condition, Member


class JavaSyntax(ClassSyntax, CamelCaseSyntax):
    is_nan, contains = "Double.isNaN", "contains"
    position = "(int) ({})"
    boolean_type, text_type = "Boolean", "String"
    checks = ("checkNumber", "checkBoolean", "checkChoice", "readText")
    truths = ("Boolean.FALSE", "Boolean.TRUE")
    width, outer = 100, 4

    def quote(self, text: str) -> str:
        return java_quoted(text)

    def broken(self, begin: str, parts: Sequence[str], joint: str) -> list[str]:
        opened, closed = begin.format("\n").split("\n")
        lines = [opened + parts[0], *(f"    {joint.lstrip()}{part}" for part in parts[1:])]
        return [*lines[:-1], lines[-1] + closed]

    def _head(self, begin: str, node: Condition, margin: str) -> list[str]:
        lines = super()._head(begin, node, margin)
        if len(lines) > 1 or self.outer + len(lines[0]) <= self.width or not isinstance(node, Member):
            return lines
        text, method, rest = lines[0].rpartition(".equals(")
        return [text, f"{margin}    {method}{rest}"] if method else lines

    def call(self, begin: str, arguments: Sequence[str], outer: int = outer) -> str:
        """Return a call as a statement; if it is too long, its arguments stand on a line of their own, or on one each."""
        margin = " " * outer
        line, together = f"{margin}{begin}{', '.join(arguments)});", f"{margin}    {', '.join(arguments)});"
        if len(line) <= self.width:
            return line
        name, sign, function = begin.rpartition(" = ")
        if sign:
            return self.assigned(name, f"{function}{', '.join(arguments)})", outer)
        if len(together) > self.width:
            together = ",\n".join(self._in_lines(argument, f"{margin}    ") for argument in arguments) + ");"
        return f"{margin}{begin}\n{together}"

    def assigned(self, name: str, value: str, outer: int) -> str:
        """Return a declaration with its value, which stands on a line of its own if both do not fit one."""
        margin = " " * outer
        line = f"{margin}{name} = {value};"
        return line if len(line) <= self.width else f"{margin}{name} =\n{margin}    {value};"

    def _in_lines(self, argument: str, margin: str) -> str:
        """Return an argument; a long text is cut before spaces, as the formatter does."""
        first, *words = argument.split(" ")
        if not words or not argument.startswith('"') or len(margin) + len(argument) < self.width:
            return margin + argument
        lines = [margin + first]
        for word in words:
            if len(lines[-1]) + len(word) + len(' ",') > self.width:
                lines[-1] += '"'
                lines.append(f'{margin}    + " {word}')
            else:
                lines[-1] += f" {word}"
        return "\n".join(lines)

    def listed(self, begin: str, items: Sequence[str], end: str, margin: int = 0) -> str:
        text = super().listed(begin, items, end, margin)
        row = " " * margin + self.indent + ", ".join(items) + ","
        return f"{' ' * margin}{begin}\n{row}\n{' ' * margin}{end}" if "\n" in text and len(row) <= self.width else text

    def is_choice(self, index: int, name: str | None, *, is_equal: bool) -> str:
        if name is None:
            return f"{self.field(index)} {self.equal if is_equal else self.unequal} null"
        return f"{'' if is_equal else '!'}{name}.equals({self.field(index)})"
