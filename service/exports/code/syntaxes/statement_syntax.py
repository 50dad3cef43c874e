"""How a language with statements writes steps: nested conditions are blocks, trees are functions."""

from collections.abc import Sequence
from typing import ClassVar

from service.exports.code.letters import cased_ranges, ignored_ranges, letter_ranges, lower_case_runs, space_ranges
from service.exports.code.program import (
    Branch,
    Listed,
    MemberSet,
    Points,
    Program,
    ProgramField,
    Terms,
    Total,
    Tree,
    Value,
)
from service.exports.code.syntaxes.syntax import NOT, Syntax
from service.exports.code.text_safety import columns_of
from service.exports.code.word_patterns import token_patterns
from service.exports.expressions.nodes import Choose, Condition, Either, Every, Expression, Member


class StatementSyntax(Syntax):
    """A language with statements."""

    indent: ClassVar[str] = "  "
    block: ClassVar[tuple[str, str, str, str]] = ("if ({}) {{", "}} else if ({}) {{", "} else {", "}")
    """How a condition, a second condition, the alternative begin, and how the last one ends."""
    end: ClassVar[str] = ";"
    width: ClassVar[int] = 0
    """Longer lines are broken by the formatter of the language; 0: it breaks none."""
    outer: ClassVar[int] = 0
    """The indent of the body of a function."""
    nothing: ClassVar[str] = "null"
    declaration: ClassVar[tuple[str, str]] = ("", "")
    """What stands before a variable that never changes, and before one that does."""
    list_declaration: ClassVar[str] = ""
    """What stands before a list of numbers."""

    def __init__(self, program: Program) -> None:
        super().__init__(program)
        steps = program.steps
        self.points = [step for step in steps if isinstance(step, Points)]
        self.lists = [step for step in steps if isinstance(step, Listed)]
        self.groups = [step for step in steps if isinstance(step, MemberSet)]
        self.trees = [step for step in steps if isinstance(step, Tree)]
        self.formulas = [step for step in steps if isinstance(step, Value | Total | Branch | Terms)]
        self.terms = [step for step in steps if isinstance(step, Terms)]
        self.has_texts = any(field.kind == "text" for field in program.fields)
        addresses, token = token_patterns(program.card) if self.has_texts else ((), "")
        self.addresses, self.token = list(map(self.quote, addresses)), self.quote(token) if token else ""
        self.has_stop_words = any(step.source.stop_words for step in self.terms)
        self.has_lower_case = bool(token) or any(step.source.lowercase for step in self.terms)
        self.categories = [field for field in program.fields if field.kind == "choice"]
        self.has_dates = any(field.kind in {"day", "moment"} for field in program.fields)
        self.labels = list(map(self.quote, program.labels))
        self.scores = list(map(self.variable, program.scores))

    @property
    def letter_tables(self) -> list[tuple[str, list[str]]]:
        """Return the names and the lines of the tables of letters that the texts of the model need."""
        tables = {"LETTER_RANGES": letter_ranges(), "SPACE_RANGES": space_ranges()}
        if self.has_lower_case:
            tables |= {
                "LOWER_CASE_RUNS": lower_case_runs(),
                "CASED_RANGES": cased_ranges(),
                "IGNORED_RANGES": ignored_ranges(),
            }
        return [(name, list(map(self.quote, lines))) for name, lines in tables.items()]

    def weights(self, step: Terms) -> list[tuple[str, list[str]]]:
        """Return each term of a text as a literal, with its weights."""
        return [(self.quote_word(term), list(map(self.number, weights))) for term, weights in step.weights]

    def stop_words(self, step: Terms) -> list[str]:
        """Return the words that are not counted, as literals."""
        return list(map(self.quote_word, sorted(step.source.stop_words)))

    def quote_word(self, text: str) -> str:
        """Return a word as a literal, with the quotes that the formatter of the language gives it."""
        return self.quote(text)

    def counting(self, step: Terms) -> str:
        """Return the name of the function that counts the terms of a text."""
        return f"count_{step.name}"

    def text(self, index: int) -> str:
        """Return a text of a row as the model reads it."""
        return self.field(index)

    def ends(self, factor: float) -> list[str]:
        """Return the ends of the interval of a value, in any order."""
        answer = self.variable(self.program.answer)
        return [f"{answer} {operator} {self.number(factor)}" for operator in "/*"]

    def choices(self, field: ProgramField) -> list[str]:
        """Return the categories of a field as literals."""
        return list(map(self.quote, field.choices))

    def table(self, step: Points) -> list[tuple[str, str]]:
        """Return each choice of a field with its number."""
        names = [self.choice(step.field.index, at) for at in range(step.field.size)]
        return list(zip([*names, self.nothing], map(self.number, step.values), strict=False))

    def members(self, step: MemberSet) -> list[str]:
        """Return the choices of a group."""
        field = step.member.field
        names = [*(self.choice(field.index, at) for at in range(field.size)), self.nothing]
        return [name for name, is_member in zip(names, step.member.members, strict=False) if is_member]

    def listed(self, begin: str, items: Sequence[str], end: str, margin: int = 0) -> str:
        """Return items on one line if they fit, else on a line each, as formatters write them."""
        space = " " * margin
        line = f"{space}{begin}{', '.join(items)}{end}"
        if columns_of(line) <= self.width:
            return line
        return "\n".join([space + begin, *(f"{space}{self.indent}{item}," for item in items), space + end])

    def lines(self, step: Value | Total | Branch | Terms) -> list[str]:
        """Return the statements that give a step its number."""
        constant, variable = self.declaration
        name = self.variable(step.name)
        if isinstance(step, Terms):
            return [f"{self.list_declaration}{name} = {self.counting(step)}({self.text(step.field)}){self.end}"]
        if isinstance(step, Value):
            return [f"{constant}{name} = {self.formula(step.expression)}{self.end}"]
        if isinstance(step, Total):
            first, *others = map(self.formula, step.terms)
            return [f"{variable}{name} = {first}{self.end}", *(f"{name} += {other}{self.end}" for other in others)]
        declared = [f"{variable}{name}{self.end}"] if variable else []
        return declared + self._lines(step.expression, f"{name} = {{}}", 0)

    def tree_lines(self, step: Tree) -> list[str]:
        """Return the lines of the body of a function."""
        return self._lines(step.expression, "return {}", 0)

    def _lines(self, node: Expression, leaf: str, depth: int, first: str = "") -> list[str]:
        """Return nested conditions as lines."""
        margin = self.indent * depth
        if not isinstance(node, Choose):
            return [margin + leaf.format(self.formula(node)) + self.end]
        begin, second, alternative, end = self.block
        lines = self._head(first or begin, node.condition, margin)
        lines += self._lines(node.yes, leaf, depth + 1)
        if isinstance(node.no, Choose):
            return lines + self._lines(node.no, leaf, depth, second)
        lines += [margin + line for line in alternative.split("\n")]
        lines += self._lines(node.no, leaf, depth + 1)
        return [*lines, margin + end] if end else lines

    def _head(self, begin: str, node: Condition, margin: str) -> list[str]:
        """Return the line that begins a block, in several lines if it is too long for the formatter of the language."""
        lines = begin.format(self.condition(node)).split("\n")
        if self.width and self.outer + len(margin) + max(map(len, lines)) > self.width:
            parts, joint = self._parts(node)
            lines = self.broken(begin, parts, joint) if len(parts) > 1 else lines
        return [margin + line for line in lines]

    def broken(self, begin: str, parts: Sequence[str], joint: str) -> list[str]:
        """Return the lines that begin a block whose condition has parts, as the formatter of the language breaks them."""
        return begin.format(joint.join(parts)).split("\n")

    def _parts(self, node: Condition) -> tuple[list[str], str]:
        """Return the parts of a condition, and what stands between them."""
        match node:
            case Every(conditions):
                return [self.condition(each, NOT) for each in conditions], self.every
            case Either(conditions):
                return [self.condition(each, NOT) for each in conditions], self.either
            case Member():
                return self.member_parts(node)
        return [self.condition(node)], ""
