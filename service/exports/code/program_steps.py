"""Cut the expressions of a model into named steps that fit a line, a table or a function each."""

from collections import Counter

from service.bundles.texts.term_counts import TermSource
from service.exports.code.identifiers import Identifiers
from service.exports.code.program import (
    Branch,
    Listed,
    MemberSet,
    Points,
    ProgramField,
    Step,
    Terms,
    TermsColumn,
    Total,
    Tree,
    Value,
)
from service.exports.code.word_patterns import word_pattern
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
    Lookup,
    Member,
    Node,
    Not,
    Number,
    Sum,
    Table,
    TermTotal,
    Variable,
    children,
    walk,
)
from service.exports.expressions.simplification import is_negative, opposite
from service.exports.refusals import NotExportable

MAX_DEPTH = 6
"""The depth of the conditions of one tree; what is deeper is a tree of its own."""
_MAX_EXCESS = 2
"""A deeper tree stays where it is if it has no more levels than this."""
_MAX_LEAVES = 3
_MAX_INLINE_MEMBERS = 2
_MAX_INLINE_CHARACTERS = 24
_MAX_INLINE_TERMS = 2


class StepList:
    """The steps so far. `add` returns a variable for what it has added, or an expression that fits into a formula."""

    def __init__(
        self,
        fields: tuple[ProgramField, ...],
        scores: list[tuple[Expression, str]],
        identifiers: Identifiers,
        max_depth: int = MAX_DEPTH,
    ) -> None:
        self._max_depth = max_depth
        self.steps: list[Step] = []
        self._fields = fields
        self._identifiers = identifiers
        self._done: dict[int, tuple[Node, Expression]] = {}
        """The node is kept, so that no other node gets its id."""
        self._functions: set[str] = set()
        self._sets: dict[tuple[int, tuple[bool, ...]], InGroup] = {}
        roots = [root for root, _ in scores]
        self._totals = [node for node in walk(tuple(roots)) if isinstance(node, TermTotal)]
        self._terms: dict[int, str] = {}
        self._names = {id(root): name for root, name in scores}
        self._uses = Counter(map(id, roots)) + Counter(id(child) for node in walk(tuple(roots)) for child in children(node))

    def add_score(self, root: Expression) -> str:
        """Add the steps of one score; return the name of the last one."""
        formula = self._formula(root)
        if not isinstance(formula, Variable):
            formula = self._named(Value(self._name(root), formula))
            self._done[id(root)] = root, formula
        return formula.name

    def _name(self, node: Expression) -> str:
        return (
            self._identifiers.new(self._names[id(node)]) if id(node) in self._names else self._identifiers.numbered("part")
        )

    def _formula(self, node: Expression) -> Expression:
        """Return the node with variables for what has a step of its own."""
        if id(node) not in self._done:
            formula = self._new_formula(node)
            if self._uses[id(node)] > 1 and not isinstance(formula, Number | Field | Variable):
                formula = self._named(Value(self._name(node), formula))
            self._done[id(node)] = node, formula
        return self._done[id(node)][1]

    def _new_formula(self, node: Expression) -> Expression:  # noqa: PLR0911 - one case a node
        match node:
            case Lookup(field, values):
                name = self._identifiers.new(self._fields[field.index].identifier, "points")
                self._functions.add(name)
                return self._named(Points(name, field, values))
            case TermTotal():
                return self._term_total(node)
            case Table(index, values):
                return self._named(Listed(self._identifiers.numbered("list"), self._formula(index), values))
            case Sum(terms) if len(terms) > _MAX_INLINE_TERMS:
                parts = tuple(self._formula(term) for term in terms)
                return self._named(Total(self._identifiers.numbered("score"), parts))
            case Sum((first, *others)):
                return Arithmetic("+", *self._short([self._formula(first), *map(self._formula, others)]))
            case Choose():
                return self._choice(node)
            case Arithmetic(operator, left, right):
                return Arithmetic(operator, *self._short([self._formula(left), self._formula(right)]))
            case Function(name, arguments):
                return Function(name, tuple(self._short([self._formula(each) for each in arguments])))
        return node

    def _term_total(self, node: TermTotal) -> Variable:
        """Add a column of the totals over the terms of a text, whose step comes with the first of them."""
        columns = [each for each in self._totals if each.source is node.source]
        if id(node.source) not in self._terms:
            self._terms[id(node.source)] = self._add_terms(node.source, columns)
        name = self._identifiers.numbered("total")
        return self._named(TermsColumn(name, self._terms[id(node.source)], columns.index(node)))

    def _add_terms(self, source: TermSource, columns: list[TermTotal]) -> str:
        (field,) = (index for index, each in enumerate(self._fields) if each.name == source.field)
        if source.analyzer != "word" or source.accents != "kept":
            raise NotExportable(
                "it counts runs of characters, not words" if source.analyzer != "word" else "it takes accents off letters"
            )
        weights = tuple(
            (term, tuple(column.weights.get(at, 0.0) for column in columns)) for at, term in enumerate(source.vocabulary)
        )
        name = self._identifiers.new(self._fields[field].identifier, "terms")
        powers = tuple(column.power for column in columns)
        kept = tuple((term, numbers) for term, numbers in weights if any(numbers))
        self.steps.append(Terms(name, field, source, word_pattern(source.pattern), powers, kept))
        return name

    def _short(self, parts: list[Expression]) -> list[Expression]:
        """Return the parts of a formula; if they do not fit a line, the longer ones have steps of their own."""
        lengths = [_leaves(part) for part in parts]
        if sum(lengths) <= _MAX_LEAVES:
            return parts
        return [
            part if length == 1 else self._named(Value(self._identifiers.numbered("part"), part))
            for part, length in zip(parts, lengths, strict=True)
        ]

    def _choice(self, node: Choose) -> Variable:
        """Add a tree if it reads fields alone, so that it can be a function; else a branch of the formula."""
        choice = self._nested(node, 0)
        is_function = all(each.name in self._functions for each in walk((choice,)) if isinstance(each, Variable))
        if not is_function or not any(isinstance(child, Choose) for child in (choice.yes, choice.no)):
            return self._named(Branch(self._identifiers.numbered("choice"), choice))
        name = self._identifiers.numbered("tree")
        self._functions.add(name)
        return self._named(Tree(name, choice))

    def _nested(self, node: Choose, depth: int) -> Choose:
        condition = self._condition(node.condition)
        return Choose(condition, self._inner(node.yes, depth + 1), self._inner(node.no, depth + 1))

    def _inner(self, node: Expression, depth: int) -> Expression:
        if isinstance(node, Lookup) and len(set(node.values)) <= _MAX_INLINE_MEMBERS + 1:
            node = _as_conditions(node)
        if not isinstance(node, Choose) or self._uses[id(node)] > 1:
            return self._formula(node)
        if depth >= self._max_depth and _height(node) > _MAX_EXCESS:
            return self._formula(node)
        return self._nested(node, depth)

    def _condition(self, node: Condition) -> Condition:
        match node:
            case Comparison(comparator, left, right):
                return Comparison(comparator, self._formula(left), self._formula(right))
            case Member():
                return self._membership(node)
            case Not(condition):
                return opposite(self._condition(condition))
            case Every(conditions):
                return Every(tuple(map(self._condition, conditions)))
            case Either(conditions):
                return Either(tuple(map(self._condition, conditions)))
        return node

    def _membership(self, node: Member) -> Condition:
        """Return a condition that names few choices, or one on a set with a name."""
        choices = self._fields[node.field.index].choices
        inside = [name for name, is_member in zip(choices, node.members, strict=False) if is_member]
        outside = [name for name, is_member in zip(choices, node.members, strict=False) if not is_member]
        if self._fields[node.field.index].kind == "flag":
            return node
        for names in (inside, outside):
            if len(names) <= _MAX_INLINE_MEMBERS and sum(map(len, names)) <= _MAX_INLINE_CHARACTERS:
                return node
        key = (node.field.index, node.members)
        if key not in self._sets:
            name = self._identifiers.new(self._fields[node.field.index].identifier, "group")
            self.steps.append(MemberSet(name, node))
            self._sets[key] = InGroup(name, node.field)
        return self._sets[key]

    def _named(self, step: Step) -> Variable:
        self.steps.append(step)
        return Variable(step.name)


def _as_conditions(node: Lookup) -> Expression:
    """Return a look-up of few different numbers as conditions."""
    first, *others = sorted(set(node.values), key=node.values.count)
    if not others:
        return Number(first)
    members = tuple(value == first for value in node.values)
    rest = tuple(others[0] if is_member else value for value, is_member in zip(node.values, members, strict=True))
    return Choose(Member(node.field, members), Number(first), _as_conditions(Lookup(node.field, rest)))


def _leaves(node: Node) -> int:
    if isinstance(node, Arithmetic) and is_negative(node):
        return _leaves(node.right)
    return sum(map(_leaves, children(node))) or 1


def _height(node: Node) -> int:
    """Return how deep the conditions below a node are nested."""
    return 1 + max(_height(node.yes), _height(node.no)) if isinstance(node, Choose) else 0
